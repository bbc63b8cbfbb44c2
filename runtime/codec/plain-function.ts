// A function of the user's among the arguments of a call: it travels as a scalar function would, with its closure, and means
// nothing but itself.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { ScalarUdf, UserFunction } from '../../functions/contract/udf.ts'
import { ShippingError } from '../../functions/errors.ts'
import { field, nullType } from '../../functions/types/type.ts'
import { nameOfFunction } from '../../functions/written-function.ts'

/**
 * The frame that a function travels in.
 *
 * @throws {ShippingError} `closure_inlining_off` when the context sends no code.
 */
export function frameOfFunction(fn: UserFunction, { udfInlining }: CodecContext): ScalarUdf {
  const name = nameOfFunction(fn)
  if (!udfInlining) throw inliningOff(name)
  return {
    family: 'scalar',
    name,
    inputs: [],
    returns: field('', nullType),
    volatility: 'volatile',
    nulls: 'call',
    mode: 'row',
    int64As: 'bigint',
    native: false,
    body: { kind: 'live', fn },
  }
}

/** The error for a function that would have to travel by value, and may not. */
export const inliningOff = (name: string): ShippingError =>
  new ShippingError(
    'closure_inlining_off',
    `Cannot ship function "${name}": the sender context is strict. Pass the name of a function that the worker context exports, or one made with udf() or nativeUdf() that it registers`,
    { details: { path: [], name } },
  )
