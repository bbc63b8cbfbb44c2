// Binding: a node plus a schema gives a bound expression. Here names are looked up and operators and calls are resolved
// for the types of their operands; the expressions themselves are made by the builder. Nothing is evaluated over rows.

import { resolveScalar, type ScalarFunction } from '../contract/scalar.ts'
import type { ScalarUdf, Udf } from '../contract/udf.ts'
import { PlanError } from '../errors.ts'
import { displayNode } from '../expr/display.ts'
import type { BetweenNode, BinaryNode, CaseNode, ComparisonOperator, ExprNode, InNode, LikeNode } from '../expr/node.ts'
import { unknownColumn, unknownFunction } from '../expr/unknown-names.ts'
import { resolveArithmetic, resolveNegation } from '../scalar/arithmetic.ts'
import { comparedType, resolveComparison, resolveMembership } from '../scalar/comparison.ts'
import { isResolution, notResolution } from '../scalar/logic.ts'
import { unifyTypes } from '../types/coercion.ts'
import { bool, type DataType, nullType, type Schema } from '../types/type.ts'
import { resolveUdf } from '../udf/resolve.ts'
import { argumentOf, type Bound } from './bound.ts'
import { BoundBuilder, constantKey } from './bound-builder.ts'
import { positionOf } from './column-names.ts'
import { withColumnHint } from './constant-for-column.ts'

/** Where calls find the functions they name. */
export interface FunctionSource {
  scalar(name: string): ScalarFunction | undefined
  names(): Iterable<string>
}

/** Binds expressions against one schema. Equal subexpressions bound by one binder are one object. */
export class Binder extends BoundBuilder {
  readonly schema: Schema
  readonly #functions: FunctionSource
  readonly #udfKeys = new Map<Udf, number>()

  constructor(schema: Schema, functions: FunctionSource) {
    super()
    this.schema = schema
    this.#functions = functions
  }

