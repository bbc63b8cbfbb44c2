// The engine's table of operations: what each adds to a pipeline. Most add an operator, which gets its input as it is;
// filters and projections are held back, so that an aggregation can fuse them into its loop.

import { type BoundAggregate, bindAggregate } from '../../functions/bind/aggregate.ts'
import { Binder } from '../../functions/bind/binder.ts'
import { bindWindow } from '../../functions/bind/window.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { createError } from '../../functions/errors.ts'
import type { Schema } from '../../functions/types/type.ts'
import { partialSchema } from '../program/partial-schema.ts'
import type { AggregateOp, ProgramOp, ProgramOps } from '../program/program.ts'
import { schemaAfter } from '../program/schema.ts'
import { CompiledAggregation } from './aggregate/aggregate.ts'
import { CompiledGroupingSets, GroupingSetsOperator } from './aggregate/grouping-sets.ts'
import { CompiledExchange } from './exchange.ts'
import { AggregateOperator, LimitOperator, SortOperator, TopOperator } from './operators.ts'
import type { MakeOperator, PipelineBuilder } from './pipeline-builder.ts'
import { ReorderOperator, RowIdOperator } from './row-ids.ts'
import { CompiledWindows, WindowOperator } from './window/window.ts'

/** The type of a method, so that compilers of different operations fit into one map, keyed by name. */
type CompileOperation<Op extends ProgramOp = ProgramOp> = {
  compile(op: Op, pipeline: PipelineBuilder): void
}['compile']
type OperatorFor<Op extends ProgramOp> = (op: Op, input: Schema, binder: Binder) => MakeOperator

type Table = { readonly [Name in keyof ProgramOps]: CompileOperation<NonNullable<ProgramOps[Name]>> }

const table: Table = {
  filter: ({ condition }, pipeline) => pipeline.addFilter(condition),
  project: ({ columns }, pipeline) => pipeline.addProjection(columns),
  aggregate: compileAggregate,
  window: operator(({ windows }, input, binder) => {
    const compiled = new CompiledWindows(
      input,
      windows.map(({ node }) => bindWindow(binder, node, catalogue)),
    )
    return (budget) => new WindowOperator(compiled, budget)
  }),
  sort: operator(({ keys, limit }, input, binder) => {
    const bound = keys.map(({ input, descending, nullsFirst }) => ({
      expression: binder.bind(input),
      descending,
      nullsFirst,
    }))
    return (budget) =>
      limit === undefined ? new SortOperator(input, bound, budget) : new TopOperator(input, bound, limit, budget)
  }),
  limit: operator(
    ({ offset, count }) =>
      () =>
        new LimitOperator(offset, count),
  ),
  rowIds: operator(() => (_budget, partitionIndex) => new RowIdOperator(partitionIndex)),
  reorder: operator(({ name }, input, binder) => {
    const ids = binder.columnIndex(name)
    return (budget) => new ReorderOperator(input, ids, budget)
  }),
  exchange: (op, pipeline) => {
    const binder = new Binder(pipeline.schema, catalogue)
    const keys = op.keys.map((key) => binder.bind(key))
    pipeline.exchange = new CompiledExchange(pipeline.schema, op, keys)
  },
}

const compilers = new Map<string, CompileOperation>(Object.entries(table))

/**
 * Adds an operator for an operation to this process's table.
 *
 * @param makeOperator - Called once per program, with the columns of its input; gives what makes an operator per task.
 * @throws {PlanError} `invalid_argument` when there is one of that name.
 */
export function registerOperator<Name extends keyof ProgramOps>(
  name: Name,
  makeOperator: OperatorFor<NonNullable<ProgramOps[Name]>>,
): void {
  if (compilers.has(name)) {
    throw createError('invalid_argument', `Cannot register an operator for "${name}": there is one already`)
  }
  compilers.set(name, operator(makeOperator))
}

/** Adds an operation to the end of a pipeline. */
export function compileOperation(op: ProgramOp, pipeline: PipelineBuilder): void {
  const compile = compilers.get(op.op)
  if (compile === undefined) {
    throw createError('invalid_argument', `Cannot run the operation "${op.op}": this process has no operator for it`)
  }
  const after = schemaAfter(pipeline.schema, op)
  compile(op, pipeline)
  pipeline.setSchema(after)
}

function operator<Op extends ProgramOp>(makeOperator: OperatorFor<Op>): CompileOperation<Op> {
  return (op, pipeline) => {
    const { schema } = pipeline
    pipeline.addOperator(makeOperator(op, schema, new Binder(schema, catalogue)))
  }
}

function compileAggregate(op: AggregateOp, pipeline: PipelineBuilder): void {
  if (op.phase === 'final') {
    const compiled = finalAggregate(op)
    pipeline.addOperator((budget) => new AggregateOperator(undefined, compiled, budget))
  } else if (op.sets !== undefined) {
    const binder = new Binder(pipeline.schema, catalogue)
    const compiled = new CompiledGroupingSets({
      keys: op.by.map(({ node }) => binder.bind(node)),
      sets: op.sets.keys,
      aggregates: op.aggregates.map((node) => bindAggregate(binder, node, catalogue)),
      phase: op.phase,
    })
    pipeline.addOperator((budget) => new GroupingSetsOperator(compiled, budget))
  } else {
    const { phase } = op
    const nodes = [...op.by.map(({ node }) => node), ...op.aggregates]
    pipeline.addFused(nodes, ({ binder, filter, substitute }) => {
      const keys = op.by.map(({ node }) => binder.bind(substitute(node)))
      const aggregates = op.aggregates.map((node) => {
        const substituted = substitute(node)
        return bindAggregate(binder, substituted.kind === 'aggregate' ? substituted : node, catalogue)
      })
      const compiled = new CompiledAggregation({ keys, aggregates, phase })
      return (budget) => new AggregateOperator(filter, compiled, budget)
    })
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
