/**
 * For those who run tasks elsewhere than in forked workers: what a session asks of the place where its tasks run. It
 * deals with bytes and counts, and need not know what a task means.
 *
 * @module Backends
 */

export type {
  Artifact,
  Backend,
  Span,
  SpanName,
  SpanRecorder,
  TaskEvents,
  TaskInput,
  TaskOptions,
  TaskProgress,
  TaskRecorder,
  TaskRequest,
  TaskRetry,
  TaskRun,
  TaskShare,
  TaskStats,
} from '../../runtime/index.ts'
