// Expressions, DataFrames and user-defined functions inside closures: they travel as what they are, under the context in force, and
// not as the library's objects that they happen to be.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { Udf } from '../../functions/contract/udf.ts'
import { WireError } from '../../functions/errors.ts'
import { type Expr, isExpr } from '../../functions/expr/expr.ts'
import { callableOf, callables, definitionOf } from './callables.ts'
import type { ShippedType } from './closure/shipped-type.ts'
import { decodeExpr, encodeExpr } from './expr-codec.ts'
import { frameRuntime, isFrame } from './frame-runtime.ts'
import { decodeUdf, encodeUdf } from './udf-codec.ts'

/** The library's values that a closure may capture, encoded or decoded under `context`. */
export function shippedTypes(context: CodecContext): readonly ShippedType[] {
  return [
    {
      name: 'volley.Expr',
      is: isExpr,
      encode: (expr) => encodeExpr(expr as Expr, context),
      decode: (data) => decodeExpr(bytesOf(data), context),
    },
    {
      name: 'volley.DataFrame',
      is: isFrame,
      encode: (frame) => frameRuntime().toBytes(frame, context),
      decode: (data) => frameRuntime().fromBytes(bytesOf(data), context),
    },
    ...(Object.keys(callables) as Udf['family'][]).map((family) => ({
      name: `volley.Udf.${family}`,
      is: (value: unknown) => definitionOf(value)?.family === family,
      encode: (udf: unknown) => encodeUdf((udf as { readonly definition: Udf }).definition, context),
      decode: (data: unknown) => callableOf(decodeUdf(bytesOf(data), family, context)),
    })),
  ]
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data
  throw new WireError('wire_damaged', 'Cannot read a captured expression: it is not bytes')
}
