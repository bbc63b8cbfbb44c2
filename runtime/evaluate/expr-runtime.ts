// The codec and the engine as expressions see them.

import { make } from '../../functions/expr/expr.ts'
import { type ExprRuntime, installExprRuntime } from '../../functions/expr/expr-runtime.ts'
import { decodeExpr, encodeExpr } from '../codec/expr-codec.ts'
import { explainShipping } from '../codec/inspect.ts'
import { evaluateExpr } from './evaluate.ts'

const runtime: ExprRuntime = {
  toBytes: (node, context) => encodeExpr(make(node), context),
  fromBytes: (bytes, context) => decodeExpr(bytes, context).node,
  explainShipping: (node, context) => explainShipping(make(node), context),
  evaluate: (node, data, context) => evaluateExpr(make(node), data, context),
}

/** Lets the expressions of this process travel and be evaluated. */
export function installRuntime(): void {
  installExprRuntime(runtime)
}
