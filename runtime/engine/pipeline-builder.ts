// Operations to operators. Filters and projections before an aggregation are fused into its loop: expressions are
// substituted for the columns they define, as long as nothing is evaluated twice that must be evaluated once. What each
// operation adds is in compile-operation.ts; pipeline.ts runs the operators.

import { Binder } from '../../functions/bind/binder.ts'
import { type Bound, partsOf } from '../../functions/bind/bound.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { columnsOf, rewrite, walk } from '../../functions/expr/walk.ts'
import type { Schema } from '../../functions/types/type.ts'
import { isEvaluatedOnce } from '../program/evaluated-once.ts'
import type { NamedNode } from '../program/program.ts'
import type { CompiledExchange } from './exchange.ts'
import { Filter } from './filter.ts'
import type { MemoryBudget } from './memory-budget.ts'
import { type Operator, SelectOperator } from './operators.ts'
import { Projection } from './projection.ts'

/** As many nodes as the expressions of one loop may have. */
const MAX_FUSED_NODES = 10_000

/** Makes an operator with a state of its own, for the task at place `partitionIndex` of its stage. */
export type MakeOperator = (budget: MemoryBudget, partitionIndex: number) => Operator

/** The pending filters and projections, for an operator that fuses them into its loop. */
interface Pending {
  /** Binds over the columns that operators so far give. */
  readonly binder: Binder
  readonly filter: Filter | undefined
  /** The node over these columns: the definitions of pending columns take their place. */
  substitute(node: ExprNode): ExprNode
}

/** Collects filters and projections until an operator needs its input as it stands. */
export class PipelineBuilder {
  readonly #operators: MakeOperator[] = []
  /** The columns that operators so far give. */
  #base: Schema
  /** What the pending projection makes of them; undefined when it leaves them as they are. */
  #columns: readonly NamedNode[] | undefined
  #filters: ExprNode[] = []
  #schema: Schema
  exchange: CompiledExchange | undefined

  constructor(schema: Schema) {
    this.#base = schema
    this.#schema = schema
  }

  /** The columns after what is pending. */
  get schema(): Schema {
    return this.#schema
  }

  /** Sets the columns after what was added last. */
  setSchema(schema: Schema): void {
    this.#schema = schema
    if (!this.#isPending()) this.#base = schema
  }

  addFilter(condition: ExprNode): void {
    this.#materialiseFor([condition])
    this.#filters.push(this.#substitute(condition))
  }

  addProjection(columns: readonly NamedNode[]): void {
    this.#materialiseFor(columns.map(({ node }) => node))
    this.#columns = columns.map(({ name, node }) => ({ name, node: this.#substitute(node) }))
  }

  /** Adds an operator that gets its input as it is, after what is pending. */
  addOperator(make: MakeOperator): void {
    this.#materialise()
    this.#operators.push(make)
  }

  /** Adds an operator over `nodes` that fuses what is pending into its loop. */
  addFused(nodes: readonly ExprNode[], compile: (pending: Pending) => MakeOperator): void {
    this.#materialiseFor(nodes)
    const binder = new Binder(this.#base, catalogue)
    const filter = this.#filter(binder)
    this.#operators.push(compile({ binder, filter, substitute: (node) => this.#substitute(node) }))
    this.#clear()
  }

  finish(): readonly MakeOperator[] {
    this.#materialise()
    return this.#operators
  }

  #isPending(): boolean {
    return this.#columns !== undefined || this.#filters.length > 0
  }

  /**
   * Makes what is pending an operator of its own when nodes use a column that must be evaluated once, or when they would
   * grow beyond bounds: `x + x` over `x + x`, a few times, is an expression that nobody can walk.
   */
  #materialiseFor(nodes: readonly ExprNode[]): void {
    const columns = this.#columns
    if (columns === undefined) return
    const binder = new Binder(this.#schema, catalogue)
    const sizes = columns.map(({ node }) => sizeOf(node, () => 1))
    const sizeOfColumn = (name: string): number => sizes[binder.columnIndex(name)] ?? 1
    const size = nodes.reduce((sum, node) => sum + sizeOf(node, sizeOfColumn), 0)
    const mentioned = [...columnsOf(nodes)].map((name) => columns[binder.columnIndex(name)])
    const mustBeOnce = mentioned.some((column) => column !== undefined && isEvaluatedOnce(column.node))
    if (mustBeOnce || size > MAX_FUSED_NODES) this.#materialise()
  }

  #materialise(): void {
    if (!this.#isPending()) return
    const binder = new Binder(this.#base, catalogue)
    const outputs = this.#columns?.map(({ node }) => binder.bind(node))
    const filter = this.#filter(binder)
    const projection = outputs === undefined ? undefined : new Projection(outputs)
    this.#operators.push(() => new SelectOperator(filter, projection))
    this.#clear()
    this.#base = this.#schema
  }

  #clear(): void {
    this.#columns = undefined
    this.#filters = []
  }

  #filter(binder: Binder): Filter | undefined {
    const [first, ...others] = this.#filters
    if (first === undefined) return undefined
    // AND looks at its right side where the left is null; a filter has no say about rows that an earlier one left out.
    const guarded = (left: ExprNode, right: ExprNode): ExprNode =>
      canFail(binder.bind(right)) && binder.bind(left).nullable
        ? { kind: 'case', whens: [left], thens: [right] }
        : { kind: 'binary', op: 'AND', left, right }
    return new Filter(binder.condition(binder.bind(others.reduce(guarded, first)), 'a filter'))
  }

  #substitute(node: ExprNode): ExprNode {
    const definitions = this.#columns
    if (definitions === undefined) return node
    const binder = new Binder(this.#schema, catalogue)
    return rewrite(node, (inner) =>
      inner.kind === 'column' ? (definitions[binder.columnIndex(inner.name)]?.node ?? inner) : inner,
    )
  }
}

/** How many nodes an expression is, with columns counting as `ofColumn` says. */
function sizeOf(root: ExprNode, ofColumn: (name: string) => number): number {
  let size = 0
  walk(root, (node) => {
    size += node.kind === 'column' ? ofColumn(node.name) : 1
    return true
  })
  return size
}

/** Whether evaluating it can fail, or be noticed by a user's function. */
function canFail(bound: Bound): boolean {
  if (bound.kind === 'call' && (bound.volatility !== 'immutable' || bound.kernel().total !== true)) return true
  return partsOf(bound).some(canFail)
}
