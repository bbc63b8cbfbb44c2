// By reference: how an import, or a function that a package defines, is named so that a worker finds the same value.

import nodeModule, { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { types } from 'node:util'
import { importModes } from '../format.ts'
import type { ImportOrigin } from '../source/imports.ts'
import type { Script } from '../source/inspector.ts'
import { resolveImport } from '../source/resolve-import.ts'
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
    exports = nodeModule.createRequire(file)(specifier)
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
 * own entry, the file that defines it. What an ES module defines is imported, what a CommonJS file defines is required: a
 * package of both has two copies of everything.
 */
export function findPackageExport(walk: Walk, value: object, script: Script): unknown[] | undefined {
  const found = walk.imported.get(value) ?? findInImported(walk, value) ?? findInPackage(walk, value, script)
  return found === undefined ? undefined : importRecord(walk, found.origin, found.file)
}

/** The record of an object that is what `require` gave for a package, however the variable came by it. */
export function findRequiredPackage(walk: Walk, value: object): unknown[] | undefined {
  const path = pathOfRequired(value)
  if (path === undefined || !isPackageFile(path)) return undefined
  const found = findInPackage(walk, value, { url: path, isModule: false, sourceMapUrl: '' })
  return found === undefined ? undefined : importRecord(walk, found.origin, found.file)
}

let loaded: NodeJS.Dict<NodeJS.Module> | undefined
let knownModules = 0
const pathsOfExports = new WeakMap<object, string>()

/** Asked of every captured object, so the modules are gone through only when there are more of them. */
function pathOfRequired(value: object): string | undefined {
  loaded ??= nodeModule.createRequire(`${process.cwd()}/`).cache
  const paths = Object.keys(loaded)
  if (paths.length !== knownModules) {
    for (const path of paths) {
      const exports: unknown = loaded[path]?.exports
      if ((typeof exports === 'object' && exports !== null) || typeof exports === 'function')
        pathsOfExports.set(exports, path)
    }
    knownModules = paths.length
  }
  const path = pathsOfExports.get(value)
  return path !== undefined && loaded[path]?.exports === value ? path : undefined
}

/** True for files that are installed rather than the user's own. */
export function isPackageFile(url: string): boolean {
  return /[\\/]node_modules[\\/]/.test(url)
}

function findInImported(walk: Walk, value: object): FoundImport | undefined {
  for (const [imported, { origin, file }] of walk.imported) {
    const isWhole = types.isModuleNamespaceObject(imported) || (origin.kind === 'require' && origin.name === '*')
    const name = isWhole && origin.wrap === '' ? findExport(imported, value, origin.kind) : undefined
    if (name !== undefined) return { origin: { ...origin, name }, file }
  }
  return undefined
}

function findInPackage(walk: Walk, value: object, { url, isModule }: Script): FoundImport | undefined {
  const packageName = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(url)?.[1]
  const kind = isModule ? 'import' : 'require'
  const candidates = [...walk.imported.values()]
    .filter(({ origin }) => origin.specifier === packageName || origin.specifier.startsWith(`${packageName}/`))
    .map(({ origin, file }) => ({ specifier: origin.specifier, file }))
  // A package finds itself from its own files.
  for (const file of [...walk.files, url]) {
    if (packageName !== undefined) candidates.push({ specifier: packageName, file })
  }
  candidates.push({ specifier: isModule || !url.startsWith('file:') ? url : fileURLToPath(url), file: url })
  for (const { specifier, file } of candidates) {
    const exports = isModule ? importLoaded(specifier, file) : requireLoaded(specifier, file)
    const name = findExport(exports, value, kind)
    if (name !== undefined) return { origin: { specifier, name, kind, wrap: '', attributes: undefined }, file }
  }
  return undefined
}

function requireLoaded(specifier: string, file: string): unknown {
  try {
    const require = nodeModule.createRequire(file)
    const path = require.resolve(specifier)
    return path in require.cache ? require(path) : undefined
  } catch {
    return undefined
  }
}

// require gives the namespace of an ES module that is loaded already without running anything.
function importLoaded(specifier: string, file: string): unknown {
  try {
    const url = specifier.startsWith('file:') ? new URL(specifier) : resolveImport(specifier, file)
    return url === undefined ? undefined : nodeModule.createRequire(file)(fileURLToPath(url))
  } catch {
    return undefined
  }
}

function findExport(namespace: unknown, value: object, kind: ImportOrigin['kind']): string | undefined {
  if ((typeof namespace !== 'object' && typeof namespace !== 'function') || namespace === null) return undefined
  if (namespace === value) return kind === 'require' ? '*' : 'default'
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
