// Binding window calls: arguments, partition and sort keys, frame, and the resolved function; and taking apart
// expressions over window calls.

import type { AggregateKernel } from '../contract/aggregate.ts'
import type { WindowUdf } from '../contract/udf.ts'
import { resolveWindow, type WindowFunction, type WindowKernel } from '../contract/window.ts'
import { PlanError } from '../errors.ts'
import { mapChildren } from '../expr/children.ts'
import { displayNode } from '../expr/display.ts'
import type { AggregateNode, ExprNode, WindowNode } from '../expr/node.ts'
import { hasWindow, walk } from '../expr/walk.ts'
import { plainType } from '../types/coercion.ts'
import { type Field, field, type Schema } from '../types/type.ts'
import { type EvaluatePartition, windowEvaluation } from '../udf/evaluate-window.ts'
import { checkArguments } from '../udf/resolve.ts'
import { type BoundFrame, bindFrame } from '../window/frame.ts'
import { type AggregateSource, bindAggregate } from './aggregate.ts'
import type { Binder } from './binder.ts'
import { argumentOf, type Bound } from './bound.ts'
import { NodeKeys } from './node-key.ts'

/** Where window functions and aggregates are found by name. */
export interface WindowSource extends AggregateSource {
  window(name: string): WindowFunction | undefined
}

/** How the result of each row is found. */
export type WindowComputation =
  | {
      readonly kind: 'kernel'
      readonly kernel: WindowKernel
      readonly ignoreNulls: boolean
      readonly otherwise?: Bound
    }
  | {
      readonly kind: 'aggregate'
      /** The name of the built-in aggregate, for those that can be computed without its kernel; not with DISTINCT. */
      readonly builtIn: string | undefined
      readonly kernel: () => AggregateKernel
      /** `skip`: rows with a null argument are not seen. */
      readonly nulls: 'skip' | 'call'
      /** The partial state is small whatever the number of rows: partial states may be kept by the row. */
      readonly smallState: boolean
    }
  | { readonly kind: 'evaluator'; readonly evaluation: () => EvaluatePartition }

export interface BoundWindow {
  readonly name: string
  readonly args: readonly Bound[]
  readonly filter?: Bound
  readonly partitionBy: readonly Bound[]
  readonly orderBy: readonly {
    readonly expression: Bound
    readonly descending: boolean
    readonly nullsFirst: boolean
  }[]
  readonly frame: BoundFrame
  readonly returns: Field
  readonly computation: WindowComputation
}

/**
 * Binds one window call.
 *
 * @throws {PlanError} `unknown_function`, `type_mismatch`, and what binding its arguments throws.
 */
export function bindWindow(binder: Binder, node: WindowNode, functions: WindowSource): BoundWindow {
  const orderBy = node.orderBy.map(({ input, descending, nullsFirst }) => ({
    expression: binder.bind(input),
    descending,
    nullsFirst,
  }))
  const over = {
    name: displayNode(node),
    partitionBy: node.partitionBy.map((key) => binder.bind(key)),
    orderBy,
    frame: bindFrame(
      node.frame,
      orderBy.map(({ expression, descending }) => ({ type: expression.type, descending })),
    ),
  }
  const fn = typeof node.fn === 'string' ? functions.window(node.fn) : undefined
  if (fn !== undefined) return { ...over, ...bindBuiltIn(binder, node, fn) }
  if (typeof node.fn !== 'string' && node.fn.family === 'window')
    return { ...over, ...bindEvaluator(binder, node, node.fn) }
  checkSliding(node, over.frame)
  return { ...over, ...bindOverAggregate(binder, node, functions) }
}

type BoundCall = Pick<BoundWindow, 'args' | 'filter' | 'returns' | 'computation'>

function bindBuiltIn(binder: Binder, node: WindowNode, fn: WindowFunction): BoundCall {
  if (node.filter !== undefined) throw misplaced(fn.name, 'FILTER')
  if (node.distinct) throw misplaced(fn.name, 'DISTINCT')
  const ignoreNulls = node.nullTreatment === 'ignore'
  if (ignoreNulls && fn.takesNullTreatment !== true) throw misplaced(fn.name, 'IGNORE NULLS')
  const bound = node.args.map((arg) => binder.bind(arg))
  const { types, returns, nullable, kernel } = resolveWindow(fn, bound.map(argumentOf))
  const args = bound.map((arg, i) => binder.cast(arg, types[i] ?? arg.type))
  const otherwise = fn.defaultAt === undefined ? undefined : args[fn.defaultAt]
  return {
    // What else there is fixes the kernel and is not looked at by the row.
    args: args.slice(0, 1),
    returns: field(displayNode(node), returns, nullable),
    computation: { kind: 'kernel', kernel, ignoreNulls, ...(otherwise === undefined ? {} : { otherwise }) },
  }
}

