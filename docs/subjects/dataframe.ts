/**
 * A DataFrame is a table that is yet to be computed. Steps such as `filter` and `aggregate` describe it and give another
 * DataFrame; `collect`, `stream`, `toRows` and their siblings run it.
 *
 * Each step takes expressions or their SQL text. All results take `RunOptions`: limits, a signal, callbacks.
 *
 * @module DataFrame
 */

export {
  DataFrame,
  type ExprInput,
  type Job,
  type JobEvents,
  type JobOptions,
  type JobProgress,
  type JobReport,
  type JobRetry,
  type JobRun,
  type JobStep,
  type JobSteps,
  type RowOptions,
  type RunOptions,
} from '../../runtime/index.ts'
