// A program's steps to operators. Filters and projections before an aggregation are fused into its loop: expressions are
// substituted for the columns they define, as far as that calls no user function twice. Running them is pipeline.ts.

import { type BoundAggregate, bindAggregate } from '../../functions/bind/aggregate.ts'
import { Binder } from '../../functions/bind/binder.ts'
import { type Bound, partsOf } from '../../functions/bind/bound.ts'
import { bindWindow } from '../../functions/bind/window.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { columnsOf, rewrite } from '../../functions/expr/walk.ts'
import type { Schema } from '../../functions/types/type.ts'
import { isEvaluatedOnce } from '../program/evaluated-once.ts'
import type { AggregateOp, NamedNode, Program } from '../program/program.ts'
import { partialSchema, schemaAfter } from '../program/schema.ts'
import { CompiledAggregation } from './aggregate/aggregate.ts'
import { CompiledGroupingSets, GroupingSetsOperator } from './aggregate/grouping-sets.ts'
import { CompiledExchange } from './exchange.ts'
import { Filter } from './filter.ts'
import type { MemoryBudget } from './memory-budget.ts'
import {
  AggregateOperator,
  LimitOperator,
  type Operator,
  SelectOperator,
  SortOperator,
  TopOperator,
} from './operators.ts'
import { Projection } from './projection.ts'
import { ReorderOperator, RowIdOperator } from './row-ids.ts'
import { CompiledWindows, WindowOperator } from './window/window.ts'

/** Makes an operator with a state of its own, for the task at place `partitionIndex` of its stage. */
export type MakeOperator = (budget: MemoryBudget, partitionIndex: number) => Operator

/** Collects filters and projections until an operator needs its input as it stands. */
export class PipelineBuilder {
  readonly #operators: MakeOperator[] = []
  /** The columns that operators so far give. */
  #base: Schema
  /** What the pending projection makes of them; undefined when it leaves them as they are. */
  #columns: readonly NamedNode[] | undefined
  #filters: ExprNode[] = []
  /** The columns after what is pending. */
  schema: Schema
  exchange: CompiledExchange | undefined

  constructor(schema: Schema) {
    this.#base = schema
    this.schema = schema
  }

