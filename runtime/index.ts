// The package's main door: sessions and DataFrames, and everything of the door of functions/.

export * from '../functions/index.ts'
export type { Backend, TaskPart, TaskRequest, TaskRun, TaskStats } from './backend.ts'
export { decodeExpr, encodeExpr, exprReducers, exprRevivers } from './codec/expr-codec.ts'
export { explainShipping, inspectUdf, type UdfShipment } from './codec/inspect.ts'
export { SessionContext, type SessionOptions } from './context/session.ts'
export {
  clearSenderCtx,
  clearWorkerCtx,
  getSenderCtx,
  getWorkerCtx,
  runWithSenderCtx,
  setSenderCtx,
  setWorkerCtx,
} from './context/slots.ts'
export { DataFrame, type ExprInput, type RunOptions } from './dataframe.ts'
export { evaluateExpr } from './evaluate.ts'
export type { Job, JobStep } from './job.ts'
export type { JobProgress, JobReport } from './job-ledger.ts'
export type { PoolOptions, PoolStats, WorkerInfo } from './pool/pool.ts'
export type { CsvOptions, JsonOptions, SourceSpec } from './source/source.ts'
export type { JobRun } from './submit.ts'
export { type CallOptions, type MapOptions, type MapProgress, WorkerPool } from './worker-pool.ts'
