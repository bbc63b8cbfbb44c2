// Binding aggregate calls: arguments, filter, and the resolved function; and taking apart expressions over aggregates.

import { distinctKernel, distinctState } from '../aggregate/distinct.ts'
import { orderedKernel, orderedState } from '../aggregate/in-order.ts'
import {
  type AggregateFunction,
  type AggregateKernel,
  type AggregateResolution,
  resolveAggregate,
} from '../contract/aggregate.ts'
import type { Argument } from '../contract/scalar.ts'
import { InternalError, PlanError } from '../errors.ts'
import { mapChildren } from '../expr/children.ts'
import { displayNode, outputName } from '../expr/display.ts'
import type { AggregateNode, ExprNode } from '../expr/node.ts'
import { unknownFunction } from '../expr/unknown-names.ts'
import { walk, withoutAlias } from '../expr/walk.ts'
import { type Field, field, float64, int32, type Schema } from '../types/type.ts'
import { resolveAggregateUdf } from '../udf/accumulate.ts'
import { overInputs } from './aggregate-inputs.ts'
import { Binder, type FunctionSource } from './binder.ts'
import { argumentOf, type Bound } from './bound.ts'
import { nameBeside } from './column-names.ts'
import { withColumnHint } from './constant-for-column.ts'
import { type GroupingSets, groupingNumber, groupKeysOf, type NamedExpr } from './grouping-sets.ts'
import { NodeKeys } from './node-key.ts'

/** Where aggregates are found by name. */
export interface AggregateSource extends FunctionSource {
  aggregate(name: string): AggregateFunction | undefined
}

export interface BoundAggregate {
  readonly name: string
  readonly args: readonly Bound[]
  readonly filter?: Bound
  /** `skip`: rows with a null argument are not seen. */
  readonly nulls: 'skip' | 'call'
  readonly state: readonly Field[]
  readonly returns: Field
  kernel(): AggregateKernel
}

/**
 * Binds one aggregate call.
 *
 * @throws {PlanError} `unknown_function`, `type_mismatch`, and what binding its arguments throws.
 */
export function bindAggregate(binder: Binder, node: AggregateNode, functions: AggregateSource): BoundAggregate {
  if (node.distinct && node.args.some(({ kind }) => kind === 'wildcard')) {
    const message = `Cannot compute ${displayNode(node)}: name the columns whose values count, as in count(DISTINCT a, b)`
    throw new PlanError('type_mismatch', message)
  }
  const bound = node.args.filter((arg) => arg.kind !== 'wildcard').map((arg) => binder.bind(arg))
  const fn = typeof node.fn === 'string' ? builtIn(node.fn, functions) : undefined
  const args = fn === undefined ? bound : percentilesInOrder(binder, fn, node, bound)
  const resolution = withColumnHint(args, () => resolveCall(node.fn, fn, args.map(argumentOf)))
  const coerced = args.map((arg, i) => binder.cast(arg, resolution.types[i] ?? arg.type))
  const distinct = node.distinct && args.length > 0
  const skipsNulls = resolution.nulls === 'skip' || node.nullTreatment === 'ignore'
  const call: BoundAggregate = {
    name: displayNode(node),
    args: coerced,
    ...(node.filter === undefined ? {} : { filter: binder.condition(binder.bind(node.filter), 'a FILTER condition') }),
    nulls: skipsNulls ? 'skip' : 'call',
    state: distinct ? distinctState(resolution.types) : resolution.state,
    returns: field(displayNode(node), resolution.returns, resolution.nullable),
    kernel: () => (distinct ? distinctKernel(resolution.kernel(), args.length) : resolution.kernel()),
  }
  const isOrdered = node.orderBy.length > 0 && (fn === undefined || fn.ordered === true)
  return isOrdered ? inOrder(binder, node, call, bound) : call
}

function builtIn(name: string, functions: AggregateSource): AggregateFunction {
  const fn = functions.aggregate(name)
  if (fn === undefined) throw unknownFunction(name, functions.names())
  return fn
}

function resolveCall(
  called: AggregateNode['fn'],
  fn: AggregateFunction | undefined,
  args: readonly Argument[],
): AggregateResolution {
  if (fn !== undefined) return resolveAggregate(fn, args)
  if (typeof called !== 'string') return resolveAggregateUdf(called, args)
  throw new InternalError(`Function "${called}" was looked up and is not known`)
}

/** In descending order a percentile counts from the greatest value: it is the rest, counted from the least. */
function percentilesInOrder(
  binder: Binder,
  fn: AggregateFunction,
  node: AggregateNode,
  args: readonly Bound[],
): readonly Bound[] {
  const at = fn.percentileAt
  const percentile = at === undefined ? undefined : args[at]
  if (percentile?.kind !== 'constant' || node.orderBy[0]?.descending !== true) return args
  const double = binder.cast(percentile, float64)
  if (double.kind !== 'constant' || typeof double.value !== 'number') return args
  return args.with(at ?? 0, binder.constant(1 - double.value, float64))
}

/** The call with the sort keys as arguments after its own. */
function inOrder(binder: Binder, node: AggregateNode, call: BoundAggregate, own: readonly Bound[]): BoundAggregate {
  const keys = node.orderBy.map((key) => binder.bind(key.input))
  // Equal values may have different keys: which of them counts would be chance.
  if (node.distinct && !keys.every((key) => own.some(({ id }) => id === key.id)))
    throw new PlanError('type_mismatch', `Cannot compute ${displayNode(node)}: with DISTINCT, order by its arguments`)
  const types = (bounds: readonly Bound[]) => bounds.map((bound) => bound.type)
  return {
    ...call,
    args: [...call.args, ...keys],
    // Null keys are keys: only the arguments decide whether a row is seen.
    nulls: 'call',
    state: orderedState(types(call.args), types(keys)),
    kernel: () => orderedKernel(call.kernel(), call.args.length, node.orderBy, call.nulls === 'skip'),
  }
}

