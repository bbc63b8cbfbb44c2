// Objects of user classes and factories: how they are made, and which methods they must have.

import { withArticle } from '../article.ts'
import type { UserFunction } from '../contract/udf.ts'
import { PlanError } from '../errors.ts'
import { invalidArgument } from '../options.ts'
import { isWrittenAsClass } from '../written-function.ts'
import { describeDeferred, isAsync, isDeferred } from './check-definition.ts'
import { contractBroken, methodFailure } from './failure.ts'

/** A class is called with `new`, a factory without. */
export function isClass(fn: UserFunction): boolean {
  if (isWrittenAsClass(fn)) return true
  return typeof fn.prototype === 'object' && fn.prototype !== null && 'evaluate' in fn.prototype
}

/**
 * A fresh object.
 *
 * @throws {UdfError} `udf_failed` when the constructor throws, `udf_wrong_result` when it gives something that is not
 * an object.
 */
export function instanceOf(name: string, fn: UserFunction, options?: unknown): object {
  let instance: unknown
  try {
    instance = isClass(fn)
      ? Reflect.construct(fn, options === undefined ? [] : [options])
      : Reflect.apply(fn, undefined, options === undefined ? [] : [options])
  } catch (error) {
    throw methodFailure(name, 'constructor', error)
  }
  if (typeof instance === 'object' && instance !== null) return instance
  throw contractBroken(
    name,
    `its factory returned ${withArticle(instance === null ? 'null' : typeof instance)}, not an object`,
  )
}

/**
 * Looks for a method without making an object, where that is possible: in a class's prototype chain and its fields.
 *
 * @returns undefined when only an object would show it.
 */
export function declares(fn: UserFunction, method: string): boolean | undefined {
  if (!isClass(fn)) return undefined
  if (method in fn.prototype) return true
  return new RegExp(`\\b${method}\\s*=`).test(Function.prototype.toString.call(fn))
}

/** What is called of the user's objects, and whether it may give its results one by one. */
const methods: ReadonlyMap<string, 'value' | 'iterable'> = new Map([
  ...['add', 'update', 'merge', 'state', 'evaluate', 'retract', 'getRange', 'memoize'].map(
    (n) => [n, 'value'] as const,
  ),
  ...['evaluateAll', 'evaluateAllWithRank'].map((name) => [name, 'iterable'] as const),
])

/** What a class or factory gives must be an object, and what its methods give the results. */
function checkMethods(name: string, kind: string, fn: UserFunction): void {
  if (isDeferred(fn))
    throw invalidArgument(`Cannot make ${kind} "${name}" of ${describeDeferred(fn)}: it must return an object`)
  if (!isClass(fn)) return
  for (const [method, gives] of methods) {
    const own: unknown = fn.prototype[method]
    if (!isDeferred(own) || (gives === 'iterable' && !isAsync(own))) continue
    throw invalidArgument(
      `Cannot make ${kind} "${name}": its ${method}() is ${describeDeferred(own)}, which must return its result`,
    )
  }
}

/**
 * @throws {PlanError} `invalid_argument` when a class lacks a method that its contract requires, or has one that is async.
 */
export function checkClass(
  name: string,
  kind: string,
  fn: UserFunction,
  required: readonly (readonly string[])[],
): void {
  checkMethods(name, kind, fn)
  for (const choices of required) {
    if (!isClass(fn) || choices.some((method) => declares(fn, method) !== false)) continue
    throw new PlanError(
      'invalid_argument',
      `Cannot make ${kind} "${name}": its class has no ${choices.map((choice) => `${choice}()`).join(' or ')}`,
      { details: { udf: name } },
    )
  }
}
