// What a process runs before it is anybody's: it makes what later tasks rely on.

import type { TaskOptions, TaskRequest, TaskRun } from '../backend.ts'

export interface FirstTask {
  readonly request: TaskRequest
  /** Who watches it. */
  readonly options: TaskOptions
  /** Reads its result; rejects if it failed. Called for each process. */
  begin(run: TaskRun): Promise<void>
}
