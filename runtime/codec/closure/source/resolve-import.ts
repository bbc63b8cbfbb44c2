// Where an import of a package leads: require.resolve answers for require, and nothing in Node answers for import without
// waiting. Only what is needed to find again what is loaded already: no patterns.

import { readFileSync } from 'node:fs'
import nodeModule from 'node:module'
import { pathToFileURL } from 'node:url'

const conditions = new Set(['import', 'node', 'module-sync', 'default'])

/** The file that `import` of a package's entry or subpath loads in `file`; undefined when that cannot be told. */
export function resolveImport(specifier: string, file: string): URL | undefined {
  const [, name = '', path = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? []
  const manifest = nodeModule.findPackageJSON(name, file)
  if (manifest === undefined) return undefined
  const { exports, main }: { exports?: unknown; main?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'))
  const entry = exports ?? main
  const target = pick(isSubpaths(entry) ? entry[`.${path}`] : path === '' ? entry : undefined)
  return target === undefined ? undefined : new URL(target, pathToFileURL(manifest))
}

function pick(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (Array.isArray(target)) return target.map(pick).find((found) => found !== undefined)
  if (typeof target !== 'object' || target === null) return undefined
  for (const [condition, inner] of Object.entries(target)) {
    const found = conditions.has(condition) ? pick(inner) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function isSubpaths(exports: unknown): exports is Readonly<Record<string, unknown>> {
  return typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'))
}
