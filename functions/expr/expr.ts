// Expr: the fluent, immutable wrapper around a node that users hold. It builds nodes and nothing else; what they mean is
// decided when they are bound to a schema.

import type { RecordBatch, Table, Vector } from 'apache-arrow'
import type { CodecContext } from '../contract/codec-context.ts'
import type { UdfShipment } from '../contract/udf-shipment.ts'
import { PlanError } from '../errors.ts'
import { parseType } from '../types/parse-type.ts'
import type { DataType } from '../types/type.ts'
import { displayNode } from './display.ts'
import { exprRuntime } from './expr-runtime.ts'
import { type LiteralValue, literal } from './literal.ts'
import type {
  AggregateNode,
  BinaryOperator,
  ExprNode,
  NullTreatment,
  SortNode,
  WindowFrame,
  WindowNode,
} from './node.ts'

/** An expression, or a JavaScript value that stands for a literal. Strings are literals: name columns with `col`. */
export type Operand = Expr | LiteralValue

/** Marks our expressions whichever copy of the library made them. */
const brand = Symbol.for('volley.Expr')

/** What `.over()` takes. Sort keys without `asc`/`desc` ascend. */
export interface WindowOptions {
  readonly partitionBy?: readonly Expr[]
  readonly orderBy?: readonly Expr[]
  readonly frame?: WindowFrame
}

/** An immutable column expression. Make one with `col`, `lit`, `when`, a function of `functions`, or a UDF. */
export class Expr {
  readonly node: ExprNode

  constructor(node: ExprNode) {
    this.node = node
  }

  get [brand](): true {
    return true
  }

  add(other: Operand): Expr {
    return this.#binary('+', other)
  }
  sub(other: Operand): Expr {
    return this.#binary('-', other)
  }
  mul(other: Operand): Expr {
    return this.#binary('*', other)
  }
  div(other: Operand): Expr {
    return this.#binary('/', other)
  }
  mod(other: Operand): Expr {
    return this.#binary('%', other)
  }
  neg(): Expr {
    return make({ kind: 'unary', op: '-', input: this.node })
  }

  eq(other: Operand): Expr {
    return this.#binary('=', other)
  }
  neq(other: Operand): Expr {
    return this.#binary('<>', other)
  }
  lt(other: Operand): Expr {
    return this.#binary('<', other)
  }
  lte(other: Operand): Expr {
    return this.#binary('<=', other)
  }
  gt(other: Operand): Expr {
    return this.#binary('>', other)
  }
  gte(other: Operand): Expr {
    return this.#binary('>=', other)
  }
  isDistinctFrom(other: Operand): Expr {
    return this.#binary('IS DISTINCT FROM', other)
  }
  isNotDistinctFrom(other: Operand): Expr {
    return this.#binary('IS NOT DISTINCT FROM', other)
  }

  and(other: Operand): Expr {
    return this.#binary('AND', other)
  }
  or(other: Operand): Expr {
    return this.#binary('OR', other)
  }
  not(): Expr {
    return make({ kind: 'unary', op: 'NOT', input: this.node })
  }

  /** Joins two strings; null when either is null (`concat` skips nulls instead). */
  concat(other: Operand): Expr {
    return this.#binary('||', other)
  }

  isNull(): Expr {
    return this.#is('NULL', false)
  }
  isNotNull(): Expr {
    return this.#is('NULL', true)
  }
  isTrue(): Expr {
    return this.#is('TRUE', false)
  }
  isFalse(): Expr {
    return this.#is('FALSE', false)
  }
  isUnknown(): Expr {
    return this.#is('UNKNOWN', false)
  }

  isIn(values: readonly Operand[]): Expr {
    return make({ kind: 'in', input: this.node, list: Object.freeze(values.map(toNode)), negated: false })
  }
  isNotIn(values: readonly Operand[]): Expr {
    return make({ kind: 'in', input: this.node, list: Object.freeze(values.map(toNode)), negated: true })
  }
  /** Whether `low <= this <= high`. */
  between(low: Operand, high: Operand): Expr {
    return make({ kind: 'between', input: this.node, low: toNode(low), high: toNode(high), negated: false })
  }
  notBetween(low: Operand, high: Operand): Expr {
    return make({ kind: 'between', input: this.node, low: toNode(low), high: toNode(high), negated: true })
  }
  /** SQL's LIKE: `%` any text, `_` one character, `\` escapes. */
  like(pattern: Operand): Expr {
    return this.#like(pattern, false, false)
  }
  notLike(pattern: Operand): Expr {
    return this.#like(pattern, false, true)
  }
  ilike(pattern: Operand): Expr {
    return this.#like(pattern, true, false)
  }

  /** Converts to `type`; a value that cannot be converted is an `invalid_cast` error. */
  cast(type: DataType | string): Expr {
    return make({ kind: 'cast', input: this.node, to: asType(type), safe: false })
  }
  /** Converts to `type`; a value that cannot be converted gives null. */
  tryCast(type: DataType | string): Expr {
    return make({ kind: 'cast', input: this.node, to: asType(type), safe: true })
  }
  alias(name: string): Expr {
    return make({ kind: 'alias', input: this.node, name })
  }

