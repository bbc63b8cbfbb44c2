// Free names that are globals: which of them a worker has as well. It lacks those that the program added, and has Node's own
// in place of those that the program replaced.

import { isNodeFunction } from '../source/inspector.ts'
import { nodeGlobals } from './node-globals.ts'

/** `own`: as Node made it. `added`, `replaced`: by the program. */
export type GlobalOrigin = 'own' | 'added' | 'replaced'

/** What the globals were when this file was loaded; those that are not functions can only be compared with that. */
const atLoad = new Map([...nodeGlobals].map((name) => [name, definitionOf(name)]))
const known = new WeakMap<object, boolean>()

/** Where a global of this process comes from; undefined when there is none of that name. Runs no getter. */
export function originOf(name: string): GlobalOrigin | undefined {
  if (!(name in globalThis)) return undefined
  const definition = definitionOf(name)
  if (!nodeGlobals.has(name)) return isNative(definition) && !isEnumerable(name) ? 'own' : 'added'
  if (!Object.is(definition, atLoad.get(name))) return 'replaced'
  return typeof definition !== 'function' || isNodes(definition) ? 'own' : 'replaced'
}

/** True for a name that Node itself defines. */
export const isGlobalName = (name: string): boolean => nodeGlobals.has(name) && name in globalThis

/** What a global is defined by: its getter, or its value. */
function definitionOf(name: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
  return descriptor?.get ?? descriptor?.value
}

const isEnumerable = (name: string): boolean => Object.prototype.propertyIsEnumerable.call(globalThis, name)

/** Node's own globals are native, or written in files of its own. */
export function isNodes(fn: object): boolean {
  const isOwn = known.get(fn) ?? (isNative(fn) || isNodeFunction(fn))
  known.set(fn, isOwn)
  return isOwn
}

/** A later Node has more globals than the list: native ones are not the program's. */
function isNative(value: unknown): boolean {
  if (typeof value === 'function') return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(value))
  if (typeof value !== 'object' || value === null) return false
  const members = Object.values(Object.getOwnPropertyDescriptors(value)).filter(
    ({ value }) => typeof value === 'function',
  )
  return members.length > 0 && members.every(({ value }) => isNative(value))
}
