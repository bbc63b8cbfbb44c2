// A program: what a task does to its batches, as plain data over expression nodes. The planner writes programs, the task
// codec ships them, the engine runs them. What all three need to know about an operation is in operations.ts.

import type { GroupingSets } from '../../functions/bind/grouping-sets.ts'
import type { AggregateNode, ExprNode, SortNode, WindowNode } from '../../functions/expr/node.ts'
import type { Schema } from '../../functions/types/type.ts'

/** An expression and the name of the column it gives. */
export interface NamedNode {
  readonly name: string
  readonly node: ExprNode
}

export interface FilterOp {
  readonly op: 'filter'
  readonly condition: ExprNode
}
/** The columns from here on are these. */
export interface ProjectOp {
  readonly op: 'project'
  readonly columns: readonly NamedNode[]
}
/**
 * Groups by `by` and computes `aggregates`. `single`: rows to results. `partial`: rows to states, one set of state
 * columns per aggregate. `final`: such states to results; `schema` is what the partial phase had as input.
 * With `sets` the rows are grouped by each of them; a column that numbers the sets follows the keys.
 */
export interface AggregateOp {
  readonly op: 'aggregate'
  readonly phase: 'single' | 'partial' | 'final'
  readonly by: readonly NamedNode[]
  readonly sets?: GroupingSets
  readonly aggregates: readonly AggregateNode[]
  readonly schema: Schema
}
/** Adds a column per window call; the rows stay in their order. Needs all rows. */
export interface WindowOp {
  readonly op: 'window'
  readonly windows: readonly { readonly name: string; readonly node: WindowNode }[]
}
/** Orders the rows, all of them or the first `limit`. */
export interface SortOp {
  readonly op: 'sort'
  readonly keys: readonly SortNode[]
  readonly limit?: number
}
export interface LimitOp {
  readonly op: 'limit'
  readonly offset: number
  readonly count: number
}

/** Adds a column of row ids, ascending through all tasks of a stage: rows of a later task have greater ones. */
export interface RowIdOp {
  readonly op: 'rowIds'
  readonly name: string
}
/**
 * Ends a program: repartitions its rows over the tasks of the next stage. `hash`: rows of equal keys meet, whichever task they
 * come from. `partitionIndex`: rows go back to the task that gave them their row id, which is the one key.
 */
export interface ExchangeOp {
  readonly op: 'exchange'
  readonly by: 'hash' | 'partitionIndex'
  readonly keys: readonly ExprNode[]
  readonly partitions: number
}
/** Puts rows that were partitioned back into the order of their row ids, and drops these. */
export interface ReorderOp {
  readonly op: 'reorder'
  readonly name: string
}

/**
 * The operations by name. Code that registers another one declares it by merging an optional member into this interface.
 */
export interface ProgramOps {
  readonly filter: FilterOp
  readonly project: ProjectOp
  readonly aggregate: AggregateOp
  readonly window: WindowOp
  readonly sort: SortOp
  readonly limit: LimitOp
  readonly rowIds: RowIdOp
  readonly exchange: ExchangeOp
  readonly reorder: ReorderOp
}

export type ProgramOp = NonNullable<ProgramOps[keyof ProgramOps]>
export type Program = readonly ProgramOp[]
