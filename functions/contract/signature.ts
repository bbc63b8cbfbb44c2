// What arguments a built-in takes: classes of types, how many, and what each argument is cast to. The texts double as
// documentation and as the "takes …" part of error messages.

import { PlanError } from '../errors.ts'
import { plainType, unifyTypes } from '../types/coercion.ts'
import {
  binary,
  bool,
  type DataType,
  displayType,
  float64,
  int64,
  isDecimal,
  isFloat,
  isInteger,
  isNumeric,
  isTemporal,
  utf8,
} from '../types/type.ts'

/** A class of argument types. */
export interface Parameter {
  /** In error messages and documentation, after "takes": `a string`. */
  readonly describe: string
  /** The type an argument is cast to; undefined when it does not fit. */
  readonly coerce: (type: DataType) => DataType | undefined
}

const parameter = (describe: string, coerce: (type: DataType) => DataType | undefined): Parameter =>
  Object.freeze({ describe, coerce: (type: DataType) => coerce(plainType(type)) })

const isNull = (type: DataType): boolean => type.kind === 'null'

export const text = parameter('a string', (type) => (type.kind === 'utf8' || isNull(type) ? utf8 : undefined))
/** Anything with a text form: numbers, booleans and dates are written out. */
export const printable = parameter('a string', (type) =>
  type.kind === 'utf8' || isNull(type) || isNumeric(type) || isTemporal(type) || type.kind === 'bool'
    ? utf8
    : undefined,
)
export const integer = parameter('an integer', (type) => (isInteger(type) || isNull(type) ? int64 : undefined))
/** An integer that counts or gives a position; it is read as a double, which loops read far cheaper than a bigint. */
export const count = parameter('an integer', (type) => (isInteger(type) || isNull(type) ? float64 : undefined))
/** A string; numbers are written out. */
export const written = parameter('a string', (type) =>
  type.kind === 'utf8' || isNull(type) || isNumeric(type) ? utf8 : undefined,
)
/** Any number, kept as it is. */
export const number = parameter('a number', (type) => (isNumeric(type) ? type : isNull(type) ? float64 : undefined))
/** A number or a duration, kept as it is. */
export const quantity = parameter('a number', (type) => (type.kind === 'duration' ? type : number.coerce(type)))
/** A float; integers and decimals become Float64, Float32 stays. */
export const float = parameter('a number', (type) =>
  isFloat(type) ? type : isInteger(type) || isDecimal(type) || isNull(type) ? float64 : undefined,
)
export const double = parameter('a number', (type) => (isNumeric(type) || isNull(type) ? float64 : undefined))
export const boolean = parameter('a boolean', (type) => (type.kind === 'bool' || isNull(type) ? bool : undefined))
export const bytes = parameter('a string or bytes', (type) =>
  type.kind === 'binary' ? binary : type.kind === 'utf8' || isNull(type) ? utf8 : undefined,
)
export const anything = parameter('any value', (type) => type)

/** How many arguments of which classes. */
export interface Signature {
  readonly parameters: readonly Parameter[]
  /** How many of the last parameters may be missing. */
  readonly optional: number
  /** The last parameter may repeat. */
  readonly variadic: boolean
  /** All arguments are cast to one type. */
  readonly unify?: 'number' | 'string'
  /** Decides for all arguments at once, where one depends on another; instead of the parameters' classes. */
  readonly coerceAll?: {
    /** In error messages, after "takes". */
    readonly describe: string
    readonly coerce: (types: readonly DataType[]) => readonly DataType[] | undefined
  }
}

/** Exactly these arguments, of which the last `optional` may be missing. */
export function exactly(parameters: readonly Parameter[], optional = 0): Signature {
  return Object.freeze({ parameters: Object.freeze(parameters), optional, variadic: false })
}

/** These arguments, the last of which may repeat. */
export function variadic(parameters: readonly Parameter[]): Signature {
  return Object.freeze({ parameters: Object.freeze(parameters), optional: 0, variadic: true })
}

/** Arguments whose types depend on each other: `least` to `most` of them, described as in `takes a list and a value`. */
export function coerceAll(
  describe: string,
  least: number,
  most: number,
  coerce: (types: readonly DataType[]) => readonly DataType[] | undefined,
): Signature {
  const limited = Number.isFinite(most)
  return Object.freeze({
    parameters: Object.freeze(Array.from({ length: limited ? most : Math.max(1, least) }, () => anything)),
    optional: limited ? most - least : least === 0 ? 1 : 0,
    variadic: !limited,
    coerceAll: Object.freeze({
      describe,
      coerce: (types: readonly DataType[]) => coerce(types.map(plainType)),
    }),
  })
}

/** One or more arguments that are cast to the one type they have in common. */
export function unified(prefer: 'number' | 'string' = 'number'): Signature {
  return Object.freeze({ parameters: Object.freeze([anything]), optional: 0, variadic: true, unify: prefer })
}

/**
 * The types that the arguments of a call are cast to.
 *
 * @throws {PlanError} `type_mismatch`, naming the function, what it takes and what it got.
 */
export function coerceArguments(name: string, signature: Signature, types: readonly DataType[]): readonly DataType[] {
  const { parameters, optional, variadic: repeats } = signature
  const least = parameters.length - optional
  if (types.length < least || (!repeats && types.length > parameters.length)) {
    throw new PlanError('type_mismatch', `Function "${name}" takes ${countText(signature)}, got ${types.length}`, {
      details: { function: name, arguments: types.length },
    })
  }
  if (signature.coerceAll !== undefined) return coerceByRule(name, signature.coerceAll, types)
  if (signature.unify !== undefined) return unifyArguments(name, signature.unify, types)
  return types.map((type, i) => {
    const wanted = parameters[Math.min(i, parameters.length - 1)]
    const coerced = wanted?.coerce(type)
    if (wanted !== undefined && coerced !== undefined) return coerced
    const place = types.length === 1 ? '' : ` as argument ${i + 1}`
    throw new PlanError(
      'type_mismatch',
      `Function "${name}" takes ${wanted?.describe}${place}, got ${displayType(type)}`,
      {
        details: { function: name, argument: i + 1, type: displayType(type) },
      },
    )
  })
}

function unifyArguments(name: string, prefer: 'number' | 'string', types: readonly DataType[]): readonly DataType[] {
  const common = unifyTypes(types, prefer)
  if (common !== undefined) return types.map(() => common)
  const shown = types.map(displayType).join(', ')
  throw new PlanError('type_mismatch', `Function "${name}" takes values of one type, got ${shown}`, {
    details: { function: name },
  })
}

function coerceByRule(
  name: string,
  rule: NonNullable<Signature['coerceAll']>,
  types: readonly DataType[],
): readonly DataType[] {
  const coerced = rule.coerce(types)
  if (coerced !== undefined) return coerced
  const shown = types.map(displayType).join(', ')
  const what = /^\w/.test(name) ? 'Function' : 'Operator'
  throw new PlanError('type_mismatch', `${what} "${name}" takes ${rule.describe}, got ${shown}`, {
    details: { function: name, arguments: types.map(displayType) },
  })
}

function countText(signature: Signature): string {
  const most = signature.parameters.length
  const least = most - signature.optional
  const plural = (count: number): string =>
    count === 0 ? 'no arguments' : count === 1 ? '1 argument' : `${count} arguments`
  if (signature.variadic) return `at least ${plural(least)}`
  return least === most ? plural(most) : `${least} to ${plural(most)}`
}
