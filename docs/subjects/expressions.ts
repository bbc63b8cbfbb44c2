/**
 * Expressions say what a column is computed from: `col('net').mul(1.19).gt(100)`. They begin with `col`, `lit`, `when`, a
 * built-in or a user-defined function, and grow by the methods of `Expr`.
 *
 * Windows (`over`, `windowFrame`) and keys that group by several sets at once (`rollup`, `cube`, `groupingSets`) are here
 * too. The built-ins are on the page of functions.
 *
 * @module Expressions
 */

export {
  CaseExpr,
  cast,
  col,
  cube,
  Expr,
  evaluateExpr,
  type FrameBound,
  type FrameEdge,
  groupingSets,
  isExpr,
  type KeySet,
  type LiteralOf,
  type LiteralValue,
  lit,
  type NullTreatment,
  not,
  type Operand,
  rollup,
  tryCast,
  type Value,
  type WindowFrame,
  type WindowOptions,
  when,
  windowFrame,
} from '../../runtime/index.ts'
