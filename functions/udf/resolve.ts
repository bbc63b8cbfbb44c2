// A scalar UDF as a kernel: the user's function called with the values users expect, its results checked against the
// declared type. The function must be live: workers revive shipped bodies before anything is bound for evaluation.

import type { Argument, Resolution, ScalarKernel } from '../contract/scalar.ts'
import type { ScalarUdf, Udf } from '../contract/udf.ts'
import { InternalError, PlanError } from '../errors.ts'
import { commonNumeric, plainType } from '../types/coercion.ts'
import { type DataType, displayType, sameType } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { fromUser, toUser } from './user-values.ts'
import { vectorKernel } from './vector.ts'

/**
 * Resolves a call of a scalar UDF: arguments are cast to the declared inputs when they widen to them.
 *
 * @throws {PlanError} `type_mismatch` for a wrong number of arguments or a type that does not fit.
 */
export function resolveUdf(udf: ScalarUdf, args: readonly Argument[]): Resolution {
  checkArguments(udf, args)
  const propagate = udf.nulls === 'propagate'
  return {
    types: udf.inputs,
    // A dictionary is a way to store a column; what functions give are values.
    returns: plainType(udf.returns.type),
    nullable: udf.returns.nullable || (propagate && args.some((arg) => arg.nullable)),
    nulls: propagate ? 'propagate' : 'call',
    givesNull: udf.returns.nullable,
    volatility: udf.volatility,
    kernel: () => udfKernel(udf),
  }
}

/** @throws {PlanError} `type_mismatch` for a wrong number of arguments or a type that does not fit. */
export function checkArguments(udf: Udf, args: readonly Argument[]): void {
  if (args.length !== udf.inputs.length) {
    const takes = udf.inputs.length === 1 ? '1 argument' : `${udf.inputs.length} arguments`
    throw new PlanError('type_mismatch', `Function "${udf.name}" takes ${takes}, got ${args.length}`, {
      details: { function: udf.name, arguments: args.length },
    })
  }
  args.forEach((arg, i) => {
    checkInput(udf, i, arg.type)
  })
}

function checkInput(udf: Udf, index: number, actual: DataType): void {
  const wanted = udf.inputs[index] ?? actual
  const from = plainType(actual)
  if (from.kind === 'null' || sameType(from, plainType(wanted)) || commonNumeric(from, wanted) !== undefined) return
  if (from.kind === 'date32' && wanted.kind === 'timestamp') return
  if (from.kind === 'timestamp' && wanted.kind === 'timestamp') return
  const place = udf.inputs.length === 1 ? '' : ` as argument ${index + 1}`
  throw new PlanError(
    'type_mismatch',
    `Function "${udf.name}" takes ${displayType(wanted)}${place}, got ${displayType(actual)}`,
    {
      details: { function: udf.name, argument: index + 1, type: displayType(actual) },
    },
  )
}

function udfKernel(udf: ScalarUdf): ScalarKernel {
  if (udf.body.kind !== 'live') throw new InternalError(`Function "${udf.name}" was not prepared before it was bound`)
  const fn = udf.body.fn as (...values: unknown[]) => unknown
  if (udf.mode === 'vector') return vectorKernel(udf, fn)
  const convert = fromUser(udf.name, udf.returns, udf.body.fn)
  const adapters = udf.inputs.map((type) => toUser(type, udf.int64As, udf.name))
  return {
    row: (...values: Value[]) => {
      const args = values.map((value, i) => (value === null ? null : (adapters[i]?.(value) ?? value)))
      return convert(fn(...args))
    },
    direct: { fn: fn as (...values: never[]) => unknown, adapters, isValue: isValueText(udf.returns.type), convert },
  }
}

/** The condition under which a result needs no conversion. Whatever it refuses, `convert` decides. */
function isValueText(type: DataType): (result: string) => string {
  switch (type.kind) {
    case 'float64':
      return (r) => `typeof ${r} === 'number'`
    case 'int32':
      return (r) => `typeof ${r} === 'number' && (${r} | 0) === ${r}`
    case 'int64':
      return (r) => `typeof ${r} === 'bigint' && BigInt.asIntN(64, ${r}) === ${r}`
    case 'bool':
      return (r) => `typeof ${r} === 'boolean'`
    case 'utf8':
      return (r) => `typeof ${r} === 'string'`
    default:
      return () => 'false'
  }
}
