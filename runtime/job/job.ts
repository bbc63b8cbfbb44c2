// A job: a source and the steps over it, in the order the user wrote them, as plain data. DataFrame calls, JSON jobs
// and SQL text all become this. The bodies of UDFs in it are opaque. What a step means is
// in its module in steps/.

import type { ExprNode, SortNode } from '../../functions/expr/node.ts'
import type { NamedNode } from '../program/program.ts'
import type { SinkSpec } from '../program/sink.ts'
import type { SourceSpec } from '../source/source.ts'

/**
 * The shape of each step, by kind. Code that registers another step declares its shape by merging an optional member into
 * this interface.
 */
export interface JobSteps {
  /** Keeps the rows for which `condition` is true. */
  readonly filter: { readonly kind: 'filter'; readonly condition: ExprNode }
  /** The columns from here on. */
  readonly select: { readonly kind: 'select'; readonly columns: readonly NamedNode[] }
  /** Adds columns, or replaces those of the same name. */
  readonly withColumns: { readonly kind: 'withColumns'; readonly columns: readonly NamedNode[] }
  /** Leaves out columns. */
  readonly dropColumns: { readonly kind: 'dropColumns'; readonly names: readonly string[] }
  /** One row per group of `by` (one row in all without it): its keys, then `values`. */
  readonly aggregate: {
    readonly kind: 'aggregate'
    readonly by: readonly ExprNode[]
    readonly values: readonly ExprNode[]
    /** Names of SQL text that `by` and what follows were read for; the job fails if its rows have columns of these names. */
    readonly outputNames?: readonly string[]
  }
  /** Orders the rows. */
  readonly sort: { readonly kind: 'sort'; readonly keys: readonly SortNode[] }
  /** At most `count` rows, after leaving out the first `offset`. */
  readonly limit: { readonly kind: 'limit'; readonly offset: number; readonly count: number }
  /** Each distinct row once. */
  readonly distinct: { readonly kind: 'distinct' }
}

/** One step of a job: a call of a DataFrame's method, as plain data. */
export type JobStep = NonNullable<JobSteps[keyof JobSteps]>

/** What is to be computed: a source and the steps over it, in order, and where the rows go. */
export interface Job {
  /** Where the rows come from. */
  readonly source: SourceSpec
  /** What is done to them, in order. */
  readonly steps: readonly JobStep[]
  /** Files that the rows are written to; the result is then a row for each of them. Absent, the rows are the result. */
  readonly sink?: SinkSpec
}

/** How a job is run. */
export interface JobOptions {
  /**
   * Wall-clock limit of the whole job, in milliseconds from 1. Beyond it the job fails with `timeout`.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number
  /**
   * At most this many tasks, from 1.
   *
   * @defaultValue four per worker
   */
  readonly partitions?: number
  /**
   * What the operators of one task may hold on to, in bytes: groups, values that aggregates keep, rows to sort, rows of
   * windows. Beyond it the job fails with `memory_limit`. An estimate from their sizes; what users' accumulators keep
   * is not known.
   *
   * @defaultValue 2 GiB
   */
  readonly maxMemoryBytes?: number
  /**
   * `job`: its workers serve no other job. `shared`: they may.
   *
   * @defaultValue `'shared'`
   */
  readonly isolation?: 'shared' | 'job'
  /**
   * How often each task may run again on another worker when its own was lost (killed, crashed), from 0 to 100; never
   * after an error, a timeout or a cancel. An attempt that does not begin as the lost one did fails with `worker_lost`.
   * Set it for jobs whose functions may be called again for the same rows. Of files, each attempt writes its own.
   *
   * @defaultValue 2 for jobs without functions of yours, otherwise 0
   */
  readonly taskRetries?: number
}

/**
 * How a job document wants to be run: the options of the job, and those that only a server applies. All times are in
 * milliseconds from 1.
 */
export interface DocumentOptions extends JobOptions {
  /**
   * How long it may wait for its turn.
   *
   * @defaultValue the server's
   */
  readonly queueTimeoutMs?: number
  /**
   * How long it may take from its turn until a worker takes its first task: planning, and waiting for a worker.
   *
   * @defaultValue no limit but `timeoutMs`
   */
  readonly startTimeoutMs?: number
  /**
   * How long its reader may pause.
   *
   * @defaultValue the server's
   */
  readonly idleTimeoutMs?: number
  /**
   * Who goes first of the jobs that wait: the higher one, from -9 to 9.
   *
   * @defaultValue 0
   */
  readonly priority?: number
  /**
   * For how many seconds its result is kept, at most; 0 keeps nothing.
   *
   * @defaultValue the server's
   */
  readonly retention?: { readonly seconds: number }
  /**
   * Whether running it twice does no more than running it once, though it calls functions of users.
   *
   * @defaultValue `false`
   */
  readonly idempotent?: boolean
}
