// Values that every process has: globals, their statics and prototype methods, and what node: modules export. They travel
// by reference. The index of the language's own globals is made when this file loads, before user code can patch them;
// the rest (web classes, node: modules) is indexed when somebody asks, because touching it would load it.

import nodeModule from 'node:module'
import { types } from 'node:util'
import { hidden, isObject } from '../globals.ts'
import { isNodes } from './global-names.ts'
import { nodeGlobals } from './node-globals.ts'

/** How a worker finds the same value. A step `@@name` is a well-known symbol. */
export type Reference =
  | { readonly kind: 'global'; readonly accessor: '' | 'get' | 'set'; readonly path: readonly string[] }
  | { readonly kind: 'module'; readonly specifier: string; readonly name: string }

const index = new Map<object, Reference>()
const symbolNames = new Map<symbol, string>()
for (const name of Object.getOwnPropertyNames(Symbol)) {
  const value = Reflect.get(Symbol, name)
  if (typeof value === 'symbol') symbolNames.set(value, name)
}

const webNames =
  /Stream|Strategy|Event|Headers|Form|Request|Response|Socket|rypto|Web|avigator|erformance|Channel|Port|Blob|File|Pattern|Storage/
let webIsIndexed = false
let indexedModules = 0

for (const name of nodeGlobals) if (!webNames.test(name)) indexGlobal(name)
for (const [name, find] of Object.entries(hidden)) indexMembers([name], find())

/** The reference for a value of every process; undefined for the user's own. */
export function findWellKnown(value: object): Reference | undefined {
  let found = index.get(value)
  if (found === undefined) {
    indexLoadedModules()
    if (types.isModuleNamespaceObject(value)) return asNamespace(value)
    found = index.get(value)
  }
  // What the program put there before this file was loaded is its own.
  return found === undefined || (typeof value === 'function' && !isNodes(value)) ? undefined : found
}

/** The same, for a native function that must be somewhere: looks at everything, at some cost. */
export function searchWellKnown(value: object): Reference | undefined {
  if (!webIsIndexed) {
    webIsIndexed = true
    for (const name of nodeGlobals) if (webNames.test(name)) indexGlobal(name)
  }
  return findWellKnown(value)
}

/** The name of a well-known symbol such as Symbol.iterator. */
export function wellKnownSymbolName(value: symbol): string | undefined {
  return symbolNames.get(value)
}

function indexGlobal(name: string): void {
  const value = Object.getOwnPropertyDescriptor(globalThis, name)?.value
  const resolved = name === 'process' || name === 'Buffer' ? Reflect.get(globalThis, name) : value
  if (!isObject(resolved)) return
  if (resolved === globalThis) add(resolved, ['globalThis'])
  else indexMembers([name], resolved)
}

function indexMembers(path: readonly string[], value: unknown): void {
  if (!isObject(value)) return
  add(value, path)
  for (const [key, { value: member, get, set }] of ownProperties(value)) {
    const step = keyToStep(key)
    if (step === undefined || step === 'caller' || step === 'arguments' || step === 'constructor') continue
    if (step === 'prototype' && path.length === 1) indexMembers([...path, step], member)
    else if (isObject(member)) add(member, [...path, step])
    if (get) add(get, [...path, step], 'get')
    if (set) add(set, [...path, step], 'set')
  }
}

function add(value: object, path: readonly string[], accessor: '' | 'get' | 'set' = ''): void {
  if (!index.has(value)) index.set(value, { kind: 'global', accessor, path })
}

// Only modules that are loaded already: a captured value cannot come from any other.
function indexLoadedModules(): void {
  const list: unknown = Reflect.get(process, 'moduleLoadList')
  const loaded = Array.isArray(list) ? (list as string[]) : nodeModule.builtinModules.map((id) => `NativeModule ${id}`)
  if (loaded.length === indexedModules) return
  const ids = loaded.slice(indexedModules).map((entry) => entry.replace('NativeModule ', ''))
  indexedModules = loaded.length
  for (const id of ids) if (!id.startsWith('_') && nodeModule.isBuiltin(`node:${id}`)) indexModule(`node:${id}`)
}

function indexModule(specifier: string): void {
  const exports: unknown = process.getBuiltinModule(specifier)
  if (!isObject(exports)) return
  addExport(exports, specifier, 'default')
  for (const [key, { value }] of ownProperties(exports)) {
    if (typeof key === 'string' && isObject(value)) addExport(value, specifier, key)
  }
}

// Some values have several names (node:path and node:path/posix): the shortest wins, whatever was loaded first.
function addExport(value: object, specifier: string, name: string): void {
  const known = index.get(value)
  if (known?.kind === 'global') return
  const rank = (from: string, as: string) => `${String(from.length).padStart(3, '0')}${from} ${as}`
  if (known === undefined || rank(specifier, name) < rank(known.specifier, known.name)) {
    index.set(value, { kind: 'module', specifier, name })
  }
}

function asNamespace(value: object): Reference | undefined {
  const exported: unknown = Reflect.get(value, 'default')
  const found = isObject(exported) ? index.get(exported) : undefined
  const isWhole = found?.kind === 'module' && found.name === 'default'
  return isWhole ? { kind: 'module', specifier: found.specifier, name: '*' } : undefined
}

function keyToStep(key: string | symbol): string | undefined {
  if (typeof key === 'string') return key
  const name = symbolNames.get(key)
  return name === undefined ? undefined : `@@${name}`
}

function ownProperties(value: object): [string | symbol, PropertyDescriptor][] {
  return Reflect.ownKeys(value).flatMap((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key)
    return descriptor === undefined ? [] : [[key, descriptor] as [string | symbol, PropertyDescriptor]]
  })
}