const misplaced = (name: string, clause: string): PlanError =>
  new PlanError('type_mismatch', `Cannot use ${clause} with "${name}": it is for aggregates over a window`)

function bindEvaluator(binder: Binder, node: WindowNode, udf: WindowUdf): BoundCall {
  if (node.filter !== undefined) throw misplaced(udf.name, 'FILTER')
  if (node.distinct) throw misplaced(udf.name, 'DISTINCT')
  const bound = node.args.map((arg) => binder.bind(arg))
  checkArguments(udf, bound.map(argumentOf))
  const ignoreNulls = node.nullTreatment === 'ignore'
  return {
    args: bound.map((arg, i) => binder.cast(arg, udf.inputs[i] ?? arg.type)),
    returns: { ...udf.returns, type: plainType(udf.returns.type), name: displayNode(node) },
    computation: { kind: 'evaluator', evaluation: () => windowEvaluation(udf, { ignoreNulls }) },
  }
}

/** A frame whose start moves takes rows back. */
function checkSliding({ fn }: WindowNode, frame: BoundFrame): void {
  if (typeof fn === 'string' || fn.family !== 'aggregate' || fn.retracts || frame.start.kind === 'unbounded') return
  throw new PlanError(
    'invalid_argument',
    `Cannot slide a frame over "${fn.name}": its accumulator has no retract(); add one, or start the frame with UNBOUNDED PRECEDING`,
    { details: { function: fn.name } },
  )
}

function bindOverAggregate(binder: Binder, node: WindowNode, functions: WindowSource): BoundCall {
  const { args, filter, returns, nulls, state, kernel } = bindAggregate(binder, asAggregate(node), functions)
  return {
    args,
    ...(filter === undefined ? {} : { filter }),
    returns: { ...returns, name: displayNode(node) },
    computation: {
      kind: 'aggregate',
      builtIn: typeof node.fn === 'string' && !node.distinct ? functions.aggregate(node.fn)?.name : undefined,
      kernel,
      nulls,
      smallState: state.every(({ type }) => type.kind !== 'list' && type.kind !== 'binary'),
    },
  }
}

function asAggregate(node: WindowNode): AggregateNode {
  return {
    kind: 'aggregate',
    fn: node.fn as AggregateNode['fn'],
    args: node.args,
    distinct: node.distinct,
    ...(node.filter === undefined ? {} : { filter: node.filter }),
    orderBy: [],
    ...(node.nullTreatment === undefined ? {} : { nullTreatment: node.nullTreatment }),
  }
}

/** A result column and the expression that gives it. */
interface Named {
  readonly name: string
  readonly node: ExprNode
}

/** Expressions taken apart: the window calls in them, each a column, and the expressions over these columns. */
export interface WindowPlan {
  readonly windows: readonly { readonly name: string; readonly node: WindowNode }[]
  readonly columns: readonly Named[]
}

/**
 * Takes the window calls out of expressions over a schema.
 *
 * @throws {PlanError} `type_mismatch` for a window call inside another.
 */
export function planWindows(columns: readonly Named[], schema: Schema): WindowPlan {
  const keys = new NodeKeys()
  const found = new Map<string, { readonly name: string; readonly node: WindowNode }>()
  const taken = new Set(schema.map(({ name }) => name.toLowerCase()))
  const columnFor = (node: WindowNode): ExprNode => {
    checkNesting(node)
    const key = keys.keyOf(node)
    let window = found.get(key)
    if (window === undefined) {
      let name = `#w${found.size}`
      while (taken.has(name)) name = `#${name}`
      window = { name, node }
      found.set(key, window)
    }
    return Object.freeze({ kind: 'column', name: window.name })
  }
  const replace = (node: ExprNode): ExprNode => (node.kind === 'window' ? columnFor(node) : mapChildren(node, replace))
  const replaced = columns.map(({ name, node }) => ({ name, node: replace(node) }))
  return { windows: [...found.values()], columns: replaced }
}

function checkNesting(node: WindowNode): void {
  walk(node, (inner) => {
    if (inner === node || !hasWindow(inner)) return inner === node
    throw new PlanError(
      'type_mismatch',
      `Cannot use a window function inside ${displayNode(node)}: compute the inner one in a step before`,
    )
  })
}
