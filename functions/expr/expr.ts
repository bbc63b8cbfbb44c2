// Expr: the fluent, immutable wrapper around a node that users hold. It builds nodes and nothing else; what they mean
// is decided when they are bound to a schema.

import type { Vector } from 'apache-arrow'
import type { ArrowBatchLike, ArrowSchemaLike, ArrowTableLike } from '../arrow/like.ts'
import type { CodecContext } from '../contract/codec-context.ts'
import type { UdfShipment } from '../contract/udf-shipment.ts'
import { describeValue } from '../describe-value.ts'
import { PlanError } from '../errors.ts'
import { uncloneable } from '../in-process-value.ts'
import { checkOptionNames, invalidArgument } from '../options.ts'
import { asSchema, asType, type TypeInput } from '../types/parse-type.ts'
import type { Schema } from '../types/type.ts'
import { displayNode, outputName, variantName } from './display.ts'
import { exprRuntime } from './expr-runtime.ts'
import { exprText } from './expr-text.ts'
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
import { unknownColumn } from './unknown-names.ts'
import { columnsOf } from './walk.ts'

/**
 * An expression, or a JavaScript value that stands for a literal. Strings are literals: name columns with `col`.
 *
 * @see DataFusion `Expr`, `Literal`
 */
export type Operand = Expr | LiteralValue

/** Marks expressions, whichever copy of the library made them. */
const brand = Symbol.for('volley.Expr')
const noClone = uncloneable('Expr', 'send expr.toBytes(), and read it with Expr.fromBytes()')

/**
 * What `.over()` takes.
 *
 * @see SQL's `OVER`; DataFusion `Window`
 */
export interface WindowOptions {
  /**
   * Rows with equal values make a window partition.
   *
   * @defaultValue all rows are one
   */
  readonly partitionBy?: readonly Expr[]
  /**
   * The order within a window partition; keys without `asc`/`desc` ascend.
   *
   * @defaultValue none
   */
  readonly orderBy?: readonly Expr[]
  /**
   * Which rows around the current one are seen; `windowFrame` makes it.
   *
   * @defaultValue with an order, up to the last peer of the current row; without one, the whole window partition
   */
  readonly frame?: WindowFrame
}

/**
 * An immutable column expression. Make one with `col`, `lit`, `when`, a function of `functions`, or a UDF.
 *
 * Methods build larger expressions and check hardly anything: whether columns exist and types fit is decided when the
 * expression meets a schema, with `unknown_column` and `type_mismatch`.
 *
 * @example
 * import { col, SessionContext } from 'volley'
 *
 * const gross = col('net').mul(1.19).alias('gross')
 * await using ctx = new SessionContext()
 * await ctx.fromColumns({ net: [100, null] }).select(gross).collectColumns() // => { gross: [119, null] }
 *
 * @see DataFusion `Expr`
 */
export class Expr {
  /** @internal The first member, before any function in the expression. */
  readonly uncloneable: symbol = noClone
  /** The expression as frozen plain data. */
  readonly node: ExprNode

  /** @param node - Frozen; the free functions such as `col` make them. */
  constructor(node: ExprNode) {
    this.node = node
  }

  /** @internal */
  get [brand](): true {
    return true
  }

  /**
   * `this + other`: numbers are brought to a common type; dates and timestamps take intervals. Integers wrap around at
   * the ends of their type's range.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('a').add(1).toString() // => 'a + Int64(1)'
   *
   * @see DataFusion `Operator::Plus`
   */
  add(other: Operand): Expr {
    return this.#binary('+', other)
  }

  /**
   * `this - other`; two timestamps give the duration between them.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('price').sub(col('discount')).toString() // => 'price - discount'
   *
   * @see DataFusion `Operator::Minus`
   */
  sub(other: Operand): Expr {
    return this.#binary('-', other)
  }

  /**
   * `this * other`.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('net').mul(1.19).toString() // => 'net * Float64(1.19)'
   *
   * @see DataFusion `Operator::Multiply`
   */
  mul(other: Operand): Expr {
    return this.#binary('*', other)
  }

