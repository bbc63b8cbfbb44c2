// Binding: a node plus a schema gives a bound expression. This is where names are looked up, types are inferred, casts
// implied by coercion are inserted and constants are folded; nothing is evaluated over rows here.

import { resolveCast } from '../cast/cast.ts'
import { PlanError, type VolleyError } from '../errors.ts'
import { displayNode } from '../expr/display.ts'
import type {
  BetweenNode,
  BinaryNode,
  CaseNode,
  ComparisonOperator,
  ExprNode,
  InNode,
  LikeNode,
  Value,
} from '../expr/node.ts'
import { resolveArithmetic, resolveNegation } from '../scalar/arithmetic.ts'
import { comparedType, resolveComparison, resolveMembership } from '../scalar/comparison.ts'
import { type Argument, type Resolution, resolveScalar, type ScalarFunction } from '../scalar/contract.ts'
import { isResolution, notResolution } from '../scalar/logic.ts'
import { conditionType, plainType, unifyTypes } from '../types/coercion.ts'
import { bool, type DataType, displayType, nullType, type Schema } from '../types/type.ts'
import type { ScalarUdf, Udf } from '../udf/definition.ts'
import { resolveUdf } from '../udf/resolve.ts'
import type { Bound, BoundCall } from './bound.ts'
import { unknownColumn, unknownFunction } from './unknown-names.ts'

/** Where calls find the functions they name. */
export interface FunctionSource {
  scalar(name: string): ScalarFunction | undefined
  names(): Iterable<string>
}

/** Binds expressions against one schema. Equal subexpressions bound by one binder are one object. */
export class Binder {
  readonly schema: Schema
  readonly #functions: FunctionSource
  readonly #interned = new Map<string, Bound>()
  readonly #udfKeys = new Map<Udf, number>()
  #nextId = 0

