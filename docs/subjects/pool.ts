/**
 * Worker processes without a session: functions of your own over values of your own.
 *
 * @module Pool
 */

export {
  type Actor,
  type ActorCallOptions,
  type ActorClass,
  type ActorControls,
  type ActorMethods,
  type ActorOptions,
  type AnyExports,
  type CageOptions,
  type CallOptions,
  type CloseOptions,
  type ExportArgs,
  type ExportName,
  type ExportResult,
  type ImapOptions,
  type Isolation,
  type LogStream,
  type LossKind,
  type ManyOptions,
  type MapOptions,
  type MapProgress,
  type PoolOptions,
  type PoolStats,
  type SingleCallOptions,
  type TimeSummary,
  type WorkerInfo,
  WorkerPool,
  type WorkerStartOptions,
  type WorkerStats,
} from '../../runtime/index.ts'
