// What a running task sees of the world: its input, its output, its signal. The same for a task in a worker and
// for one in this process. It holds types only.

import type { TaskProgress, TaskStats } from '../backend.ts'
import type { SpanRecorder } from '../trace/spans.ts'

/** What a task is connected to. */
export interface TaskIo {
  /** The input of a merge task; empty for every other. It can be iterated once, and need not be read to its end. */
  readonly input: AsyncIterable<Uint8Array>
  /** The artifact of that hash, which other tasks may read as well; undefined for one that the task was not given. */
  artifact(hash: string): Uint8Array | undefined
  /**
   * Appends to the result.
   *
   * Awaiting it is the back-pressure: it resolves when the pipe has taken the chunks, which are the task's own again
   * from then on. Until then their memory must not change. Rejects once the task is cancelled.
   */
  write(chunks: readonly Uint8Array[]): Promise<void>
  /** Aborted with a coded error when the task is to stop. */
  readonly signal: AbortSignal
  /** Tells how far the task has come; cheap, may be called for every batch. */
  progress(progress: TaskProgress): void
  /** Where it tells what takes time; undefined when nobody wants to know. */
  readonly trace?: SpanRecorder | undefined
}

/** What a task reports at its end; bytes and time are measured around it. */
export type TaskReport = Omit<TaskStats, 'bytes' | 'elapsedMs'>

/** Runs one encoded task from its bytes to the last byte of its result. */
export type RunTask = (task: Uint8Array, io: TaskIo) => Promise<TaskReport>
