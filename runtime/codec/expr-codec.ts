// One expression to bytes and back. Decoding is synchronous and never revives code: bodies stay opaque until a worker
// prepares them.

import { WireError } from '../../functions/errors.ts'
import { Expr, make } from '../../functions/expr/expr.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { decodingContext, encodingContext } from '../context/slots.ts'
import type { CodecContext } from './context.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from './envelope.ts'
import { decodeGraph, encodeGraph } from './graph-codec.ts'

/**
 * An expression as bytes, with the functions in it.
 *
 * @param context - Default: the sender context, else inlining.
 * @throws {ShippingError} When a function in it cannot travel.
 */
export function encodeExpr(expr: Expr, context?: CodecContext): Uint8Array {
  const { payload, inline } = encodeGraph(expr.node, encodingContext(context))
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
  const node = decodeGraph(payload, decodingContext(context))
  if (typeof node !== 'object' || node === null || !('kind' in node)) {
    throw new WireError('wire_damaged', 'Cannot read an expression: the payload is none')
  }
  return make(node as ExprNode)
}

declare module '../../functions/expr/expr.ts' {
  interface Expr {
    /** This expression as bytes; see `encodeExpr`. */
    toBytes(context?: CodecContext): Uint8Array
  }
  namespace Expr {
    /** The expression that `toBytes` made; see `decodeExpr`. */
    function fromBytes(bytes: Uint8Array, context?: CodecContext): Expr
  }
}

// functions/ is pure and knows no codec: the methods arrive with this room.
Object.defineProperty(Expr.prototype, 'toBytes', {
  value(this: Expr, context?: CodecContext) {
    return encodeExpr(this, context)
  },
})
Object.defineProperty(Expr, 'fromBytes', { value: decodeExpr })