  /**
   * `this / other`. Integers give an integer, cut towards zero; dividing one by zero fails the job with
   * `division_by_zero`.
   *
   * @param other - The right side.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ n: [-7] })
   * await frame.select(col('n').div(2).alias('a'), col('n').div(2.5).alias('b')).toRows() // => [{ a: -3n, b: -2.8 }]
   *
   * @see DataFusion `Operator::Divide`
   */
  div(other: Operand): Expr {
    return this.#binary('/', other)
  }

  /**
   * The remainder of `this / other`, which has the sign of `this`; dividing an integer by zero fails the job with
   * `division_by_zero`.
   *
   * @param other - The divisor.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ n: [7, -7] }).select(col('n').mod(3).alias('rest')).collectColumns() // => { rest: [1n, -1n] }
   *
   * @see DataFusion `Operator::Modulo`
   */
  mod(other: Operand): Expr {
    return this.#binary('%', other)
  }

  /**
   * `-this`.
   *
   * @example
   * import { col } from 'volley'
   *
   * col('n').neg().toString() // => '(- n)'
   *
   * @see DataFusion `Expr::Negative`
   */
  neg(): Expr {
    return make({ kind: 'unary', op: '-', input: this.node })
  }

  /**
   * `this = other`; null when either side is null.
   *
   * @param other - The right side, of a type that compares with this one.
   * @example
   * import { col } from 'volley'
   *
   * col('region').eq('north').toString() // => 'region = Utf8("north")'
   *
   * @see DataFusion `Operator::Eq`
   */
  eq(other: Operand): Expr {
    return this.#binary('=', other)
  }

  /**
   * `this <> other`; null when either side is null.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('region').neq('north').toString() // => 'region <> Utf8("north")'
   *
   * @see DataFusion `Operator::NotEq`
   */
  neq(other: Operand): Expr {
    return this.#binary('<>', other)
  }

  /**
   * `this < other`; null when either side is null. Texts compare by their UTF-8 bytes; NaN is greater than every
   * number.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('n').lt(10).toString() // => 'n < Int64(10)'
   *
   * @see DataFusion `Operator::Lt`
   */
  lt(other: Operand): Expr {
    return this.#binary('<', other)
  }

  /**
   * `this <= other`; null when either side is null.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('n').lte(10).toString() // => 'n <= Int64(10)'
   *
   * @see DataFusion `Operator::LtEq`
   */
  lte(other: Operand): Expr {
    return this.#binary('<=', other)
  }

  /**
   * `this > other`; null when either side is null.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('n').gt(10).toString() // => 'n > Int64(10)'
   *
   * @see DataFusion `Operator::Gt`
   */
  gt(other: Operand): Expr {
    return this.#binary('>', other)
  }

  /**
   * `this >= other`; null when either side is null.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('n').gte(10).toString() // => 'n >= Int64(10)'
   *
   * @see DataFusion `Operator::GtEq`
   */
  gte(other: Operand): Expr {
    return this.#binary('>=', other)
  }

  /**
   * Whether the two differ, where nulls equal each other: never null.
   *
   * @param other - The right side.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ a: [1, null], b: [null, null] }, { a: 'int64', b: 'int64' })
   * await frame.select(col('a').isDistinctFrom(col('b')).alias('differ')).collectColumns() // => { differ: [true, false] }
   *
   * @see DataFusion `Operator::IsDistinctFrom`
   */
  isDistinctFrom(other: Operand): Expr {
    return this.#binary('IS DISTINCT FROM', other)
  }

  /**
   * Whether the two are equal, where nulls equal each other: never null.
   *
   * @param other - The right side.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ a: [1, null], b: [2, null] })
   * await frame.select(col('a').isNotDistinctFrom(col('b')).alias('same')).collectColumns() // => { same: [false, true] }
   *
   * @see DataFusion `Operator::IsNotDistinctFrom`
   */
  isNotDistinctFrom(other: Operand): Expr {
    return this.#binary('IS NOT DISTINCT FROM', other)
  }

