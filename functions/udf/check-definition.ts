// What udf(), udaf() and udwf() check alike before a function of the user's becomes one of columns. Callers without types
// leave out what the compiler would ask for: each error says what is missing and how the call is written.

import { registerMethods } from '../contract/codec-context.ts'
import type { Udf, UserFunction } from '../contract/udf.ts'
import { describeValue } from '../describe-value.ts'
import { PlanError } from '../errors.ts'
import { checkOptionNames, invalidArgument } from '../options.ts'
import { isWrittenAsClass } from '../written-function.ts'

/** A kind of user-defined function. */
export interface UdfKind {
  /** As messages call it. */
  readonly name: 'UDF' | 'UDAF' | 'UDWF' | 'UDTF'
  /** What is passed to it. */
  readonly takes: 'a function' | 'a class or a factory'
  /** How it is called. */
  readonly usage: string
  readonly options: Readonly<Record<string, true>>
}

/** What was given, before it is known to be of that shape. */
interface Given {
  readonly fn: unknown
  readonly inputs: unknown
  readonly returns: unknown
  readonly state?: unknown
  readonly options: { readonly name?: string }
}

/**
 * The name of a function that can be defined as it was given.
 *
 * @throws {PlanError} `invalid_argument` for what is no function, for missing types, unknown options, or no name.
 */
export function checkDefinition(kind: UdfKind, given: Given): string {
  const { fn, inputs, returns, options } = given
  if (typeof fn !== 'function') {
    throw invalidArgument(`Cannot make a ${kind.name} of ${describeValue(fn)}: pass ${kind.takes}`)
  }
  const what = fn.name === '' ? `a ${kind.name}` : `${kind.name} "${options?.name ?? fn.name}"`
  const missing = Object.entries({ inputs, returns, ...('state' in given ? { state: given.state } : {}) })
    .filter(([, types]) => types === undefined)
    .map(([name]) => name)
  if (missing.length > 0 || isOptions(returns, kind)) {
    const lacks = missing.length === 0 ? 'the type of its result' : `its types (${missing.join(', ')})`
    throw invalidArgument(`Cannot make ${what} without ${lacks}: write ${kind.usage}`)
  }
  for (const [name, types] of Object.entries({ inputs, state: given.state ?? [] })) {
    if (Array.isArray(types)) continue
    throw invalidArgument(`Cannot make ${what}: its ${name} must be an array of types, as in ${kind.usage}`)
  }
  checkOptionNames(options, kind.options, `a ${kind.name}`)
  const name = options.name ?? fn.name
  if (typeof name === 'string' && name !== '') return name
  if (typeof name !== 'string')
    throw invalidArgument(`Cannot make a ${kind.name} named ${describeValue(name)}: a name is a string`)
  const anonymous = kind.takes === 'a function' ? 'function' : 'class'
  throw new PlanError(
    'invalid_argument',
    `Cannot make a ${kind.name} without a name: pass { name } for an anonymous ${anonymous}`,
  )
}

/** Options in the place of a type: the type was forgotten. */
const isOptions = (returns: unknown, { options }: UdfKind): boolean =>
  typeof returns === 'object' &&
  returns !== null &&
  !Array.isArray(returns) &&
  Object.keys(returns).every((name) => Object.hasOwn(options, name))

/** @throws {PlanError} `invalid_argument` for what is called in another way than a function of values. */
export function checkRowFunction(name: string, fn: UserFunction): void {
  if (isWrittenAsClass(fn)) {
    throw invalidArgument(
      `Cannot make UDF "${name}" of a class: udaf() and udwf() take classes, udf() a function of values`,
    )
  }
  if (isDeferred(fn))
    throw invalidArgument(`Cannot make UDF "${name}" of ${describeDeferred(fn)}: it must return the value of a row`)
}

const tagOf = (fn: unknown): string => Object.prototype.toString.call(fn)

/** Whether a function gives a promise, which nobody awaits. */
export const isAsync = (fn: unknown): boolean => /Async/.test(tagOf(fn))

/** Whether a function gives a promise or an iterator, whatever it returns. */
export const isDeferred = (fn: unknown): boolean => /Async|Generator/.test(tagOf(fn))

/** What such a function is called in messages. */
export const describeDeferred = (fn: unknown): string =>
  /Generator/.test(tagOf(fn)) ? 'a generator function' : 'an async function'

/** @throws {PlanError} `invalid_argument` for what udf() and its siblings did not make. */
export function checkRegistered<Family extends string>(
  udf: { readonly definition: { readonly family: string } },
  family: Family,
  method: string,
): void {
  const given = (udf as { readonly definition?: { readonly family?: unknown } } | undefined)?.definition?.family
  if (given === family) return
  const makers: Readonly<Record<string, string>> = { scalar: 'udf', aggregate: 'udaf', window: 'udwf', table: 'udtf' }
  const hint =
    typeof given === 'string'
      ? `it is of another kind, call ${registerMethods[given as Udf['family']]}()`
      : `it takes what ${makers[family]}() gives, whose name it is registered under`
  throw invalidArgument(`Cannot call ${method}() with ${describeValue(udf)}: ${hint}`)
}
