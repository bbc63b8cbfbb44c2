// Binding aggregate calls: arguments, filter, and the resolved function; and taking apart expressions over aggregates.

import { type AggregateFunction, type AggregateKernel, resolveAggregate } from '../aggregate/contract.ts'
import { distinctKernel, distinctState } from '../aggregate/distinct.ts'
import { PlanError } from '../errors.ts'
import { mapChildren } from '../expr/children.ts'
import { displayNode, outputName } from '../expr/display.ts'
import type { AggregateNode, ExprNode } from '../expr/node.ts'
import { walk } from '../expr/walk.ts'
import { type Field, field, type Schema } from '../types/type.ts'
import { argumentOf, Binder, type FunctionSource, unknownFunction } from './binder.ts'
import type { Bound } from './bound.ts'
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
  if (typeof node.fn !== 'string') {
    throw new PlanError(
      'not_implemented',
      `Cannot run "${node.fn.name}": user-defined aggregates are not evaluated yet`,
    )
  }
  if (node.orderBy.length > 0) {
    throw new PlanError(
      'not_implemented',
      `Cannot run ${displayNode(node)}: ORDER BY inside an aggregate is not evaluated yet`,
    )
  }
  const fn = functions.aggregate(node.fn)
  if (fn === undefined) throw unknownFunction(node.fn, functions.names())
  const args = node.args.filter((arg) => arg.kind !== 'wildcard').map((arg) => binder.bind(arg))
  const resolution = resolveAggregate(fn, args.map(argumentOf))
  const coerced = args.map((arg, i) => binder.cast(arg, resolution.types[i] ?? arg.type))
  const distinct = node.distinct && args.length > 0
  return {
    name: displayNode(node),
    args: coerced,
    ...(node.filter === undefined ? {} : { filter: binder.condition(binder.bind(node.filter), 'a FILTER condition') }),
    nulls: resolution.nulls,
    state: distinct ? distinctState(resolution.types) : resolution.state,
    returns: field(displayNode(node), resolution.returns, resolution.nullable),
    kernel: () => (distinct ? distinctKernel(resolution.kernel()) : resolution.kernel()),
  }
}

/** The values of an aggregation taken apart: the aggregate calls, and expressions over their results and the keys. */
export interface AggregatePlan {
  readonly by: readonly { readonly name: string; readonly node: ExprNode }[]
  readonly aggregates: readonly AggregateNode[]
  /** One expression per result column, over columns named like the keys and the calls. */
  readonly project: readonly { readonly name: string; readonly node: ExprNode }[]
}

/** Splits `GROUP BY by` with result columns `by, values` into calls and what is computed from them. */
export function planAggregate(by: readonly ExprNode[], values: readonly ExprNode[]): AggregatePlan {
  const nodeKeys = new NodeKeys()
  const keys = by.map((node) => ({ name: outputName(node), node: withoutAlias(node) }))
  const keyNames = new Map(keys.map((key) => [nodeKeys.keyOf(key.node), key.name]))
  const calls = new Map<string, AggregateNode>()
  /** The column that holds what a node gives; undefined when it is neither a key nor a call. */
  const resultOf = (node: ExprNode): string | undefined => {
    const text = nodeKeys.keyOf(node)
    const key = keyNames.get(text)
    if (key !== undefined || node.kind !== 'aggregate') return key
    if (!calls.has(text)) calls.set(text, node)
    return callName([...calls.keys()].indexOf(text), keys)
  }
  const project = values.map((value) => ({ name: outputName(value), node: overResults(withoutAlias(value), resultOf) }))
  return {
    by: keys,
    aggregates: [...calls.values()],
    project: [...keys.map(({ name }) => ({ name, node: column(name) })), ...project],
  }
}

/** The name of a call's column among the results: by position, and never a key's. */
function callName(index: number, keys: AggregatePlan['by']): string {
  let name = `#${index}`
  while (keys.some((key) => key.name.toLowerCase() === name)) name = `#${name}`
  return name
}

const withoutAlias = (node: ExprNode): ExprNode => (node.kind === 'alias' ? withoutAlias(node.input) : node)
const column = (name: string): ExprNode => Object.freeze({ kind: 'column', name })

/** Replaces aggregate calls and whole keys by the columns that hold them. */
function overResults(value: ExprNode, resultOf: (node: ExprNode) => string | undefined): ExprNode {
  const results = new Set<ExprNode>()
  const replaced = rewriteOutside(value, (node) => {
    const name = resultOf(node)
    if (name === undefined) return undefined
    const result = column(name)
    results.add(result)
    return result
  })
  walk(replaced, (node) => {
    if (node.kind === 'column' && !results.has(node)) {
      throw new PlanError(
        'type_mismatch',
        `Cannot use column "${node.name}" in an aggregation: group by it, or put it into an aggregate such as max()`,
        { details: { column: node.name } },
      )
    }
    return true
  })
  return replaced
}

/** Rewrites top-down; nothing below a replaced node is looked at. */
function rewriteOutside(node: ExprNode, replace: (node: ExprNode) => ExprNode | undefined): ExprNode {
  const own = replace(node)
  if (own !== undefined) return own
  return mapChildren(node, (child) => rewriteOutside(child, replace))
}

/** The schema of an aggregation's results: keys, then calls. */
export function aggregateSchema(
  schema: Schema,
  plan: Pick<AggregatePlan, 'by' | 'aggregates'>,
  functions: AggregateSource,
): Schema {
  const binder = new Binder(schema, functions)
  return [
    ...keyFields(binder, plan.by),
    ...plan.aggregates.map((node, i) => ({
      ...bindAggregate(binder, node, functions).returns,
      name: callName(i, plan.by),
    })),
  ]
}

/** The key columns of an aggregation. */
export function keyFields(binder: Binder, by: AggregatePlan['by']): readonly Field[] {
  return by.map(({ name, node }) => {
    const bound = binder.bind(node)
    return field(name, bound.type, bound.nullable)
  })
}