  /**
   * Whether both are true. Three-valued: false when either side is false, else null when either is null.
   *
   * @param other - A boolean.
   * @example
   * import { col } from 'volley'
   *
   * col('n').gt(0).and(col('n').lt(10)).toString() // => 'n > Int64(0) AND n < Int64(10)'
   *
   * @see DataFusion `Operator::And`
   */
  and(other: Operand): Expr {
    return this.#binary('AND', other)
  }

  /**
   * Whether either is true. Three-valued: true when either side is true, else null when either is null.
   *
   * @param other - A boolean.
   * @example
   * import { col } from 'volley'
   *
   * col('n').lt(0).or(col('n').gt(10)).toString() // => 'n < Int64(0) OR n > Int64(10)'
   *
   * @see DataFusion `Operator::Or`
   */
  or(other: Operand): Expr {
    return this.#binary('OR', other)
  }

  /**
   * The opposite; the opposite of null is null.
   *
   * @example
   * import { col } from 'volley'
   *
   * col('paid').not().toString() // => 'NOT paid'
   *
   * @see DataFusion `Expr::Not`
   */
  not(): Expr {
    return make({ kind: 'unary', op: 'NOT', input: this.node })
  }

  /**
   * Joins two texts, byte strings or lists: `this || other`. Null when either is null, unlike `functions.concat`, which
   * leaves nulls out.
   *
   * @param other - The right side.
   * @example
   * import { col } from 'volley'
   *
   * col('first').concat(' ').concat(col('last')).toString() // => 'first || Utf8(" ") || last'
   *
   * @see DataFusion `Operator::StringConcat`
   */
  concat(other: Operand): Expr {
    return this.#binary('||', other)
  }

  /**
   * Whether the value is null: never null itself.
   *
   * @example
   * import { col } from 'volley'
   *
   * col('n').isNull().toString() // => 'n IS NULL'
   *
   * @see DataFusion `Expr::is_null`
   */
  isNull(): Expr {
    return this.#is('NULL', false)
  }

  /**
   * Whether the value is not null: never null itself.
   *
   * @example
   * import { col } from 'volley'
   *
   * col('n').isNotNull().toString() // => 'n IS NOT NULL'
   *
   * @see DataFusion `Expr::is_not_null`
   */
  isNotNull(): Expr {
    return this.#is('NULL', true)
  }

  /**
   * Whether the value is true: false for null.
   *
   * @example
   * import { col } from 'volley'
   *
   * col('paid').isTrue().toString() // => 'paid IS TRUE'
   *
   * @see DataFusion `Expr::is_true`
   */
  isTrue(): Expr {
    return this.#is('TRUE', false)
  }

  /**
   * Whether the value is false: false for null.
   *
   * @example
   * import { col } from 'volley'
   *
   * col('paid').isFalse().toString() // => 'paid IS FALSE'
   *
   * @see DataFusion `Expr::is_false`
   */
  isFalse(): Expr {
    return this.#is('FALSE', false)
  }

  /**
   * Whether a boolean is null: never null itself.
   *
   * @example
   * import { col } from 'volley'
   *
   * col('paid').isUnknown().toString() // => 'paid IS UNKNOWN'
   *
   * @see DataFusion `Expr::is_unknown`
   */
  isUnknown(): Expr {
    return this.#is('UNKNOWN', false)
  }

  /**
   * Whether the value equals one of `values`. Null when it equals none and either it or one of them is null.
   *
   * @param values - Constants or expressions, brought to a common type. None: false.
   * @example
   * import { col } from 'volley'
   *
   * col('region').isIn(['north', 'south']).toString() // => 'region IN (Utf8("north"), Utf8("south"))'
   *
   * @see DataFusion `Expr::in_list`
   */
  isIn(values: readonly Operand[]): Expr {
    return make({ kind: 'in', input: this.node, list: toNodes('isIn', values), negated: false })
  }