/** The values of an aggregation taken apart: the aggregate calls, and expressions over their results and the keys. */
export interface AggregatePlan {
  /** Columns to compute first, which the keys and calls are over; without them they are over the input. */
  readonly inputs?: readonly NamedExpr[]
  readonly by: readonly NamedExpr[]
  readonly sets?: GroupingSets
  readonly aggregates: readonly AggregateNode[]
  /** One expression per result column, over columns named like the keys, the sets and the calls. */
  readonly project: readonly NamedExpr[]
}

/**
 * Splits `GROUP BY by` with result columns `by, values` into calls and what is computed from them.
 *
 * @throws {PlanError} `type_mismatch` for what is neither a key nor inside a call, and for clauses that mean nothing.
 */
export function planAggregate(
  by: readonly ExprNode[],
  values: readonly ExprNode[],
  functions: AggregateSource,
): AggregatePlan {
  const nodeKeys = new NodeKeys()
  const { keys, sets } = groupKeysOf(by, nodeKeys)
  const keyNames = new Map(keys.map((key) => [nodeKeys.keyOf(key.node), key.name]))
  const calls = new Map<string, AggregateNode>()
  /** What a node gives, over the results; undefined when it is neither a key nor a call. */
  const resultOf = (node: ExprNode): ExprNode | undefined => {
    const text = nodeKeys.keyOf(node)
    const key = keyNames.get(text)
    if (key !== undefined) return column(key)
    if (node.kind !== 'aggregate') return undefined
    if (node.fn === 'grouping') return groupingNumber(node, keys, sets, nodeKeys)
    checkNullTreatment(node, functions)
    if (!calls.has(text)) calls.set(text, node)
    return column(callName([...calls.keys()].indexOf(text), keys))
  }
  const project = values.map((value) => ({ name: outputName(value), node: overResults(withoutAlias(value), resultOf) }))
  const aggregates = [...calls.values()]
  return {
    // Sets go over the rows once each: what keys and calls are made of is computed once for all of them.
    ...(sets === undefined ? { by: keys, aggregates } : { ...overInputs(keys, aggregates, nodeKeys, functions), sets }),
    project: [...keys.map(({ name }) => ({ name, node: column(name) })), ...project],
  }
}

/** Aggregates over a window take IGNORE NULLS, whichever they are; of those over groups only where it changes something. */
function checkNullTreatment({ fn, nullTreatment }: AggregateNode, functions: AggregateSource): void {
  if (nullTreatment === undefined || typeof fn !== 'string') return
  const found = functions.aggregate(fn)
  if (found === undefined || found.takesNullTreatment === true) return
  throw new PlanError(
    'type_mismatch',
    `Cannot use ${nullTreatment.toUpperCase()} NULLS with "${found.name}": leave it out, it is for first_value, last_value and array_agg`,
  )
}

/** The name of a call's column among the results: by position, and never a key's. */
const callName = (index: number, keys: AggregatePlan['by']): string => nameBeside(`#${index}`, keys)

const column = (name: string): ExprNode => Object.freeze({ kind: 'column', name })

/** Replaces aggregate calls and whole keys by what they are over the results. */
function overResults(value: ExprNode, resultOf: (node: ExprNode) => ExprNode | undefined): ExprNode {
  const results = new Set<ExprNode>()
  const replaced = rewriteOutside(value, (node) => {
    const result = resultOf(node)
    if (result !== undefined) results.add(result)
    return result
  })
  walk(replaced, (node) => {
    if (results.has(node)) return false
    if (node.kind === 'column') throw columnOutsideGroups(node.name)
    return true
  })
  return replaced
}

/** The error for a column that has many values in a group. */
export const columnOutsideGroups = (name: string): PlanError =>
  new PlanError(
    'type_mismatch',
    `Cannot use column "${name}" in an aggregation: group by it, or put it into an aggregate such as max()`,
    { details: { column: name } },
  )

/** Rewrites top-down; nothing below a replaced node is looked at. */
function rewriteOutside(node: ExprNode, replace: (node: ExprNode) => ExprNode | undefined): ExprNode {
  const own = replace(node)
  if (own !== undefined) return own
  return mapChildren(node, (child) => rewriteOutside(child, replace))
}

/** The schema of an aggregation's results: keys, the number of the set, then calls. */
export function aggregateSchema(
  schema: Schema,
  plan: Pick<AggregatePlan, 'by' | 'sets' | 'aggregates'>,
  functions: AggregateSource,
): Schema {
  const binder = new Binder(schema, functions)
  return [
    ...keyFields(binder, plan),
    ...plan.aggregates.map((node, i) => ({
      ...bindAggregate(binder, node, functions).returns,
      name: callName(i, plan.by),
    })),
  ]
}

/** The key columns of an aggregation, and the number of the set. A key that some set is without is null there. */
export function keyFields(binder: Binder, { by, sets }: Pick<AggregatePlan, 'by' | 'sets'>): readonly Field[] {
  const keys = by.map(({ name, node }, i) => {
    const bound = binder.bind(node)
    const isLeftOut = sets?.keys.some((set) => !set.includes(i)) ?? false
    return field(name, bound.type, bound.nullable || isLeftOut)
  })
  return sets === undefined ? keys : [...keys, field(sets.name, int32, false)]
}
