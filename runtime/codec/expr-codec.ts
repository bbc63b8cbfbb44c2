// One expression to bytes and back. Decoding is synchronous and never revives code: bodies stay opaque until a worker
// prepares them.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { WireError } from '../../functions/errors.ts'
import { type Expr, isExpr, make } from '../../functions/expr/expr.ts'
import { decodingContext, encodingContext } from './context-slots.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from './envelope.ts'
import { decodeGraph, encodeGraph } from './graph-codec.ts'
import { packNode, unpackNode } from './pack-node.ts'
import { validateNode } from './validate-node.ts'
import { NodeBudget } from './validate-type.ts'

/**
 * An expression as bytes, with the functions in it.
 *
 * @param context - Default: the sender context, else inlining.
 * @throws {ShippingError} When a function in it cannot travel.
 */
export function encodeExpr(expr: Expr, context?: CodecContext): Uint8Array {
  const { payload, inline } = encodeGraph(packNode(expr.node), encodingContext(context), 'the expression')
  return encodeEnvelope('VLYEXPR', inline ? FLAG_INLINE_CODE : 0, payload)
}

/**
 * The expression that `encodeExpr` encoded.
 *
 * @param context - Default: the worker context, else the global one.
 * @throws {WireError} When the bytes are not an expression, or the context refuses what is in them.
 */
export function decodeExpr(bytes: Uint8Array, context?: CodecContext): Expr {
  const { payload } = decodeEnvelope(bytes, 'VLYEXPR')
  const node = unpackNode(decodeGraph(payload, decodingContext(context)))
  validateNode(node, new NodeBudget(payload.length))
  return make(node)
}

/**
 * Lets expressions sit anywhere in a payload of devalue's: `devalue.stringify(value, exprReducers)`. Functions in them
 * travel under the sender context.
 */
export const exprReducers = Object.freeze({
  Expr: (value: unknown): string | false => isExpr(value) && Buffer.from(encodeExpr(value)).toString('base64'),
})

/** The other side: `devalue.parse(text, exprRevivers)`, under the worker context. No code is revived by it. */
export const exprRevivers = Object.freeze({
  Expr: (base64: unknown): Expr => {
    if (typeof base64 === 'string') return decodeExpr(Buffer.from(base64, 'base64'))
    throw new WireError('wire_damaged', 'Cannot read an expression: it is not text')
  },
})
