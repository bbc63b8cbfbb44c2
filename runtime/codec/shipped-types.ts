// Expressions and user-defined functions inside closures: they travel as what they are, under the context in force, and
// not as the library's objects that they happen to be.

import { WireError } from '../../functions/errors.ts'
import { type Expr, isExpr } from '../../functions/expr/expr.ts'
import { callable, type ScalarUDF } from '../../functions/udf/scalar.ts'
import type { ShippedType } from './closure/walk.ts'
import type { CodecContext } from './context.ts'
import { decodeExpr, encodeExpr } from './expr-codec.ts'
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
      name: 'volley.ScalarUDF',
      is: isScalarUdf,
      encode: (udf) => encodeUdf((udf as ScalarUDF).definition, context),
      decode: (data) => {
        const udf = decodeUdf(bytesOf(data), 'scalar', context)
        if (udf.family !== 'scalar') throw new WireError('wire_damaged', 'Cannot read a function: it is not scalar')
        return callable(udf)
      },
    },
  ]
}

/** Recognises what `udf()` and `nativeUdf()` return. */
export function isScalarUdf(value: unknown): value is ScalarUDF {
  if (typeof value !== 'function' || !Object.hasOwn(value, 'definition')) return false
  const { definition } = value as ScalarUDF
  return typeof definition === 'object' && definition !== null && definition.family === 'scalar' && 'body' in definition
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data
  throw new WireError('wire_damaged', 'Cannot read a captured expression: it is no bytes')
}