  add(op: Program[number]): void {
    const after = schemaAfter(this.schema, op)
    switch (op.op) {
      case 'filter':
        this.#materialiseFor([op.condition])
        this.#filters.push(this.#substitute(op.condition))
        break
      case 'project':
        this.#materialiseFor(op.columns.map((column) => column.node))
        this.#columns = op.columns.map(({ name, node }) => ({ name, node: this.#substitute(node) }))
        break
      case 'aggregate':
        this.#addAggregate(op, after)
        break
      case 'window': {
        this.#materialise()
        const binder = new Binder(this.schema, catalogue)
        const compiled = new CompiledWindows(
          this.schema,
          op.windows.map(({ node }) => bindWindow(binder, node, catalogue)),
        )
        this.#operators.push((budget) => new WindowOperator(compiled, budget))
        this.#reset(after)
        break
      }
      case 'sort': {
        this.#materialise()
        const binder = new Binder(this.schema, catalogue)
        const keys = op.keys.map(({ input, descending, nullsFirst }) => ({
          expression: binder.bind(input),
          descending,
          nullsFirst,
        }))
        const { schema } = this
        const { limit } = op
        this.#operators.push((budget) =>
          limit === undefined ? new SortOperator(schema, keys, budget) : new TopOperator(schema, keys, limit, budget),
        )
        break
      }
      case 'limit':
        this.#materialise()
        this.#operators.push(() => new LimitOperator(op.offset, op.count))
        break
      case 'rowIds':
        this.#materialise()
        this.#operators.push((_budget, partitionIndex) => new RowIdOperator(partitionIndex))
        this.#reset(after)
        break
      case 'reorder': {
        this.#materialise()
        const { schema } = this
        const numbers = new Binder(schema, catalogue).columnIndex(op.name)
        this.#operators.push((budget) => new ReorderOperator(schema, numbers, budget))
        this.#reset(after)
        break
      }
      case 'exchange': {
        this.#materialise()
        const binder = new Binder(this.schema, catalogue)
        const keys = op.keys.map((key) => binder.bind(key))
        this.exchange = new CompiledExchange(this.schema, op, keys)
        break
      }
    }
    this.schema = after
  }

  finish(): readonly MakeOperator[] {
    this.#materialise()
    return this.#operators
  }

  #addAggregate(op: AggregateOp, after: Schema): void {
    if (op.phase === 'final') {
      this.#materialise()
      const compiled = finalAggregate(op)
      this.#operators.push((budget) => new AggregateOperator(undefined, compiled, budget))
    } else if (op.sets !== undefined) {
      this.#materialise()
      const binder = new Binder(this.#base, catalogue)
      const compiled = new CompiledGroupingSets({
        keys: op.by.map(({ node }) => binder.bind(node)),
        sets: op.sets.keys,
        aggregates: op.aggregates.map((node) => bindAggregate(binder, node, catalogue)),
        phase: op.phase,
      })
      this.#operators.push((budget) => new GroupingSetsOperator(compiled, budget))
    } else {
      const nodes = [...op.by.map(({ node }) => node), ...op.aggregates]
      this.#materialiseFor(nodes)
      const binder = new Binder(this.#base, catalogue)
      const keys = op.by.map(({ node }) => binder.bind(this.#substitute(node)))
      const aggregates = op.aggregates.map((node) => {
        const substituted = this.#substitute(node)
        return bindAggregate(binder, substituted.kind === 'aggregate' ? substituted : node, catalogue)
      })
      const filter = this.#filter(binder)
      const compiled = new CompiledAggregation({ keys, aggregates, phase: op.phase })
      this.#operators.push((budget) => new AggregateOperator(filter, compiled, budget))
    }
    this.#reset(after)
  }

  /** Makes what is pending an operator of its own when nodes use a column that a user function computes. */
  #materialiseFor(nodes: readonly ExprNode[]): void {
    const columns = this.#columns
    if (columns === undefined || !columns.some(({ node }) => isEvaluatedOnce(node))) return
    const binder = new Binder(this.schema, catalogue)
    const mentioned = [...columnsOf(nodes)].map((name) => columns[binder.columnIndex(name)])
    if (mentioned.some((column) => column !== undefined && isEvaluatedOnce(column.node))) this.#materialise()
  }

  #materialise(): void {
    if (this.#columns === undefined && this.#filters.length === 0) return
    const binder = new Binder(this.#base, catalogue)
    const outputs = this.#columns?.map(({ node }) => binder.bind(node))
    const filter = this.#filter(binder)
    const projection = outputs === undefined ? undefined : new Projection(outputs)
    this.#operators.push(() => new SelectOperator(filter, projection))
    this.#reset(this.schema)
  }

  #reset(schema: Schema): void {
    this.#base = schema
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

  /** The node over the base columns: pending columns are replaced by what defines them. */
  #substitute(node: ExprNode): ExprNode {
    const definitions = this.#columns
    if (definitions === undefined) return node
    const binder = new Binder(this.schema, catalogue)
    return rewrite(node, (inner) =>
      inner.kind === 'column' ? (definitions[binder.columnIndex(inner.name)]?.node ?? inner) : inner,
    )
  }
}

/** The merge of partial states: keys and states are found by position. */
function finalAggregate(op: AggregateOp): CompiledAggregation {
  const states = new Binder(partialSchema(op), catalogue)
  const original = new Binder(op.schema, catalogue)
  const aggregates: readonly BoundAggregate[] = op.aggregates.map((node) => bindAggregate(original, node, catalogue))
  // The number of the set is a key like all others.
  const keys = Array.from({ length: op.by.length + (op.sets === undefined ? 0 : 1) }, (_, i) => states.input(i))
  let next = keys.length
  const stateInputs = aggregates.map((aggregate) => aggregate.state.map(() => states.input(next++)))
  return new CompiledAggregation({ keys, aggregates, phase: 'final', stateInputs })
}

/** Whether evaluating it can fail, or be noticed by a user's function. */
function canFail(bound: Bound): boolean {
  if (bound.kind === 'call' && (bound.volatility !== 'immutable' || bound.kernel().total !== true)) return true
  return partsOf(bound).some(canFail)
}
