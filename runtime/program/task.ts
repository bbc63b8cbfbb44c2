// A task: one partition's work, or what a later stage does with the results of others, as plain data. The planner makes tasks, the task codec
// ships them, run-task.ts runs them.

import type { Schema } from '../../functions/types/type.ts'
import type { ColumnRange, SourcePartition, SourceSpec } from '../source/source.ts'
import type { Program } from './program.ts'
import type { TaskSink } from './sink.ts'

export type TaskSource =
  /** A slice of a source; only `columns`, in this order, typed by `schema`. */
  | {
      readonly kind: 'partition'
      readonly spec: SourceSpec
      readonly partition: SourcePartition
      readonly columns: readonly string[]
      readonly schema: Schema
      /** Rows outside of these ranges do not matter; the source may leave them out. */
      readonly predicate: readonly ColumnRange[]
    }
  /** Results of the stage before, one Arrow stream after another. */
  | { readonly kind: 'results'; readonly schema: Schema }

export interface Task {
  readonly source: TaskSource
  readonly program: Program
  /** The task's place in its stage. */
  readonly partitionIndex: number
  readonly writes: StreamEnds
  /** What its operators may hold on to. */
  readonly maxMemoryBytes: number
  /** Where its rows go; absent, they are its result. With a sink the result is a row for each file that it wrote. */
  readonly sink?: TaskSink
}

/**
 * Which ends of the Arrow stream a task writes. Tasks whose results follow each other leave out the ends in between, so
 * that their bytes one after another are one stream.
 */
export interface StreamEnds {
  readonly start: boolean
  readonly end: boolean
}
