// Closures that cannot change: functions over constants that are primitives or functions of that kind. They give the same
// bytes whenever they are captured, so once is enough. Anything else (objects, classes, variables that are assigned) is
// read anew each time: what travels is the state at that moment.

import { functionKinds } from '../format.ts'
import type { CapturedBody, CapturedGraph } from './capture.ts'
import { type GlobalOrigin, originOf } from './global-names.ts'
import type { GraphNode } from './graph.ts'

// biome-ignore lint/complexity/noBannedTypes: functions of any shape
type AnyFunction = Function

interface LastingBody {
  readonly body: CapturedBody
  readonly functions: readonly Shape[]
  readonly globals: ReadonlyMap<string, GlobalOrigin | undefined>
}

/** What of a function itself can be changed from outside; more than that, and it has properties of its own. */
interface Shape {
  readonly fn: AnyFunction
  readonly name: unknown
  readonly keys: number
  readonly parent: unknown
  readonly prototypeKeys: number
}

/** By function; those that were captured with values that know how to travel stand apart. */
const plain = new WeakMap<AnyFunction, LastingBody>()
const withTypes = new WeakMap<AnyFunction, LastingBody>()

/** The body of a function that was captured before and cannot have changed since. */
export function findLasting(fn: AnyFunction, hasTypes: boolean): CapturedBody | undefined {
  const known = (hasTypes ? withTypes : plain).get(fn)
  if (known === undefined || !known.functions.every(isUnchanged) || !haveSameOrigin(known.globals)) return undefined
  return known.body
}

/** Keeps the body of a function for the next time, if its closure cannot change. */
export function keepLasting(fn: AnyFunction, captured: CapturedGraph, hasTypes: boolean, body: CapturedBody): void {
  const { graph, nodes, globals, usesChangingVariable } = captured
  if (usesChangingVariable || graph.extras.length > 0) return
  const functions: Shape[] = []
  for (const [value, node] of nodes) {
    if (isPlainFunction(value, node)) functions.push(shapeOf(value))
    else if (!isConstant(node)) return
  }
  const kept = hasTypes ? withTypes : plain
  kept.set(fn, { body, functions, globals })
}

function isPlainFunction(value: unknown, { record: [kind, sort] }: GraphNode): value is AnyFunction {
  return kind === 'f' && sort !== classKind && typeof value === 'function'
}

const classKind = functionKinds.indexOf('class')

/** References to what every process has, and counters of coverage. */
const isConstant = ({ record: [kind] }: GraphNode): boolean => kind === 'g' || kind === 'i' || kind === 'k'

function shapeOf(fn: AnyFunction): Shape {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  return {
    fn,
    name: Object.getOwnPropertyDescriptor(fn, 'name')?.value,
    keys: Reflect.ownKeys(fn).length,
    parent: Object.getPrototypeOf(fn),
    prototypeKeys: typeof prototype === 'object' && prototype !== null ? Reflect.ownKeys(prototype).length : 0,
  }
}

function isUnchanged(shape: Shape): boolean {
  const now = shapeOf(shape.fn)
  return (
    now.name === shape.name &&
    now.keys === shape.keys &&
    now.parent === shape.parent &&
    now.prototypeKeys === shape.prototypeKeys
  )
}

function haveSameOrigin(globals: LastingBody['globals']): boolean {
  for (const [name, origin] of globals) if (originOf(name) !== origin) return false
  return true
}