  /**
   * Whether the value equals none of `values`. Null when it equals none and either it or one of them is null.
   *
   * @param values - Constants or expressions, brought to a common type. None: true.
   * @example
   * import { col } from 'volley'
   *
   * col('region').isNotIn(['north']).toString() // => 'region NOT IN (Utf8("north"))'
   *
   * @see DataFusion `Expr::in_list`
   */
  isNotIn(values: readonly Operand[]): Expr {
    return make({ kind: 'in', input: this.node, list: toNodes('isNotIn', values), negated: true })
  }

  /**
   * Whether `low <= this` and `this <= high`.
   *
   * @param low - The least value, inclusive.
   * @param high - The greatest value, inclusive.
   * @example
   * import { col } from 'volley'
   *
   * col('n').between(1, 10).toString() // => 'n BETWEEN Int64(1) AND Int64(10)'
   *
   * @see DataFusion `Expr::between`
   */
  between(low: Operand, high: Operand): Expr {
    return make({ kind: 'between', input: this.node, low: toNode(low), high: toNode(high), negated: false })
  }

  /**
   * Whether the value is less than `low` or greater than `high`.
   *
   * @param low - The least value of the range, inclusive.
   * @param high - The greatest value of the range, inclusive.
   * @example
   * import { col } from 'volley'
   *
   * col('n').notBetween(1, 10).toString() // => 'n NOT BETWEEN Int64(1) AND Int64(10)'
   *
   * @see DataFusion `Expr::not_between`
   */
  notBetween(low: Operand, high: Operand): Expr {
    return make({ kind: 'between', input: this.node, low: toNode(low), high: toNode(high), negated: true })
  }

  /**
   * Whether a text matches an SQL pattern: `%` stands for any text, `_` for one character, and `\` escapes them.
   *
   * @param pattern - A text, usually a constant.
   * @example
   * import { col } from 'volley'
   *
   * col('name').like('A%').toString() // => 'name LIKE Utf8("A%")'
   *
   * @see DataFusion `Expr::like`
   */
  like(pattern: Operand): Expr {
    return this.#like(pattern, false, false)
  }

  /**
   * Whether a text does not match an SQL pattern, see `like`.
   *
   * @param pattern - A text, usually a constant.
   * @example
   * import { col } from 'volley'
   *
   * col('name').notLike('A%').toString() // => 'name NOT LIKE Utf8("A%")'
   *
   * @see DataFusion `Expr::not_like`
   */
  notLike(pattern: Operand): Expr {
    return this.#like(pattern, false, true)
  }

  /**
   * Whether a text matches an SQL pattern, see `like`, ignoring case.
   *
   * @param pattern - A text, usually a constant.
   * @example
   * import { col } from 'volley'
   *
   * col('name').ilike('a%').toString() // => 'name ILIKE Utf8("a%")'
   *
   * @see DataFusion `Expr::ilike`
   */
  ilike(pattern: Operand): Expr {
    return this.#like(pattern, true, false)
  }

  /**
   * Converts to a type. A value that cannot be converted fails the job with `invalid_cast`.
   *
   * @param type - A type or its name.
   * @throws {PlanError} `unknown_type` for a name that no type has.
   * @example
   * import { col, int64 } from 'volley'
   *
   * col('text').cast(int64).toString() // => 'CAST(text AS Int64)'
   *
   * @see DataFusion `Expr::cast_to`
   */
  cast(type: TypeInput): Expr {
    return make({ kind: 'cast', input: this.node, to: asType(type), safe: false })
  }

  /**
   * Converts to a type. A value that cannot be converted becomes null.
   *
   * @param type - A type or its name.
   * @throws {PlanError} `unknown_type` for a name that no type has.
   * @example
   * import { col } from 'volley'
   *
   * col('text').tryCast('int64').toString() // => 'TRY_CAST(text AS Int64)'
   *
   * @see DataFusion `Expr::TryCast`
   */
  tryCast(type: TypeInput): Expr {
    return make({ kind: 'cast', input: this.node, to: asType(type), safe: true })
  }

