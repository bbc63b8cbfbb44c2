// The closed union of expression nodes: frozen plain data with a `kind`, nothing else. Behaviour lives elsewhere:
// children.ts knows which slots hold nodes, build.ts makes nodes, display.ts names them, bind/ gives them meaning.

import type { AggregateUdf, ScalarUdf, WindowUdf } from '../contract/udf.ts'
import type { DataType } from '../types/type.ts'
import type { Value } from '../types/value.ts'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type BitOperator = '&' | '|' | '^' | '<<' | '>>'
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'
export type RegexOperator = '~' | '~*' | '!~' | '!~*'
export type BinaryOperator = ArithmeticOperator | BitOperator | ComparisonOperator | RegexOperator | 'AND' | 'OR' | '||'

export interface ColumnNode {
  readonly kind: 'column'
  readonly name: string
}
export interface LiteralNode {
  readonly kind: 'literal'
  readonly type: DataType
  readonly value: Value
}
/** The `*` of `count(*)`. */
export interface WildcardNode {
  readonly kind: 'wildcard'
}
export interface BinaryNode {
  readonly kind: 'binary'
  readonly op: BinaryOperator
  readonly left: ExprNode
  readonly right: ExprNode
}
export interface UnaryNode {
  readonly kind: 'unary'
  readonly op: 'NOT' | '-'
  readonly input: ExprNode
}
export interface IsNode {
  readonly kind: 'is'
  readonly test: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN'
  readonly negated: boolean
  readonly input: ExprNode
}
export interface InNode {
  readonly kind: 'in'
  readonly input: ExprNode
  readonly list: readonly ExprNode[]
  readonly negated: boolean
}
export interface BetweenNode {
  readonly kind: 'between'
  readonly input: ExprNode
  readonly low: ExprNode
  readonly high: ExprNode
  readonly negated: boolean
}
export interface LikeNode {
  readonly kind: 'like'
  readonly input: ExprNode
  readonly pattern: ExprNode
  readonly caseInsensitive: boolean
  readonly negated: boolean
}
/** `CASE [operand] WHEN whens[i] THEN thens[i] … ELSE otherwise END`; the two lists are of equal length. */
export interface CaseNode {
  readonly kind: 'case'
  readonly operand?: ExprNode
  readonly whens: readonly ExprNode[]
  readonly thens: readonly ExprNode[]
  readonly otherwise?: ExprNode
}
export interface CastNode {
  readonly kind: 'cast'
  readonly input: ExprNode
  readonly to: DataType
  /** A value that cannot be converted gives null instead of an error. */
  readonly safe: boolean
}
export interface AliasNode {
  readonly kind: 'alias'
  readonly input: ExprNode
  readonly name: string
}
/** A call of a built-in scalar function by its name. */
export interface CallNode {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly ExprNode[]
}
export interface UdfNode {
  readonly kind: 'udf'
  readonly udf: ScalarUdf
  readonly args: readonly ExprNode[]
}
/** Whether a function sees nulls or skips them. */
export type NullTreatment = 'respect' | 'ignore'
export interface AggregateNode {
  readonly kind: 'aggregate'
  /** A built-in's name, or the user's aggregate. */
  readonly fn: string | AggregateUdf
  readonly args: readonly ExprNode[]
  readonly distinct: boolean
  readonly filter?: ExprNode
  readonly orderBy: readonly SortNode[]
  readonly nullTreatment?: NullTreatment
}
/** Where a frame starts or ends, as plain data. */
export type FrameBound =
  | { readonly kind: 'unbounded' }
  | { readonly kind: 'current' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: LiteralNode }
/** The rows around the current one that a window function sees, as plain data: `windowFrame()` makes it. */
export interface WindowFrame {
  /** What distances count. */
  readonly units: 'rows' | 'range' | 'groups'
  /** The first row of the frame. */
  readonly start: FrameBound
  /** The last row of the frame, which is in it. */
  readonly end: FrameBound
}
export interface WindowNode {
  readonly kind: 'window'
  /** A built-in window function's or aggregate's name, or the user's. */
  readonly fn: string | WindowUdf | AggregateUdf
  readonly args: readonly ExprNode[]
  readonly distinct: boolean
  readonly filter?: ExprNode
  readonly partitionBy: readonly ExprNode[]
  readonly orderBy: readonly SortNode[]
  readonly frame?: WindowFrame
  readonly nullTreatment?: NullTreatment
}
/** A sort key; only where an order is asked for. */
export interface SortNode {
  readonly kind: 'sort'
  readonly input: ExprNode
  readonly descending: boolean
  readonly nullsFirst: boolean
}
/** Sets of keys, by each of which rows are grouped; only among the keys of an aggregation. */
export interface GroupingSetsNode {
  readonly kind: 'groupingSets'
  /**
   * `rollup`: all items, then all but the last, and so on. `cube`: every subset. `sets`: each item by itself. `set`:
   * all as one.
   */
  readonly form: 'rollup' | 'cube' | 'sets' | 'set'
  readonly items: readonly ExprNode[]
}

export type ExprNode =
  | ColumnNode
  | LiteralNode
  | WildcardNode
  | BinaryNode
  | UnaryNode
  | IsNode
  | InNode
  | BetweenNode
  | LikeNode
  | CaseNode
  | CastNode
  | AliasNode
  | CallNode
  | UdfNode
  | AggregateNode
  | WindowNode
  | SortNode
  | GroupingSetsNode

export type NodeKind = ExprNode['kind']
