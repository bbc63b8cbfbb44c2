// The package's main entry point: sessions and DataFrames, and everything that functions/ exports.

import '../functions/node-version.ts'

import { installRuntime } from './evaluate/expr-runtime.ts'

export * from '../functions/index.ts'
export type {
  Artifact,
  Backend,
  Isolation,
  LogStream,
  TaskEvents,
  TaskInput,
  TaskOptions,
  TaskProgress,
  TaskRequest,
  TaskRetry,
  TaskRun,
  TaskShare,
  TaskStats,
} from './backend.ts'
export type { CageOptions } from './cage/options.ts'
export type { Actor, ActorClass, ActorControls, ActorMethods } from './calls/actor.ts'
export type { ActorCallOptions, ActorOptions } from './calls/actor-options.ts'
export type {
  CallOptions,
  ImapOptions,
  ManyOptions,
  MapOptions,
  MapProgress,
  SingleCallOptions,
} from './calls/call-options.ts'
export type { AnyExports, ExportArgs, ExportName, ExportResult } from './calls/exports.ts'
export { WorkerPool } from './calls/worker-pool.ts'
export {
  clearSenderCtx,
  clearWorkerCtx,
  getSenderCtx,
  getWorkerCtx,
  runWithSenderCtx,
  setSenderCtx,
  setWorkerCtx,
} from './codec/context-slots.ts'
export { decodeExpr, encodeExpr, exprReducers, exprRevivers } from './codec/expr-codec.ts'
export { explainShipping, type InspectedUdf, inspectUdf } from './codec/inspect.ts'
export { SessionContext, type SessionOptions } from './context/session.ts'
export type { ArrowBytes, ArrowData, ArrowInput, ArrowStream, WritesArrow } from './data/arrow-input.ts'
export type { ColumnValues, RowOptions } from './data/rows.ts'
export { type ArrowOptions, DataFrame, type ExprInput, type IPCOptions, type RunOptions } from './dataframe.ts'
export { evaluateExpr } from './evaluate/evaluate.ts'
export type { Job, JobOptions, JobStep, JobSteps } from './job/job.ts'
export type {
  CloseOptions,
  LossKind,
  PoolOptions,
  PoolStats,
  TimeSummary,
  WorkerInfo,
  WorkerStartOptions,
  WorkerStats,
} from './pool/pool.ts'
export type {
  ArrowWriteOptions,
  CsvWriteOptions,
  ParquetWriteOptions,
  SinkFormatOptions,
  SinkSpec,
  WriteOptions,
  WriteSummary,
  WrittenFile,
} from './program/sink.ts'
export type { JobEvents, JobProgress, JobReport, JobRetry } from './scheduler/job-metrics.ts'
export type { JobRun } from './scheduler/submit.ts'
export type {
  CsvOptions,
  DeclaredTypes,
  FileSpec,
  FunctionSpec,
  JsonOptions,
  MemorySpec,
  MomentsSpec,
  NumbersSpec,
  PendingSpec,
  SeriesSpec,
  SourceSpec,
} from './source/source.ts'
export type { Span, SpanName, SpanRecorder, TaskRecorder } from './trace/spans.ts'

installRuntime()