  /**
   * Binds an expression without aggregates or windows.
   *
   * @throws {PlanError} `unknown_column`, `unknown_function`, `type_mismatch`: each names the way out.
   */
  bind(node: ExprNode): Bound {
    switch (node.kind) {
      case 'column':
        return this.input(this.columnIndex(node.name))
      case 'literal':
        return this.constant(node.value, node.type)
      case 'alias':
      case 'sort':
        return this.bind(node.input)
      case 'cast':
        return this.cast(this.bind(node.input), node.to, node.safe)
      case 'unary':
        return node.op === 'NOT' ? this.#not(this.bind(node.input)) : this.#negate(this.bind(node.input))
      case 'is':
        return this.#is(this.bind(node.input), node.test, node.negated)
      case 'binary':
        return this.#binary(node)
      case 'between':
        return this.#between(node)
      case 'in':
        return this.#in(node)
      case 'like':
        return this.#like(node)
      case 'case':
        return this.#case(node)
      case 'call':
        return this.#named(
          node.name,
          node.args.map((arg) => this.bind(arg)),
        )
      case 'udf':
        return this.#udf(
          node.udf,
          node.args.map((arg) => this.bind(arg)),
        )
      case 'aggregate':
        throw misplaced(displayNode(node), 'it needs rows, put it into aggregate() or over()')
      case 'window':
        throw misplaced(displayNode(node), 'add it as a column with select() or withColumn() first')
      case 'groupingSets':
        throw misplaced(displayNode(node), 'it stands for sets of keys, make it a key of aggregate() as it is')
      case 'wildcard':
        throw misplaced('*', 'it stands for rows only inside count(*)')
    }
  }

  /** The position of a column; exact names first, then without regard to case when only one matches. */
  columnIndex(name: string): number {
    const position = positionOf(name, this.schema)
    if (position === undefined) throw unknownColumn(name, this.schema)
    return position
  }

  /** The column at a position of the schema. */
  input(index: number): Bound {
    const field = this.schema[index]
    if (field === undefined) throw unknownColumn(String(index), this.schema)
    return this.column(index, field)
  }

  #not(input: Bound): Bound {
    const condition = this.condition(input, 'the operand of NOT')
    return this.call('NOT', notResolution(condition), [condition])
  }

  #negate(input: Bound): Bound {
    return this.call('-', resolveNegation(argumentOf(input)), [input])
  }

  #is(input: Bound, test: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN', negated: boolean): Bound {
    if (test === 'NULL') return this.isNull(input, negated)
    const condition = this.condition(input, `the operand of IS ${test}`)
    if (test === 'UNKNOWN') return this.isNull(condition, negated)
    const wanted = test === 'TRUE'
    return this.call(`IS ${negated ? 'NOT ' : ''}${test}`, isResolution(wanted, negated), [condition])
  }

  #binary(node: BinaryNode): Bound {
    const { op } = node
    const left = this.bind(node.left)
    const right = this.bind(node.right)
    switch (op) {
      case 'AND':
      case 'OR':
        return this.logic(op, this.condition(left, `an operand of ${op}`), this.condition(right, `an operand of ${op}`))
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return this.call(op, resolveArithmetic(op, argumentOf(left), argumentOf(right)), [left, right])
      case '=':
      case '<>':
      case '<':
      case '<=':
      case '>':
      case '>=':
      case 'IS DISTINCT FROM':
      case 'IS NOT DISTINCT FROM':
        return this.#compare(op, left, right)
      case '||':
        return this.#named(joinFunction(left.type, right.type), [left, right])
      default:
        return this.#named(op, [left, right])
    }
  }

  #compare(op: ComparisonOperator, left: Bound, right: Bound): Bound {
    return this.call(op, resolveComparison(op, argumentOf(left), argumentOf(right)), [left, right])
  }

  /** As comparisons of one bound input, so that it is evaluated once; IN and CASE with an operand do likewise. */
  #between(node: BetweenNode): Bound {
    const input = this.bind(node.input)
    const from = this.#compare('>=', input, this.bind(node.low))
    const within = this.logic('AND', from, this.#compare('<=', input, this.bind(node.high)))
    return node.negated ? this.#not(within) : within
  }

  #in(node: InNode): Bound {
    const input = this.bind(node.input)
    const list = node.list.map((item) => this.bind(item))
    const type = unifyTypes([input.type, ...list.map((item) => item.type)], 'number')
    if (type === undefined) {
      for (const item of list) comparedType(input.type, item.type, 'IN')
      throw new PlanError(
        'type_mismatch',
        `Cannot compare the values of ${displayNode(node)}: they have no type in common`,
      )
    }
    return this.#isAmong(
      input,
      list.map((item) => this.cast(item, type)),
      type,
      node.negated,
    )
  }

  /** Whether a value is one of others, all of one type; null where it is not and one of them is null. */
  #isAmong(input: Bound, members: readonly Bound[], type: DataType, negated: boolean): Bound {
    const constants = members.flatMap((item) => (item.kind === 'constant' ? [item.value] : []))
    if (constants.length === members.length) {
      const label = `${negated ? 'NOT IN' : 'IN'} ${constants.map(constantKey).join(' ')}`
      return this.call(label, resolveMembership(argumentOf(input), type, constants, negated), [input])
    }
    const found = members
      .map((item) => this.#compare('=', input, item))
      .reduce((left, right) => this.logic('OR', left, right))
    return negated ? this.#not(found) : found
  }

  #like(node: LikeNode): Bound {
    const match = this.#named(node.caseInsensitive ? 'ILIKE' : 'LIKE', [this.bind(node.input), this.bind(node.pattern)])
    return node.negated ? this.#not(match) : match
  }

  #case(node: CaseNode): Bound {
    const operand = node.operand === undefined ? undefined : this.bind(node.operand)
    const conditions = node.whens.map((when) =>
      operand === undefined
        ? this.condition(this.bind(when), 'a CASE condition')
        : this.#compare('=', operand, this.bind(when)),
    )
    const results = node.thens.map((then) => this.bind(then))
    const otherwise = node.otherwise === undefined ? this.constant(null, nullType) : this.bind(node.otherwise)
    return this.choose(conditions, results, otherwise)
  }

  #named(name: string, args: readonly Bound[]): Bound {
    const fn = this.#functions.scalar(name)
    if (fn === undefined) throw unknownFunction(name, this.#functions.names())
    if (fn.name === 'coalesce') return this.coalesce(args)
    if (fn.name === 'array_has') return this.#has(fn, args)
    const [value, then, otherwise] = args
    if (fn.name === 'nvl2' && value !== undefined && then !== undefined && otherwise !== undefined)
      return this.choose([this.isNull(value, true)], [then], otherwise)
    const resolution = withColumnHint(args, () => resolveScalar(fn, args.map(argumentOf)))
    return this.call(fn.name, resolution, args)
  }

  /**
   * A list that is written out is looked through as by IN, with its nulls; a list of each row's own may hold others, of
   * which nothing follows. As in DataFusion, whose planner rewrites the one and not the other.
   */
  #has(fn: ScalarFunction, args: readonly Bound[]): Bound {
    const resolution = resolveScalar(fn, args.map(argumentOf))
    const [list, element] = args
    const [listType, type] = resolution.types
    const items = list === undefined ? undefined : this.#itemsOf(list)
    if (items === undefined || element === undefined || type === undefined || listType?.kind !== 'list') {
      return this.call(fn.name, resolution, args)
    }
    if (list?.kind === 'constant' && element.kind === 'constant') return this.call(fn.name, resolution, args)
    if (items.length === 0) return this.constant(false, bool)
    const members = items.map((item) => this.cast(item, type))
    return this.#isAmong(this.cast(element, type), members, type, false)
  }

  /** The elements of a list that is the same in each row, or that `make_array` makes. */
  #itemsOf(list: Bound): readonly Bound[] | undefined {
    if (list.kind === 'call') return list.label === 'make_array' ? list.args : undefined
    if (list.kind !== 'constant' || list.type.kind !== 'list' || !Array.isArray(list.value)) return undefined
    const { type } = list.type.item
    return list.value.map((item) => this.constant(item, type))
  }

  #udf(udf: ScalarUdf, args: readonly Bound[]): Bound {
    let key = this.#udfKeys.get(udf)
    if (key === undefined) {
      key = this.#udfKeys.size
      this.#udfKeys.set(udf, key)
    }
    const resolution = withColumnHint(args, () => resolveUdf(udf, args.map(argumentOf)))
    return this.call(`udf ${key}`, resolution, args, udf.name)
  }
}

const misplaced = (shown: string, wayOut: string): PlanError =>
  new PlanError('type_mismatch', `Cannot use ${shown} here: ${wayOut}`)

/** `||` joins lists, and appends and prepends elements; otherwise texts. */
function joinFunction(left: DataType, right: DataType): string {
  if (left.kind === 'list') return right.kind === 'list' || right.kind === 'null' ? 'array_concat' : 'array_append'
  if (right.kind === 'list') return left.kind === 'null' ? 'array_concat' : 'array_prepend'
  return '||'
}
