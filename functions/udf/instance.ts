// Objects of user classes and factories: how they are made, and which methods they must have.

import { withArticle } from '../article.ts'
import type { UserFunction } from '../contract/udf.ts'
import { PlanError } from '../errors.ts'
import { contractBroken, methodFailure } from './failure.ts'

/** A class is called with `new`, a factory without. */
export function isClass(fn: UserFunction): boolean {
  if (/^class\b/.test(Function.prototype.toString.call(fn))) return true
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

/** @throws {PlanError} `invalid_argument` when a class lacks a method that its contract requires. */
export function checkClass(
  name: string,
  kind: string,
  fn: UserFunction,
  methods: readonly (readonly string[])[],
): void {
  for (const choices of methods) {
    if (!isClass(fn) || choices.some((method) => declares(fn, method) !== false)) continue
    throw new PlanError(
      'invalid_argument',
      `Cannot make ${kind} "${name}": its class has no ${choices.map((choice) => `${choice}()`).join(' or ')}`,
      { details: { udf: name } },
    )
  }
}
