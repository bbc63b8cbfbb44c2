// The imports of a closure, loaded where it is revived. Relative and package specifiers are resolved against the file
// that imported them, so this file's own location never matters.

import nodeModule from 'node:module'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import { ShippingError } from '../../../../functions/errors.ts'
import { malformed } from '../errors.ts'
import { importModes } from '../format.ts'
import type { DecodedClosure } from './decode.ts'

type Import = (specifier: string, options?: ImportCallOptions) => Promise<object>

/** Loads every module that the closure imports; the result maps a record's index to the imported value. */
export async function loadImports({ records, files }: DecodedClosure): Promise<ReadonlyMap<number, unknown>> {
  const loaded = new Map<number, unknown>()
  const pending: Promise<void>[] = []
  const required: (() => Promise<void>)[] = []
  for (const [index, record] of records.entries()) {
    if (record[0] !== 'i') continue
    const entry = readEntry(record, files)
    const load = (): Promise<void> => loadImport(entry).then((value) => void loaded.set(index, value))
    if (entry.mode === importModes.import) pending.push(load())
    else required.push(load)
  }
  await Promise.all(pending)
  // Node refuses to require a module that is being imported at the same time.
  for (const load of required) await load()
  return loaded
}

interface Entry {
  readonly specifier: string
  readonly name: string
  /** The importing file; empty for builtins and URLs. */
  readonly file: string
  readonly mode: number
  readonly attributes: Readonly<Record<string, string>> | null
}

function readEntry([, specifier, name, place, mode, attributes]: readonly unknown[], files: readonly string[]): Entry {
  const file = place === -1 ? '' : files[Number(place)]
  if (typeof specifier !== 'string' || typeof name !== 'string' || file === undefined)
    throw malformed('the record of an import is malformed')
  return { specifier, name, file, mode: Number(mode), attributes: attributes as Entry['attributes'] }
}

async function loadImport(entry: Entry): Promise<unknown> {
  const { specifier, name, file, mode } = entry
  let exports: unknown
  try {
    exports = mode === importModes.import ? await importFrom(entry) : requireFrom(entry)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const where = file === '' ? '' : `, which ${file} imports`
    const message = `Cannot load "${specifier}"${where}: ${reason}`
    throw new ShippingError('closure_missing_module', message, { details: { specifier, file }, cause: error })
  }
  if (name === '*') return exports
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null || !(name in exports)) {
    const message = `Cannot find "${name}" in "${specifier}": the module has no such export in this process`
    throw new ShippingError('closure_missing_export', message, { details: { specifier, export: name, file } })
  }
  return Reflect.get(exports, name)
}

function importFrom({ specifier, file, attributes }: Entry): Promise<object> {
  const isRelative = /^\.{0,2}\//.test(specifier)
  const options = attributes === null ? undefined : { with: { ...attributes } }
  if (file === '' || isAbsolute(specifier)) return import(/* webpackIgnore: true */ specifier, options)
  if (isRelative) {
    const url = new URL(specifier, file.includes('://') ? file : pathToFileURL(file))
    return import(/* webpackIgnore: true */ url.href, options)
  }
  return importerOf(file)(specifier, options)
}

// What compilers make of a module that require returned.
function requireFrom({ specifier, file, mode }: Entry): unknown {
  const exports: unknown = nodeModule.createRequire(file === '' ? `${process.cwd()}/` : file)(specifier)
  const isEsm = typeof exports === 'object' && exports !== null && '__esModule' in exports
  if (mode === importModes.require || isEsm) return exports
  return mode === importModes.star ? { ...Object(exports), default: exports } : { default: exports }
}

const cacheLimit = 256
const importers = new Map<string, Import>()

// A package is looked for from the file that imports it: import() resolves against the file name of the script that calls it.
function importerOf(file: string): Import {
  let importer = importers.get(file)
  if (importer === undefined) {
    const script = new vm.Script('(specifier, options) => import(specifier, options)', {
      filename: file,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
    importer = script.runInThisContext() as Import
    if (importers.size >= cacheLimit) importers.clear()
    importers.set(file, importer)
  }
  return importer
}

function isAbsolute(specifier: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(specifier)
}
