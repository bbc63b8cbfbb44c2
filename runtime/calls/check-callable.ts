// What WorkerPool can call, decided before anything is captured or sent. Whether a function can travel is the codec's
// business: it refuses bound and unreachable native functions, with shipping codes.

import { types } from 'node:util'
import { withArticle } from '../../functions/article.ts'
import type { Udf, UserFunction } from '../../functions/contract/udf.ts'
import { PlanError } from '../../functions/errors.ts'
import { isExpr } from '../../functions/expr/expr.ts'
import { isWrittenAsClass, nameOfFunction } from '../../functions/written-function.ts'

/**
 * @returns The function: a plain one, or what `udf()` and `nativeUdf()` gave.
 * @throws {PlanError} `invalid_argument` for anything else; the message says what to pass instead.
 */
export function checkCallable(given: unknown): UserFunction {
  const definition = definitionOf(given)
  if (definition !== undefined && definition.family !== 'scalar') {
    const place = definition.family === 'aggregate' ? 'in an aggregation' : 'with .over()'
    throw cannotCall(
      `the ${definition.family} function "${definition.name}"`,
      `it takes columns, not values. Use it in an expression, ${place}, or pass a plain function`,
    )
  }
  if (typeof given !== 'function') throw notAFunction(given, definition)
  const name = nameOfFunction(given)
  if (isClass(given)) {
    throw cannotCall(`class "${name}"`, `pass a function that makes one, such as (item) => new ${name}(item)`)
  }
  if (types.isGeneratorFunction(given)) {
    throw cannotCall(
      `the generator function "${name}"`,
      'a generator cannot travel back. Pass a function that collects what it yields in an array',
    )
  }
  return given
}

/** Names that a module can export without quotes. */
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

/**
 * Whether a text names an export of the worker-context module.
 *
 * @throws {PlanError} `invalid_argument` when there is no such module.
 */
export function isExportName(given: unknown, workerContext: URL | undefined): given is string {
  if (typeof given !== 'string' || !identifier.test(given)) return false
  if (workerContext !== undefined) return true
  throw cannotCall(
    `"${given}"`,
    'this pool has no worker context that could export it. Name its module with workerContext, or pass the function itself',
  )
}

/**
 * @returns The class.
 * @throws {PlanError} `invalid_argument` for what cannot be constructed; the message says what to pass instead.
 */
export function checkClass(given: unknown): UserFunction {
  if (typeof given === 'function' && definitionOf(given) === undefined && isConstructor(given)) {
    return given as UserFunction
  }
  const isInstance = typeof given === 'object' && given !== null && !isExpr(given)
  const what = typeof given === 'function' ? `the function "${given.name}"` : describe(given)
  const wayOut = isInstance
    ? 'pass the class, and the arguments of its constructor: instances do not travel'
    : 'pass a class; functions are called with run()'
  throw new PlanError('invalid_argument', `Cannot make an actor of ${what}: ${wayOut}`)
}

/** Arrow functions, methods, generators and async functions are none. */
function isConstructor(fn: object): boolean {
  try {
    Reflect.construct(Object, [], fn as UserFunction)
    return true
  } catch {
    return false
  }
}

/** @throws {PlanError} `invalid_argument` when it cannot be iterated over. */
export function checkItems<Item>(items: Iterable<Item> | AsyncIterable<Item>): void {
  if (typeof items === 'string' || (typeof items === 'object' && items !== null)) {
    if (Symbol.iterator in Object(items) || Symbol.asyncIterator in Object(items)) return
  }
  throw new PlanError('invalid_argument', `Cannot map over ${describe(items)}: pass an array or another iterable`)
}

function notAFunction(given: unknown, definition: Udf | undefined): PlanError {
  if (definition !== undefined)
    return cannotCall(`the definition of function "${definition.name}"`, 'pass the function that udf() returned')
  if (isExpr(given))
    return cannotCall(
      'an expression',
      'pass a function that evaluates it, such as (table) => expression.evaluate(table)',
    )
  if (given === undefined)
    return cannotCall(
      'undefined',
      'pass a function. Is it imported under another name, or from a module that is still loading?',
    )
  if (given instanceof Promise) return cannotCall('a Promise', 'await it first, and pass the function that it gives')
  if (typeof given === 'string') return cannotCall('a string', 'code does not travel as text. Pass the function itself')
  return cannotCall(describe(given), 'pass a function')
}

const cannotCall = (what: string, way: string): PlanError =>
  new PlanError('invalid_argument', `Cannot call ${what} in a worker: ${way}`)

function describe(value: unknown): string {
  if (value === null) return 'null'
  return withArticle(typeof value === 'object' ? String(value.constructor?.name ?? 'object') : typeof value)
}

/** Of what `udf()` and its siblings return, or a definition itself. */
function definitionOf(given: unknown): Udf | undefined {
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null || types.isProxy(given)) return
  const candidate: unknown = Object.hasOwn(given, 'definition') ? (given as { definition?: unknown }).definition : given
  const isDefinition =
    typeof candidate === 'object' && candidate !== null && 'family' in candidate && 'body' in candidate
  return isDefinition ? (candidate as Udf) : undefined
}

/** Constructors of the language that can be called without `new`; errors can as well. */
const callableConstructors = new Set<UserFunction>([
  Array,
  BigInt,
  Boolean,
  Date,
  Error,
  Function,
  Number,
  Object,
  RegExp,
  String,
  Symbol,
])

/** Whether it is written as a class, or is a constructor of the language such as Map. */
function isClass(fn: UserFunction): boolean {
  if (types.isProxy(fn)) return false
  if (isWrittenAsClass(fn)) return true
  const isNative = Function.prototype.toString.call(fn).endsWith('{ [native code] }')
  const isConstructor = isNative && Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false
  return isConstructor && !callableConstructors.has(fn) && !(fn.prototype instanceof Error)
}