  constructor(schema: Schema, functions: FunctionSource) {
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
        throw new PlanError(
          'type_mismatch',
          `Cannot use ${displayNode(node)} here: it needs rows, put it into aggregate() or over()`,
        )
      case 'window':
        throw new PlanError(
          'type_mismatch',
          `Cannot use ${displayNode(node)} here: add it as a column with select() or withColumn() first`,
        )
      case 'groupingSets':
        throw new PlanError(
          'type_mismatch',
          `Cannot use ${displayNode(node)} here: it stands for sets of keys, make it a key of aggregate() as it is`,
        )
      case 'wildcard':
        throw new PlanError('type_mismatch', 'Cannot use * here: it stands for rows only inside count(*)')
    }
  }

  /** The position of a column; exact names first, then without regard to case when only one matches. */
  columnIndex(name: string): number {
    const exact = this.schema.findIndex((field) => field.name === name)
    if (exact !== -1) return exact
    const lower = name.toLowerCase()
    const alike = this.schema.flatMap((field, i) => (field.name.toLowerCase() === lower ? [i] : []))
    const [only] = alike
    if (only !== undefined && alike.length === 1) return only
    throw unknownColumn(name, this.schema)
  }

  input(index: number): Bound {
    const field = this.schema[index]
    if (field === undefined) throw unknownColumn(String(index), this.schema)
    return this.#intern(`input ${index}`, (id) => ({
      id,
      kind: 'input',
      index,
      name: field.name,
      type: plainType(field.type),
      nullable: field.nullable,
    }))
  }

  constant(value: Value, type: DataType): Bound {
    return this.#intern(`constant ${displayType(type)} ${constantKey(value)}`, (id) => ({
      id,
      kind: 'constant',
      value,
      type,
      nullable: value === null,
    }))
  }

  /** The same value as `to`; nothing is added when it has that type already. */
  cast(input: Bound, to: DataType, safe = false): Bound {
    const target = plainType(to)
    // Whatever computes it, a value of the null type is null.
    if (input.type.kind === 'null') return this.constant(null, target)
    if (input.kind === 'constant' && input.value === null) return this.constant(null, target)
    const resolution = resolveCast(argumentOf(input), target, safe)
    if (resolution === undefined) return input
    return this.call(`${safe ? 'try_cast' : 'cast'} ${displayType(target)}`, resolution, [input])
  }

  /** A call of a resolved function; constants are folded where that cannot hide an error. */
  call(label: string, resolution: Resolution, args: readonly Bound[], udf?: string): Bound {
    const coerced = args.map((arg, i) => this.cast(arg, resolution.types[i] ?? arg.type))
    const shared = resolution.volatility !== 'volatile'
    const key = `call ${label} ${displayType(resolution.returns)} ${coerced.map((arg) => arg.id).join(' ')}`
    const make = (id: number): Bound =>
      this.#fold({
        id,
        kind: 'call',
        label,
        args: coerced,
        type: resolution.returns,
        nullable: resolution.nullable,
        nulls: resolution.nulls,
        givesNull: resolution.givesNull,
        volatility: resolution.volatility,
        kernel: resolution.kernel,
        ...(udf === undefined ? {} : { udf }),
      })
    return shared ? this.#intern(key, make) : make(this.#nextId++)
  }

  /** Reads `input` as a condition. */
  condition(input: Bound, where: string): Bound {
    const type = conditionType(input.type)
    if (type !== undefined) return this.cast(input, type)
    throw new PlanError(
      'type_mismatch',
      `Cannot use a ${displayType(input.type)} as ${where}: compare it with something`,
      {
        details: { type: displayType(input.type) },
      },
    )
  }

  #intern(key: string, make: (id: number) => Bound): Bound {
    let bound = this.#interned.get(key)
    if (bound === undefined) {
      bound = make(this.#nextId++)
      this.#interned.set(key, bound)
    }
    return bound
  }

  #fold(call: BoundCall): Bound {
    if (call.volatility !== 'immutable' || call.udf !== undefined) return call
    if (call.nulls === 'propagate' && call.args.some((arg) => arg.kind === 'constant' && arg.value === null)) {
      return this.constant(null, call.type)
    }
    const values = call.args.flatMap((arg) => (arg.kind === 'constant' ? [arg.value] : []))
    if (values.length !== call.args.length) return call
    try {
      return this.constant(call.kernel().row(...(values as never[])), call.type)
    } catch (error) {
      // The error belongs to the row that meets it: a guarded branch may never be taken.
      if ((error as VolleyError).category === 'data') return call
      throw error
    }
  }

  #not(input: Bound): Bound {
    const condition = this.condition(input, 'the operand of NOT')
    return this.call('NOT', notResolution(condition), [condition])
  }

  #negate(input: Bound): Bound {
    return this.call('-', resolveNegation(argumentOf(input)), [input])
  }

  isNull(input: Bound, negated: boolean): Bound {
    if (input.kind === 'constant') return this.constant((input.value === null) !== negated, bool)
    if (!input.nullable) return this.constant(negated, bool)
    return this.#intern(`isNull ${negated} ${input.id}`, (id) => ({
      id,
      kind: 'isNull',
      input,
      negated,
      type: bool,
      nullable: false,
    }))
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
        return this.#logic(
          op,
          this.condition(left, `an operand of ${op}`),
          this.condition(right, `an operand of ${op}`),
        )
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
        return this.call(op, resolveComparison(op, argumentOf(left), argumentOf(right)), [left, right])
      case '||':
        return this.#named(joinFunction(left.type, right.type), [left, right])
      default:
        return this.#named(op, [left, right])
    }
  }

  #logic(op: 'AND' | 'OR', left: Bound, right: Bound): Bound {
    const decisive = op === 'OR'
    if (left.kind === 'constant' && left.value === decisive) return left
    if (left.kind === 'constant' && left.value === !decisive) return right
    if (right.kind === 'constant' && right.value === !decisive) return left
    const kind = op === 'OR' ? 'or' : 'and'
    return this.#intern(`${kind} ${left.id} ${right.id}`, (id) => ({
      id,
      kind,
      left,
      right,
      type: bool,
      nullable: left.nullable || right.nullable,
    }))
  }

  #compare(op: ComparisonOperator, left: Bound, right: Bound): Bound {
    return this.call(op, resolveComparison(op, argumentOf(left), argumentOf(right)), [left, right])
  }

  /** As comparisons of one bound input, so that it is evaluated once; IN and CASE with an operand do likewise. */
  #between(node: BetweenNode): Bound {
    const input = this.bind(node.input)
    const from = this.#compare('>=', input, this.bind(node.low))
    const within = this.#logic('AND', from, this.#compare('<=', input, this.bind(node.high)))
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
    const members = list.map((item) => this.cast(item, type))
    const constants = members.flatMap((item) => (item.kind === 'constant' ? [item.value] : []))
    if (constants.length === members.length) {
      const label = `${node.negated ? 'NOT IN' : 'IN'} ${constants.map(constantKey).join(' ')}`
      return this.call(label, resolveMembership(argumentOf(input), type, constants, node.negated), [input])
    }
    const found = list
      .map((item) => this.#compare('=', input, item))
      .reduce((left, right) => this.#logic('OR', left, right))
    return node.negated ? this.#not(found) : found
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
    return this.#choose(conditions, results, otherwise)
  }

  /** The first result whose condition is true, else `otherwise`, in their common type. */
  #choose(conditions: readonly Bound[], results: readonly Bound[], otherwise: Bound): Bound {
    const types = [...results, otherwise].map((result) => result.type)
    const type = unifyTypes(types, 'string')
    if (type === undefined) {
      const shown = types.map(displayType).join(', ')
      throw new PlanError('type_mismatch', `Cannot give CASE one type: its branches are ${shown}, cast them`)
    }
    const cast = results.map((result) => this.cast(result, type))
    const last = this.cast(otherwise, type)
    const key = `case ${conditions.map((c, i) => `${c.id} ${cast[i]?.id}`).join(' ')} ${last.id}`
    return this.#intern(key, (id) => ({
      id,
      kind: 'case',
      conditions,
      results: cast,
      otherwise: last,
      type,
      nullable: last.nullable || cast.some((result) => result.nullable),
    }))
  }

  #named(name: string, args: readonly Bound[]): Bound {
    const fn = this.#functions.scalar(name)
    if (fn === undefined) throw unknownFunction(name, this.#functions.names())
    if (fn.name === 'coalesce') return this.#coalesce(args)
    const [value, then, otherwise] = args
    if (fn.name === 'nvl2' && value !== undefined && then !== undefined && otherwise !== undefined)
      return this.#choose([this.isNull(value, true)], [then], otherwise)
    return this.call(fn.name, resolveScalar(fn, args.map(argumentOf)), args)
  }

  #coalesce(args: readonly Bound[]): Bound {
    const type = unifyTypes(
      args.map((arg) => arg.type),
      'number',
    )
    if (args.length === 0 || type === undefined) {
      const shown = args.map((arg) => displayType(arg.type)).join(', ')
      throw new PlanError('type_mismatch', `Function "coalesce" takes values of one type, got ${shown || 'nothing'}`)
    }
    const cast = args.map((arg) => this.cast(arg, type)).filter((arg) => arg.kind !== 'constant' || arg.value !== null)
    const certain = cast.findIndex((arg) => !arg.nullable)
    const needed = certain === -1 ? cast : cast.slice(0, certain + 1)
    const [first] = needed
    if (first === undefined) return this.constant(null, type)
    if (needed.length === 1) return first
    return this.#intern(`coalesce ${needed.map((arg) => arg.id).join(' ')}`, (id) => ({
      id,
      kind: 'coalesce',
      args: needed,
      type,
      nullable: certain === -1,
    }))
  }

  #udf(udf: ScalarUdf, args: readonly Bound[]): Bound {
    let key = this.#udfKeys.get(udf)
    if (key === undefined) {
      key = this.#udfKeys.size
      this.#udfKeys.set(udf, key)
    }
    return this.call(`udf ${key}`, resolveUdf(udf, args.map(argumentOf)), args, udf.name)
  }
}

/** What a resolver may know of a bound argument. */
export function argumentOf(bound: Bound): Argument {
  return {
    type: bound.type,
    nullable: bound.nullable,
    ...(bound.kind === 'constant' ? { literal: bound.value } : {}),
  }
}

/** `||` joins lists, and appends and prepends elements; otherwise texts. */
function joinFunction(left: DataType, right: DataType): string {
  if (left.kind === 'list') return right.kind === 'list' || right.kind === 'null' ? 'array_concat' : 'array_append'
  if (right.kind === 'list') return left.kind === 'null' ? 'array_concat' : 'array_prepend'
  return '||'
}

function constantKey(value: Value): string {
  if (Object.is(value, -0)) return '-0'
  return `${typeof value} ${value instanceof Uint8Array ? value.join() : JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : Number.isFinite(v) || typeof v !== 'number' ? v : String(v)))}`
}
