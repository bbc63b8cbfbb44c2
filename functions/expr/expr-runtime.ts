// What expressions can do once there is a runtime: travel, be inspected, be evaluated. functions/ has neither a codec
// nor an engine, so it declares here what `Expr` needs of them, and runtime/ installs it.

import type { Vector } from 'apache-arrow'
import type { ArrowBatchLike, ArrowTableLike } from '../arrow/like.ts'
import type { CodecContext } from '../contract/codec-context.ts'
import type { UdfShipment } from '../contract/udf-shipment.ts'
import { InternalError } from '../errors.ts'
import type { ExprNode } from './node.ts'

/** The methods of `Expr` that need a codec or an engine. */
export interface ExprRuntime {
  readonly toBytes: (node: ExprNode, context?: CodecContext) => Uint8Array
  readonly fromBytes: (bytes: Uint8Array, context?: CodecContext) => ExprNode
  readonly explainShipping: (node: ExprNode, context?: CodecContext) => readonly UdfShipment[]
  readonly evaluate: (node: ExprNode, data: ArrowTableLike | ArrowBatchLike, context?: CodecContext) => Promise<Vector>
}

let installed: ExprRuntime | undefined

/**
 * Gives every expression of this process its runtime. Done once, where a process begins: the package's entry point, a
 * worker's entry.
 */
export function installExprRuntime(runtime: ExprRuntime): void {
  installed = runtime
}

/** The runtime that was installed. @throws {InternalError} When `functions/` was loaded without one. */
export function exprRuntime(method: keyof ExprRuntime): ExprRuntime {
  if (installed !== undefined) return installed
  throw new InternalError(`Cannot call ${method}() on an expression: no runtime is installed; import from "volley"`, {
    details: { method },
  })
}
