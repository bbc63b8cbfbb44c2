// Kinds of objects: how each built-in kind is written, and which kinds live in one process only.

import { types } from 'node:util'
import { isShippableBuffer } from './binary.ts'
import type { GraphNode } from './graph.ts'
import type { Walk } from './walk.ts'

/** A built-in kind: its record, and the prototype that its objects have unless they belong to a subclass. */
export interface Kind {
  readonly prototype: object | null
  /** Own keys that the record covers already, or that must not travel. */
  covers(key: string | symbol): boolean
  write(walk: Walk, node: GraphNode): void
}

/** The built-in kind of an object; undefined for plain objects and instances of classes. */
export function findKind(value: object): Kind | undefined {
  if (Array.isArray(value)) return kind(Array.prototype, (walk, node) => writeArray(walk, node, value), isIndexOrLength)
  if (types.isMap(value)) return kind(Map.prototype, (walk, node) => writeMap(walk, node, value))
  if (types.isSet(value)) return kind(Set.prototype, (walk, node) => writeSet(walk, node, value))
  if (types.isDate(value)) return leaf(Date.prototype, () => ['d', value.getTime()])
  if (types.isRegExp(value)) {
    return leaf(
      RegExp.prototype,
      () => ['r', value.source, value.flags, value.lastIndex],
      (key) => key === 'lastIndex',
    )
  }
  if (types.isNativeError(value))
    return leaf(
      null,
      () => ['e'],
      (key) => key === 'stack',
    )
  if (types.isArrayBuffer(value)) return kind(ArrayBuffer.prototype, (walk, node) => writeBuffer(walk, node, value))
  if (ArrayBuffer.isView(value)) {
    return kind(null, (walk, node) => writeView(walk, node, value), isIndex)
  }
  if (types.isBoxedPrimitive(value)) {
    return kind(
      null,
      (walk, node) => {
        node.record = ['w', walk.ref(value.valueOf(), node, 'value')]
      },
      isIndexOrLength,
    )
  }
  if (value instanceof URL) return leaf(URL.prototype, () => ['u', value.href])
  if (value instanceof URLSearchParams) return leaf(URLSearchParams.prototype, () => ['q', value.toString()])
  return undefined
}

const processBound: readonly (readonly [(value: unknown) => boolean, string])[] = [
  [types.isProxy, 'a Proxy'],
  [types.isPromise, 'a Promise'],
  [types.isWeakMap, 'a WeakMap'],
  [types.isWeakSet, 'a WeakSet'],
  [(value) => value instanceof WeakRef, 'a WeakRef'],
  [(value) => value instanceof FinalizationRegistry, 'a FinalizationRegistry'],
  [types.isGeneratorObject, 'a generator object'],
  [types.isMapIterator, 'a Map iterator'],
  [types.isSetIterator, 'a Set iterator'],
  [types.isSharedArrayBuffer, 'a SharedArrayBuffer'],
  [types.isArgumentsObject, 'an arguments object'],
  [types.isExternal, 'a native handle'],
]

/** What a value is called that can never leave its process; undefined for all others. */
export function processBoundName(value: object): string | undefined {
  return processBound.find(([is]) => is(value))?.[1]
}

/** An object without a class of its own; false for what only looks like one. */
export function isPlain(value: object): boolean {
  if (types.isProxy(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null) return !types.isModuleNamespaceObject(value)
  return prototype === Object.prototype && !types.isArgumentsObject(value)
}

function kind(prototype: object | null, write: Kind['write'], covers: Kind['covers'] = () => false): Kind {
  return { prototype, write, covers }
}

function leaf(prototype: object | null, record: () => unknown[], covers?: Kind['covers']): Kind {
  const write: Kind['write'] = (_walk, node) => {
    node.record = record()
    node.bytes = node.record.reduce<number>(
      (sum, operand) => sum + (typeof operand === 'string' ? operand.length : 4),
      0,
    )
  }
  return kind(prototype, write, covers)
}

const manyNumbers = 64

function writeArray(walk: Walk, node: GraphNode, array: readonly unknown[]): void {
  if (array.length >= manyNumbers && isAllNumbers(array)) {
    node.record = ['v', walk.graph.attach(new Uint8Array(Float64Array.from(array).buffer))]
    node.bytes = array.length * 8
    return
  }
  if (isDense(array)) {
    node.record = ['a']
    for (let index = 0; index < array.length; index++) node.record.push(walk.ref(array[index], node, `[${index}]`))
  } else {
    node.record = ['A', array.length]
    for (const key of Object.keys(array).filter(isIndex)) {
      node.record.push(Number(key), walk.ref(array[Number(key)], node, `[${key}]`))
    }
  }
  node.bytes += 8 * node.record.length
}

function isDense(array: readonly unknown[]): boolean {
  for (let index = 0; index < array.length; index++) if (!Object.hasOwn(array, index)) return false
  return true
}

function isAllNumbers(array: readonly unknown[]): array is readonly number[] {
  for (let index = 0; index < array.length; index++) if (typeof array[index] !== 'number') return false
  return true
}

function writeMap(walk: Walk, node: GraphNode, map: ReadonlyMap<unknown, unknown>): void {
  node.record = ['m']
  node.bytes = map.size * 16
  for (const [key, value] of map) {
    // Only objects need the path to them.
    const step = typeof value === 'object' || typeof value === 'function' ? entryStep(key) : ''
    node.record.push(walk.ref(key, node, 'a key'), walk.ref(value, node, step))
  }
}

function entryStep(key: unknown): string {
  return typeof key === 'string' || typeof key === 'number' ? `get(${JSON.stringify(key)})` : 'get(…)'
}

function writeSet(walk: Walk, node: GraphNode, set: ReadonlySet<unknown>): void {
  node.record = ['s']
  node.bytes = set.size * 8
  for (const value of set) node.record.push(walk.ref(value, node, 'an element'))
}

function writeBuffer(walk: Walk, node: GraphNode, buffer: ArrayBuffer): void {
  if (!isShippableBuffer(buffer)) walk.refuse('closure_unserializable', node, 'is a resizable ArrayBuffer; ship a copy')
  walk.binaries.addBuffer(node, buffer)
}

function writeView(walk: Walk, node: GraphNode, view: ArrayBufferView): void {
  if (!isShippableBuffer(view.buffer)) {
    walk.refuse('closure_unserializable', node, 'is a view of shared or resizable memory; ship a copy of it')
  }
  walk.binaries.addView(node, view)
}

// A larger number is an ordinary property, of an array too.
const lastIndex = 2 ** 32 - 2

function isIndex(key: string | symbol): boolean {
  return typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key) && Number(key) <= lastIndex
}

function isIndexOrLength(key: string | symbol): boolean {
  return key === 'length' || isIndex(key)
}
