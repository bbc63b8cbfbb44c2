// The metrics of a job, while it runs and at its end: adds up what its tasks report.

import type { LogStream, TaskEvents, TaskRetry, TaskStats } from '../backend.ts'
import type { Plan } from '../plan/plan.ts'
import type { JobRecorder } from '../trace/spans.ts'
import type { OrderedEvents } from './ordered-results.ts'

/** How far a job has come. */
export interface JobProgress {
  /** Rows read from the source so far. */
  readonly rowsRead: number
  /** Rows of the source; absent if it does not say how many before it is read. */
  readonly rowsTotal?: number
  /**
   * Tasks that have ended. Fewer than `tasks` at the end of a job with a limit: once there are enough rows, the
   * remaining tasks do not run.
   */
  readonly tasksDone: number
  /** Tasks that the job was cut into. */
  readonly tasks: number
}

/** The metrics of a finished job. */
export interface JobReport extends JobProgress {
  /** Rows of the result. */
  readonly rows: number
  /** Bytes of the result stream. */
  readonly bytes: number
  /** Wall-clock time from the call to the last byte of the result, in milliseconds. */
  readonly elapsedMs: number
  /** The processes that worked on it, in order of their first task. */
  readonly pids: readonly number[]
  /** How often a task was run again because its worker was lost. Its rows are counted once. */
  readonly retries: number
}

/** That a job's task runs again because its worker was lost. */
export interface JobRetry extends TaskRetry {
  /** Which of the job's tasks, from 0. */
  readonly task: number
}

/** What a caller may watch while a job runs. */
export interface JobEvents {
  /**
   * Called a few times a second, and after each task.
   *
   * @defaultValue nobody is told
   */
  onProgress?(progress: JobProgress): void
  /**
   * Gets what user functions print, chunk by chunk.
   *
   * @defaultValue what the session's `log` says
   */
  onLog?(stream: LogStream, bytes: Uint8Array): void
  /**
   * Called when a task is run again because its worker was lost.
   *
   * @defaultValue nobody is told
   */
  onRetry?(retry: JobRetry): void
}

/** What the one who submits a job may watch besides. */
export interface StartEvent {
  /** A worker takes a task of the job; the first of these calls is the job's start. */
  onStart?(): void
}

export class JobMetrics {
  /** Bytes of the result so far. */
  bytes = 0
  readonly #plan: Plan
  readonly #events: JobEvents & StartEvent
  readonly #recorder: JobRecorder | undefined
  readonly #startedAt = performance.now()
  readonly #rowsRead: number[] = []
  readonly #pids = new Set<number>()
  #tasksDone = 0
  #rows = 0
  #retries = 0

  constructor(plan: Plan, events: JobEvents & StartEvent, recorder: JobRecorder | undefined) {
    this.#plan = plan
    this.#events = events
    this.#recorder = recorder
  }

  /** Watches the tasks of a stage: the first stage reads the source's rows, those of the last are the job's. */
  stage(stage: number): OrderedEvents {
    const readsSource = stage === 0
    const tasksBefore = this.#plan.stages.slice(0, stage).reduce((sum, { tasks }) => sum + tasks.length, 0)
    const givesResult = stage === this.#plan.stages.length - 1
    return {
      taskEvents: (index) => this.#taskEvents(tasksBefore + index, readsSource),
      onTaskDone: (index, stats) => {
        this.#tasksDone++
        if (readsSource) this.#noteRowsRead(index, stats)
        if (givesResult) this.#rows += stats.rows
        this.#tell()
      },
    }
  }

  report(): JobReport {
    const elapsedMs = performance.now() - this.#startedAt
    return {
      ...this.#progress(),
      rows: this.#rows,
      bytes: this.bytes,
      elapsedMs,
      pids: [...this.#pids],
      retries: this.#retries,
    }
  }

  #taskEvents(task: number, readsSource: boolean): TaskEvents {
    return {
      recorder: this.#recorder?.task(task),
      onStart: (pid) => {
        this.#pids.add(pid)
        this.#events.onStart?.()
      },
      onLog: (stream, bytes) => this.#events.onLog?.(stream, bytes),
      onRetry: (retry) => {
        this.#retries++
        this.#events.onRetry?.({ task, ...retry })
      },
      ...(readsSource
        ? {
            onProgress: (progress) => {
              this.#noteRowsRead(task, progress)
              this.#tell()
            },
          }
        : {}),
    }
  }

  #noteRowsRead(task: number, { rowsRead }: Pick<TaskStats, 'rowsRead'>): void {
    this.#rowsRead[task] = rowsRead ?? 0
  }

  #tell(): void {
    this.#events.onProgress?.(this.#progress())
  }

  #progress(): JobProgress {
    const { stages, rowsTotal } = this.#plan
    return {
      rowsRead: this.#rowsRead.reduce((sum, rows) => sum + (rows ?? 0), 0),
      ...(rowsTotal === undefined ? {} : { rowsTotal }),
      tasksDone: this.#tasksDone,
      tasks: stages.reduce((sum, { tasks }) => sum + tasks.length, 0),
    }
  }
}