  /**
   * Names the column that this expression gives. Without an alias, the column is named by the expression's text.
   *
   * @param name - The name of the column.
   * @example
   * import { col } from 'volley'
   *
   * col('net').mul(2).alias('double').toString() // => 'net * Int64(2) AS double'
   *
   * @see DataFusion `Expr::alias`
   */
  alias(name: string): Expr {
    if (typeof name === 'string') return make({ kind: 'alias', input: this.node, name })
    throw invalidArgument(`Cannot call alias() with ${describeValue(name)}: a name is a string`)
  }

  /**
   * An ascending sort key.
   *
   * @param options - `nullsFirst`: default false.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ n: [2, null, 1] })
   * await frame.sort(col('n').asc({ nullsFirst: true })).collectColumns() // => { n: [null, 1n, 2n] }
   *
   * @see DataFusion `Expr::sort`
   */
  asc(options: { readonly nullsFirst?: boolean } = {}): Expr {
    return make({ kind: 'sort', input: this.node, descending: false, nullsFirst: options.nullsFirst ?? false })
  }

  /**
   * A descending sort key.
   *
   * @param options - `nullsFirst`: default true.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ n: [1, null, 2] })
   * await frame.sort(col('n').desc({ nullsFirst: false })).collectColumns() // => { n: [2n, 1n, null] }
   *
   * @see DataFusion `Expr::sort`
   */
  desc(options: { readonly nullsFirst?: boolean } = {}): Expr {
    return make({ kind: 'sort', input: this.node, descending: true, nullsFirst: options.nullsFirst ?? true })
  }

  /**
   * Lets an aggregate see only the rows for which `condition` is true.
   *
   * @param condition - A boolean.
   * @throws {PlanError} `type_mismatch` when this is not an aggregate.
   * @example
   * import { col, functions as f } from 'volley'
   *
   * f.count().filter(col('paid')).toString() // => 'count(*) FILTER (WHERE paid)'
   *
   * @see SQL's `FILTER`; DataFusion `ExprFunctionExt::filter`
   */
  filter(condition: Expr): Expr {
    const node = this.#aggregate('filter')
    if (isExpr(condition)) return make({ ...node, filter: condition.node })
    const hint = "it takes a condition, such as col('a').gt(1)"
    throw invalidArgument(`Cannot call filter() with ${describeValue(condition)}: ${hint}`)
  }

