// The only seam for "where a task runs": in this process, on a local pool of forked workers, elsewhere.
// It speaks of bytes and counts. Nothing here, and nothing behind it, may know what a task means.

import { CancelledError, isVolleyError, type VolleyError } from '../functions/errors.ts'
import type { SpanRecorder, TaskRecorder } from './trace/spans.ts'

/** How far a task has come, as its worker tells it a few times a second. */
export interface TaskProgress {
  /** Rows of the result so far. */
  readonly rows: number
  /** Record batches of the result so far. */
  readonly batches: number
  /** Rows read from the source so far. */
  readonly rowsRead?: number
  /** Rows the source holds, where it is known before reading. */
  readonly rowsTotal?: number
}

/** The metrics of a finished task. */
export interface TaskStats extends TaskProgress {
  /** Bytes of the result stream. */
  readonly bytes: number
  /** Wall-clock time from the moment the worker had the task to the last byte of its result, in milliseconds. */
  readonly elapsedMs: number
  /** Further counts by name, for those who measure. */
  readonly metrics?: { readonly [name: string]: number }
}

/** The input of a merge task: complete before the task starts, so its length is known. */
export interface TaskInput {
  /** Its length. */
  readonly bytes: number
  /** Its bytes in chunks. A chunk is valid until the next one is asked for: its memory may be reused. */
  read(): AsyncIterable<Uint8Array>
}

/**
 * Whom a worker serves: `shared` workers serve task after task; a `job` task gets a worker that has served no other
 * task and that ends afterwards.
 */
export type Isolation = 'shared' | 'job'

/** Bytes that tasks refer to by hash, so that what many of them share need not travel with each. */
export interface Artifact {
  /** Equal for equal bytes, and for no others. */
  readonly hash: string
  /** What is under the hash. */
  readonly bytes: Uint8Array
}

/** For whom a task runs. */
export interface TaskShare {
  /** Who is to have no more than others: a token, a user. */
  readonly owner: string
  /** Which of the owner's jobs it is a task of. */
  readonly job: string
}

/** A task to be run: bytes that mean nothing here, and how to run them. */
export interface TaskRequest {
  /** The encoded task; opaque here. */
  readonly task: Uint8Array
  /** Everything the task refers to; whoever runs the task makes sure that it finds them, sent before or not. */
  readonly artifacts?: readonly Artifact[]
  /** What a merge task reads besides what its source has. */
  readonly input?: TaskInput
  /**
   * Wall-clock limit in milliseconds, from the moment a worker takes the task to its last byte; a slow reader's time
   * counts.
   */
  readonly timeoutMs?: number
  /** Whom its worker serves besides. Default `shared`. */
  readonly isolation?: Isolation
  /** Of those that wait for a worker, the highest goes first; among equals `share` decides. Default 0. */
  readonly priority?: number
  /**
   * Of equal priorities, a task of the owner with the fewest running tasks goes first, of that owner's jobs the one with
   * the fewest, and within a job the task that came first. Those without a share are as one job.
   */
  readonly share?: TaskShare
}

/** Which stream of a worker's process something was printed on. */
export type LogStream = 'stdout' | 'stderr'

/** Where the output of tasks goes unless somebody listens: to this process's own streams. */
export function inheritLog(stream: LogStream, bytes: Uint8Array): void {
  process[stream].write(bytes)
}

/** Why a signal was aborted, as a coded error: the reason itself if it is one. */
export function cancelReason({ reason }: AbortSignal, subject: 'job' | 'call'): VolleyError {
  return isVolleyError(reason)
    ? reason
    : new CancelledError('cancelled', `The ${subject} was cancelled`, { cause: reason })
}

/** That a task's worker was lost, and that the task runs again on another. */
export interface TaskRetry {
  /** Which attempt was lost, from 1. */
  readonly attempt: number
  /** The process id of the worker; absent where the task ran in this process. */
  readonly pid?: number
  /** When the worker took it. */
  readonly startedAt: Date
  /** When it was found to be lost. */
  readonly endedAt: Date
  /** What became of it: `worker_lost`. */
  readonly error: VolleyError
}

/** What a caller may watch while a task runs. Each is called synchronously and must return soon. */
export interface TaskEvents {
  /** A worker took the task: its process id. */
  onStart?(pid: number): void
  /** How far it has come, a few times a second. */
  onProgress?(progress: TaskProgress): void
  /** What the task printed; the bytes belong to the receiver. */
  onLog?(stream: LogStream, bytes: Uint8Array): void
  /** Its worker was lost, and it runs again: what it tells begins anew. */
  onRetry?(retry: TaskRetry): void
  /**
   * Takes what takes the task time, besides the backend's `trace`. A backend that cannot tell leaves it alone.
   *
   * @defaultValue nobody asks
   */
  readonly recorder?: TaskRecorder | undefined
}

/** How one task is run, and who watches it. */
export interface TaskOptions extends TaskEvents {
  /** Ends the task when aborted, or takes it out of the queue. */
  readonly signal: AbortSignal
}

/** A task that is running. */
export interface TaskRun {
  /** The worker's process id; undefined where the task runs in this process. */
  readonly pid: number | undefined
  /**
   * The task's result bytes, untouched, to be iterated once. Not reading pauses the worker; leaving the loop early
   * cancels the task. A chunk belongs to whoever reads it.
   */
  readonly stream: AsyncIterable<Uint8Array>
  /** Settles after the last byte was read; rejects with the coded error once nothing of the task is running. */
  readonly done: Promise<TaskStats>
}

/** More workers than this are a slip: each is a process. */
export const mostWorkers = 1024

/** What `setTimeout` can wait: longer is for ever. */
export const maxTimerMs = 2 ** 31 - 1

/**
 * A place that runs tasks: in this process, in forked workers, or wherever an implementation of it puts them.
 *
 * @see docs/decisions/0007-results-in-order.md for what is built on it
 */
export interface Backend {
  /** How many tasks it runs at the same time. */
  readonly concurrency: number
  /**
   * Where those who give it tasks record what takes them time.
   *
   * @defaultValue nowhere
   */
  readonly trace?: SpanRecorder | undefined
  /** Resolves when a worker took the task; until then `signal` takes it out of the queue. */
  run(request: TaskRequest, options: TaskOptions): Promise<TaskRun>
  /** Takes no more tasks, cancels those that run, and ends what it has started. */
  close(): Promise<void>
}