  /** Ascending sort key; nulls last unless said otherwise. */
  asc(options: { readonly nullsFirst?: boolean } = {}): Expr {
    return make({ kind: 'sort', input: this.node, descending: false, nullsFirst: options.nullsFirst ?? false })
  }
  /** Descending sort key; nulls first unless said otherwise. */
  desc(options: { readonly nullsFirst?: boolean } = {}): Expr {
    return make({ kind: 'sort', input: this.node, descending: true, nullsFirst: options.nullsFirst ?? true })
  }

  /** Restricts an aggregate to the rows for which `condition` is true. */
  filter(condition: Expr): Expr {
    const node = this.#aggregate('filter')
    return make({ ...node, filter: condition.node })
  }
  /** Lets an aggregate see each distinct value once. */
  distinct(): Expr {
    return make({ ...this.#aggregate('distinct'), distinct: true })
  }
  /** Orders the rows an aggregate sees. */
  orderBy(...keys: readonly Expr[]): Expr {
    return make({ ...this.#aggregate('orderBy'), orderBy: keys.map(toSortNode) })
  }
  nullTreatment(treatment: NullTreatment): Expr {
    return make({ ...this.#aggregate('nullTreatment'), nullTreatment: treatment })
  }
  /** Turns an aggregate or window function into a window expression. */
  over(options: WindowOptions = {}): Expr {
    const node = this.#aggregate('over')
    return make({
      kind: 'window',
      fn: node.fn,
      args: node.args,
      distinct: node.distinct,
      ...(node.filter === undefined ? {} : { filter: node.filter }),
      partitionBy: Object.freeze((options.partitionBy ?? []).map(toNode)),
      orderBy: Object.freeze((options.orderBy ?? []).map(toSortNode)),
      ...(options.frame === undefined ? {} : { frame: options.frame }),
      ...(node.nullTreatment === undefined ? {} : { nullTreatment: node.nullTreatment }),
    })
  }

  /** A field of a struct, or the value of a key of a map. */
  getField(name: string): Expr {
    return make({ kind: 'call', name: 'get_field', args: Object.freeze([this.node, literal(name)]) })
  }
  /** An element of a list, counted from 1 as in SQL, from the end when negative. */
  index(position: Operand): Expr {
    return make({ kind: 'call', name: 'array_element', args: Object.freeze([this.node, toNode(position)]) })
  }

  /** The name that two expressions share exactly when they are written the same; stable across a round trip. */
  canonicalName(): string {
    return displayNode(this.node)
  }
  toString(): string {
    return displayNode(this.node)
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Expr(${displayNode(this.node)})`
  }

  /**
   * This expression as bytes, with the functions in it; bytes of the same expression are equal.
   *
   * @param context - Default: the sender context, else inlining.
   * @throws {ShippingError} When a function in it cannot travel; the message names the path that leads to the obstacle.
   */
  toBytes(context?: CodecContext): Uint8Array {
    return exprRuntime('toBytes').toBytes(this.node, context)
  }
  /**
   * The expression that `toBytes` made. Functions in it are not revived by this.
   *
   * @param context - Default: the worker context, else the global one.
   * @throws {WireError} When the bytes are no expression, or the context refuses what is in them.
   */
  static fromBytes(bytes: Uint8Array, context?: CodecContext): Expr {
    return make(exprRuntime('fromBytes').fromBytes(bytes, context))
  }
  /** What its user-defined functions would take along, each once, in order of appearance. */
  explainShipping(context?: CodecContext): readonly UdfShipment[] {
    return exprRuntime('explainShipping').explainShipping(this.node, context)
  }
  /**
   * The value of this expression for each row, computed in this process. Functions that were shipped here are revived
   * here: see docs/security.md.
   *
   * @returns One entry per row; for an expression with an aggregate in it one for all rows.
   * @throws {PlanError} When the expression does not fit the data's columns.
   */
  evaluate(data: Table | RecordBatch, context?: CodecContext): Promise<Vector> {
    return exprRuntime('evaluate').evaluate(this.node, data, context)
  }

  #binary(op: BinaryOperator, other: Operand): Expr {
    return make({ kind: 'binary', op, left: this.node, right: toNode(other) })
  }
  #is(test: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN', negated: boolean): Expr {
    return make({ kind: 'is', test, negated, input: this.node })
  }
  #like(pattern: Operand, caseInsensitive: boolean, negated: boolean): Expr {
    return make({ kind: 'like', input: this.node, pattern: toNode(pattern), caseInsensitive, negated })
  }
  #aggregate(method: string): AggregateNode | WindowNode {
    if (this.node.kind === 'aggregate' || this.node.kind === 'window') return this.node
    throw new PlanError('type_mismatch', `Cannot call ${method}() on ${displayNode(this.node)}: it is not an aggregate`)
  }
}

/** Wraps a node, frozen, into an expression. */
export function make(node: ExprNode): Expr {
  return new Expr(Object.freeze(node))
}

/** Recognises an expression whichever copy of the library made it. */
export function isExpr(value: unknown): value is Expr {
  return typeof value === 'object' && value !== null && brand in value
}

/** The node of an expression, or the literal node of a JavaScript value. */
export function toNode(operand: Operand): ExprNode {
  return isExpr(operand) ? operand.node : literal(operand)
}

/** A sort key; an expression without a direction ascends, nulls last. */
export function toSortNode(key: Expr): SortNode {
  if (key.node.kind === 'sort') return key.node
  return Object.freeze({ kind: 'sort', input: key.node, descending: false, nullsFirst: false })
}

const asType = (type: DataType | string): DataType => (typeof type === 'string' ? parseType(type) : type)
