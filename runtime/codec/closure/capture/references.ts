// By reference: how an import, or a function that a package defines, is named so that a worker finds the same value.

import { createRequire, isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { types } from 'node:util'
import { importModes } from '../format.ts'
import type { ImportOrigin } from '../source/imports.ts'
import type { GraphNode } from './graph.ts'
import type { FoundImport, Walk } from './walk.ts'

/** The node of an import, as `file` has it. */
export function importReference(walk: Walk, origin: ImportOrigin, file: string, parent: GraphNode, step: string) {
  return walk.graph.importNode(importRecord(walk, origin, file), parent, step)
}

/** The record of an import. A builtin needs no file to be resolved from. */
export function importRecord(walk: Walk, { specifier, name, kind, wrap, attributes }: ImportOrigin, file: string) {
  const mode = importModes[kind === 'require' && wrap !== '' ? wrap : kind]
  const builtin = isBuiltin(specifier)
  const spelled = builtin && !specifier.startsWith('node:') ? `node:${specifier}` : specifier
  const place = builtin || isAbsolute(specifier) ? -1 : walk.graph.place(file, true)
  return ['i', spelled, name, place, mode, attributes ?? null]
}

/** Whether `require` in `file` gives this value; a variable may have been assigned something else since. */
export function confirmsRequire({ specifier, name, wrap }: ImportOrigin, file: string, value: unknown): boolean {
  let exports: unknown
  try {
    exports = createRequire(file)(specifier)
  } catch {
    return false
  }
  if (wrap === '') return (name === '*' ? exports : read(exports, name)) === value
  if (name !== '*') return true
  return typeof value === 'object' && value !== null && (value === exports || 'default' in value)
}

/**
 * Finds a value of a package among what the package exports.
 *
 * Looked for, in this order: the imports of the captured files and the members of the modules they import, the package's
 * own entry, the file that defines it.
 */
export function findPackageExport(walk: Walk, value: object, script: string): unknown[] | undefined {
  const found = walk.imported.get(value) ?? findInNamespaces(walk, value) ?? findInPackage(walk, value, script)
  return found === undefined ? undefined : importRecord(walk, found.origin, found.file)
}

/** True for files that are installed rather than the user's own. */
export function isPackageFile(url: string): boolean {
  return /[\\/]node_modules[\\/]/.test(url)
}

function findInNamespaces(walk: Walk, value: object): FoundImport | undefined {
  for (const [namespace, { origin, file }] of walk.imported) {
    const name = types.isModuleNamespaceObject(namespace) ? findExport(namespace, value) : undefined
    if (name !== undefined) return { origin: { ...origin, name }, file }
  }
  return undefined
}

function findInPackage(walk: Walk, value: object, script: string): FoundImport | undefined {
  const packageName = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(script)?.[1]
  const isModule = script.startsWith('file:')
  const candidates = [...walk.imported.values()]
    .filter(({ origin }) => origin.specifier === packageName || origin.specifier.startsWith(`${packageName}/`))
    .map(({ origin, file }) => ({ specifier: origin.specifier, file }))
  const [own] = walk.files
  if (packageName !== undefined && own !== undefined) candidates.push({ specifier: packageName, file: own })
  candidates.push({ specifier: script, file: script })
  for (const { specifier, file } of candidates) {
    const name = findExport(loadLoaded(specifier, file, isModule), value)
    const kind = isModule ? 'import' : 'require'
    if (name !== undefined) return { origin: { specifier, name, kind, wrap: '', attributes: undefined }, file }
  }
  return undefined
}

// Node gives the exports of a module that is loaded already without running anything.
function loadLoaded(specifier: string, file: string, isModule: boolean): unknown {
  try {
    const require = createRequire(file)
    const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : require.resolve(specifier)
    return isModule || path in require.cache ? require(path) : undefined
  } catch {
    return undefined
  }
}

function findExport(namespace: unknown, value: object): string | undefined {
  if ((typeof namespace !== 'object' && typeof namespace !== 'function') || namespace === null) return undefined
  if (namespace === value) return 'default'
  return Object.keys(namespace).find((name) => read(namespace, name) === value)
}

function read(target: unknown, name: string): unknown {
  try {
    return target === null || target === undefined ? undefined : Reflect.get(Object(target), name)
  } catch {
    return undefined
  }
}

function isAbsolute(specifier: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(specifier)
}
