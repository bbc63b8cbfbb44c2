// One expression to bytes and back. Decoding is synchronous and never revives code: bodies stay opaque until a worker
// prepares them.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { WireError } from '../../functions/errors.ts'
import { type Expr, isExpr } from '../../functions/expr/expr.ts'
import { decodingContext, encodingContext } from './context-slots.ts'
import { frameRuntime, isFrame } from './frame-runtime.ts'
import { completeBytes, decodeExprBytes } from './lasting-exprs.ts'

/**
 * An expression as bytes, with the functions in it; `expr.toBytes()` is the same.
 *
 * @param expr - Any expression.
 * @param context - What functions are encoded under. Default: the sender context, else by value.
 * @throws {ShippingError} When a function in it cannot travel; the message names the path that leads to the obstacle.
 * @example
 * import { col, decodeExpr, encodeExpr } from 'volley'
 *
 * const bytes = encodeExpr(col('net').mul(1.19))
 * decodeExpr(bytes).toString() // => 'net * Float64(1.19)'
 *
 * @see docs/reference/wire.md; datafusion-python `Expr.to_bytes`
 */
export function encodeExpr(expr: Expr, context?: CodecContext): Uint8Array {
  return completeBytes(expr.node, encodingContext(context)).slice()
}

/**
 * The expression that `encodeExpr` encoded; `Expr.fromBytes(bytes)` is the same. Functions in it stay closed: only a
 * worker, or `evaluate`, revives them.
 *
 * @param bytes - What `encodeExpr` gave.
 * @param context - What names stand for, and whether bodies are accepted. Default: the worker context, else the global one.
 * @throws {WireError} When the bytes are not an expression, or the context refuses what is in them
 * (`wire_inline_refused`, `wire_not_registered`).
 * @example
 * import { col, decodeExpr, encodeExpr, float64, SessionContext, udf } from 'volley'
 *
 * const square = udf((x: number) => x * x, [float64], float64, { name: 'square' })
 * const strict = new SessionContext().withUdfInlining({ enabled: false })
 * try {
 *   decodeExpr(encodeExpr(square(col('x'))), strict)
 * } catch (error) {
 *   ;(error as { code: string }).code // => 'wire_inline_refused'
 * }
 *
 * @see docs/reference/wire.md; datafusion-python `Expr.from_bytes`
 */
export function decodeExpr(bytes: Uint8Array, context?: CodecContext): Expr {
  return decodeExprBytes(bytes, decodingContext(context))
}

/**
 * Lets expressions and DataFrames sit anywhere in what devalue writes. Functions in them travel under the sender context.
 *
 * @throws {ShippingError} By devalue: when a function in them cannot travel.
 *
 * @example
 * import { parse, stringify } from 'devalue'
 * import { col, type Expr, exprReducers, exprRevivers } from 'volley'
 *
 * const text = stringify({ filters: [col('net').gt(0)] }, exprReducers)
 * const { filters } = parse(text, exprRevivers) as { filters: Expr[] }
 * String(filters[0]) // => 'net > Int64(0)'
 *
 * @see devalue's custom types; datafusion-python's `Expr.__reduce__`
 */
export const exprReducers = Object.freeze({
  Expr: (value: unknown): string | false => isExpr(value) && Buffer.from(encodeExpr(value)).toString('base64'),
  DataFrame: (value: unknown): string | false =>
    isFrame(value) && Buffer.from(frameRuntime().toBytes(value, encodingContext())).toString('base64'),
})

/**
 * The other side of `exprReducers`: what devalue reads expressions and DataFrames with. They are decoded under the worker
 * context, else the global one, whose DataFrames they become; no code is revived.
 *
 * @throws {WireError} When an entry is not the bytes of one, or the context refuses what is in them.
 * @example
 * import { parse, stringify } from 'devalue'
 * import { col, exprReducers, exprRevivers, isExpr } from 'volley'
 *
 * isExpr(parse(stringify(col('a'), exprReducers), exprRevivers)) // => true
 *
 * @see devalue's custom types; datafusion-python's `Expr.__reduce__`
 */
export const exprRevivers = Object.freeze({
  Expr: (base64: unknown): Expr => decodeExpr(bytesOf(base64, 'an expression')),
  DataFrame: (base64: unknown): unknown => frameRuntime().fromBytes(bytesOf(base64, 'a DataFrame'), decodingContext()),
})

function bytesOf(base64: unknown, what: string): Uint8Array {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64')
  throw new WireError('wire_damaged', `Cannot read ${what}: it is not text`)
}