  /**
   * Lets an aggregate see each distinct value once.
   *
   * @throws {PlanError} `type_mismatch` when this is not an aggregate.
   * @example
   * import { col, functions as f } from 'volley'
   *
   * f.count(col('region')).distinct().toString() // => 'count(DISTINCT region)'
   *
   * @see DataFusion `ExprFunctionExt::distinct`
   */
  distinct(): Expr {
    return make({ ...this.#aggregate('distinct'), distinct: true })
  }

  /**
   * Orders the rows that an aggregate sees: `array_agg`, `first_value`, `string_agg` and others depend on it.
   *
   * @param keys - Sort keys; those without `asc`/`desc` ascend.
   * @throws {PlanError} `type_mismatch` when this is not an aggregate.
   * @example
   * import { col, functions as f, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const names = f.stringAgg(col('name'), ', ').orderBy(col('name').desc())
   * await ctx.fromColumns({ name: ['a', 'c', 'b'] }).aggregate([], [names.alias('names')]).toRows()
   * // => [{ names: 'c, b, a' }]
   *
   * @see DataFusion `ExprFunctionExt::order_by`
   */
  orderBy(...keys: readonly Expr[]): Expr {
    return make({ ...this.#aggregate('orderBy'), orderBy: Object.freeze(exprsOf('orderBy', keys).map(toSortNode)) })
  }

  /**
   * Whether `first_value`, `lag` and their siblings see nulls or skip them.
   *
   * @param treatment - `respect` (SQL's default) or `ignore`.
   * @throws {PlanError} `type_mismatch` when this is neither an aggregate nor a window function.
   * @example
   * import { col, functions as f, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const last = f.lastValue(col('n')).nullTreatment('ignore').over({ orderBy: [col('day')] })
   * const frame = ctx.fromColumns({ day: [1, 2, 3], n: [10, null, 30] })
   * await frame.select(last.alias('n')).collectColumns() // => { n: [10n, 10n, 30n] }
   *
   * @see SQL's `IGNORE NULLS`; DataFusion `ExprFunctionExt::null_treatment`
   */
  nullTreatment(treatment: NullTreatment): Expr {
    return make({ ...this.#aggregate('nullTreatment'), nullTreatment: treatment })
  }

  /**
   * Computes an aggregate or a window function over a window: one result per row.
   *
   * @param options - Which rows belong together, in which order, and which of them each row sees.
   * @throws {PlanError} `type_mismatch` when this is neither an aggregate nor a window function.
   * @example
   * import { col, functions as f, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const share = col('net').div(f.sum(col('net')).over({ partitionBy: [col('region')] }))
   * const frame = ctx.fromColumns({ region: ['north', 'north', 'south'], net: [0.5, 1.5, 2.5] })
   * await frame.select(share.alias('share')).collectColumns() // => { share: [0.25, 0.75, 1] }
   *
   * @see SQL's `OVER`; DataFusion `ExprFunctionExt::build`
   */
  over(options: WindowOptions = {}): Expr {
    checkOptionNames(options, windowOptions, 'over()')
    const node = this.#aggregate('over')
    return make({
      kind: 'window',
      fn: node.fn,
      args: node.args,
      distinct: node.distinct,
      ...(node.filter === undefined ? {} : { filter: node.filter }),
      partitionBy: Object.freeze(exprsOf('partitionBy', options.partitionBy).map(toNode)),
      orderBy: Object.freeze(exprsOf('orderBy', options.orderBy).map(toSortNode)),
      ...(options.frame === undefined ? {} : { frame: options.frame }),
      ...(node.nullTreatment === undefined ? {} : { nullTreatment: node.nullTreatment }),
    })
  }

  /**
   * A field of a struct, or the value of a key of a map: null where the map has no such key.
   *
   * @param name - The field or key.
   * @example
   * import { col } from 'volley'
   *
   * col('point').getField('x').toString() // => 'get_field(point, Utf8("x"))'
   *
   * @see DataFusion `get_field`
   */
  getField(name: string): Expr {
    return make({ kind: 'call', name: 'get_field', args: Object.freeze([this.node, literal(name)]) })
  }

  /**
   * An element of a list; null where there is none.
   *
   * @param position - Counted from 1, as in SQL; from the end when negative.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ marks: [[1, 2, 3]] })
   * await frame.select(col('marks').index(-1).alias('last')).toRows() // => [{ last: 3n }]
   *
   * @see DataFusion `array_element`
   */
  index(position: Operand): Expr {
    return make({ kind: 'call', name: 'array_element', args: Object.freeze([this.node, toNode(position)]) })
  }

  /**
   * A name that two expressions share exactly when they are written alike; a round trip through bytes keeps it.
   *
   * @example
   * import { col, Expr } from 'volley'
   *
   * const expr = col('a').add(1)
   * Expr.fromBytes(expr.toBytes()).canonicalName() === expr.canonicalName() // => true
   *
   * @see datafusion-python `Expr.canonical_name`
   */
  canonicalName(): string {
    return displayNode(this.node)
  }

  /**
   * The name of the column that this expression gives: its alias, or its text without casts.
   *
   * @throws {PlanError} `type_mismatch` for `*`, which stands for many columns.
   * @example
   * import { col } from 'volley'
   *
   * col('a').add(1).cast('utf8').schemaName() // => 'a + Int64(1)'
   * col('a').add(1).alias('next').schemaName() // => 'next'
   *
   * @see DataFusion `Expr::schema_name`
   */
  schemaName(): string {
    if (this.node.kind !== 'wildcard') return outputName(this.node)
    throw new PlanError('type_mismatch', 'Cannot name the column that * gives: it stands for many')
  }

  /**
   * The name of the column that this expression gives over columns that are known: `schemaName()`, once it is sure that
   * they are there.
   *
   * @param schema - The columns there are.
   * @throws {PlanError} `unknown_column` with the nearest name; `type_mismatch` for `*`.
   * @example
   * import { col, field, int64 } from 'volley'
   *
   * col('a').add(1).columnName([field('a', int64)]) // => 'a + Int64(1)'
   *
   * @see datafusion-python `Expr.column_name`
   */
  columnName(schema: Schema | ArrowSchemaLike): string {
    const known = asSchema(schema)
    for (const name of columnsOf([this.node])) {
      if (!known.some((column) => column.name === name)) throw unknownColumn(name, known)
    }
    return this.schemaName()
  }

  /**
   * What kind of expression it is, in DataFusion's words: `Column`, `Literal`, `BinaryExpr`, `ScalarFunction` …
   *
   * @example
   * import { col } from 'volley'
   *
   * col('a').variantName() // => 'Column'
   * col('a').isNotNull().variantName() // => 'IsNotNull'
   *
   * @see DataFusion `Expr::variant_name`
   */
  variantName(): string {
    return variantName(this.node)
  }

  /**
   * The expression as SQL text, for people and for `ctx.parseExpr`, which reads it back as an equal expression; `sort`
   * and `aggregate` read sort keys and grouping sets. Literals say their type. Functions of your own stand there by
   * name: whoever reads the text has registered them. Metadata of types is not in it. What a column is called is
   * `canonicalName()`.
   *
   * @example
   * import { col, when } from 'volley'
   *
   * String(when(col('n').gt(10), 'many').otherwise('few'))
   * // => 'CASE WHEN n > Int64(10) THEN Utf8("many") ELSE Utf8("few") END'
   *
   * @see DataFusion `expr_to_sql`
   */
  toString(): string {
    return exprText(this.node)
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Expr(${exprText(this.node)})`
  }

  /**
   * This expression as bytes, with the functions in it; bytes of the same expression are equal.
   *
   * @param context - What functions are encoded under. Default: the sender context, else by value.
   * @throws {ShippingError} When a function in it cannot travel; the message names the path that leads to the obstacle.
   * @example
   * import { col, Expr, float64, udf } from 'volley'
   *
   * const rate = 1.19
   * const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
   * Expr.fromBytes(gross(col('net')).toBytes()).toString() // => 'gross(net)'
   *
   * @see datafusion-python `Expr.to_bytes`
   */
  toBytes(context?: CodecContext): Uint8Array {
    return exprRuntime('toBytes').toBytes(this.node, context)
  }

  /**
   * The expression that `toBytes` made. Functions in it stay closed: only a worker, or `evaluate`, revives them.
   *
   * @param bytes - What `toBytes` gave.
   * @param context - What names stand for, and whether bodies are accepted. Default: the worker context, else the
   * global one.
   * @throws {WireError} When the bytes are not an expression, or the context refuses what is in them.
   * @example
   * import { col, Expr } from 'volley'
   *
   * Expr.fromBytes(col('a').add(1).toBytes()).toString() // => 'a + Int64(1)'
   *
   * @see datafusion-python `Expr.from_bytes`
   */
  static fromBytes(bytes: Uint8Array, context?: CodecContext): Expr {
    return make(exprRuntime('fromBytes').fromBytes(bytes, context))
  }

  /**
   * This expression in JSON: what JSON jobs take in the place of SQL text. `JSON.stringify` calls it, so that expressions may
   * sit anywhere in a job document; functions in them are encoded under the sender context, else by value.
   *
   * @throws {ShippingError} When a function in it cannot travel.
   * @example
   * import { col, Expr } from 'volley'
   *
   * const text = JSON.stringify({ filter: col('net').gt(0) })
   * const { filter } = JSON.parse(text) as { filter: { bytes: string } }
   * String(Expr.fromBytes(Buffer.from(filter.bytes, 'base64'))) // => 'net > Int64(0)'
   *
   * @see README.md#three-ways-to-run-a-job; datafusion-python's `Expr.__reduce__`
   */
  toJSON(): { bytes: string } {
    return { bytes: Buffer.from(this.toBytes()).toString('base64') }
  }

  /**
   * What its user-defined functions would take along, each once, in order of appearance. Nothing is sent.
   *
   * @param context - What functions would be encoded under. Default: the sender context, else by value.
   * @throws {ShippingError} When one of them cannot travel.
   * @example
   * import { col, float64, udf } from 'volley'
   *
   * const rate = 1.19
   * const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
   * gross(col('net')).explainShipping().flatMap(({ captures }) => captures.map(({ name }) => name)) // => ['rate']
   *
   * @see explainShipping
   */
  explainShipping(context?: CodecContext): readonly UdfShipment[] {
    return exprRuntime('explainShipping').explainShipping(this.node, context)
  }

  /**
   * The value of this expression for each row, computed in this process. Functions that were shipped here are revived
   * here: see docs/security.md.
   *
   * @param data - A table or batch of any copy of Arrow JavaScript that has the columns of this expression.
   * @param context - What names stand for, whether shipped functions may run, and which copy of Arrow JavaScript the
   * result is made of. Default: the worker context, else the global one.
   * @returns One entry per row; for an expression with an aggregate in it, one for all rows.
   * @throws {PlanError} When the expression does not fit the data's columns.
   * @example
   * import { tableFromArrays } from 'apache-arrow'
   * import { col } from 'volley'
   *
   * const table = tableFromArrays({ a: Int32Array.of(1, 2, 3) })
   * const doubled = await col('a').mul(2).evaluate(table)
   * doubled.toArray() // => BigInt64Array.of(2n, 4n, 6n)
   *
   * @see DataFusion `PhysicalExpr::evaluate`
   */
  evaluate(data: ArrowTableLike | ArrowBatchLike, context?: CodecContext): Promise<Vector> {
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

/**
 * Whether a value is an expression, whichever copy of the library made it.
 *
 * @param value - Anything.
 * @example
 * import { col, isExpr } from 'volley'
 *
 * isExpr(col('a')) // => true
 * isExpr('a') // => false
 *
 * @see docs/guide/distributing-work.md
 */
export function isExpr(value: unknown): value is Expr {
  return typeof value === 'object' && value !== null && brand in value
}

/** The node of an expression, or the literal node of a JavaScript value. */
export function toNode(operand: Operand): ExprNode {
  return isExpr(operand) ? operand.node : literal(operand)
}

function toNodes(method: string, values: readonly Operand[]): readonly ExprNode[] {
  if (Array.isArray(values)) return Object.freeze(values.map(toNode))
  throw invalidArgument(
    `Cannot call ${method}() with ${describeValue(values)}: it takes an array, as in ${method}([1, 2])`,
  )
}

/** The expressions that `over()` and its siblings take. A string among them would be a constant, the same for each row. */
function exprsOf(option: string, exprs: readonly Expr[] = []): readonly Expr[] {
  const list: readonly unknown[] = Array.isArray(exprs) ? exprs : [exprs]
  const wrong = list.find((expr) => !isExpr(expr))
  const isWrong = wrong !== undefined || list.includes(undefined)
  if (!isWrong && Array.isArray(exprs)) return exprs
  const what = isWrong ? wrong : exprs
  const hint =
    typeof what === 'string' ? `a column is named with col(${JSON.stringify(what)})` : 'give an array of expressions'
  throw invalidArgument(`Cannot take ${describeValue(what)} for ${option}: ${hint}`)
}

const windowOptions: Readonly<Record<keyof WindowOptions, true>> = { partitionBy: true, orderBy: true, frame: true }

/** A sort key; an expression without a direction ascends, nulls last. */
export function toSortNode(key: Expr): SortNode {
  if (key.node.kind === 'sort') return key.node
  return Object.freeze({ kind: 'sort', input: key.node, descending: false, nullsFirst: false })
}
