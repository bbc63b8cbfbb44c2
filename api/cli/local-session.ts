// A session of a command's own: workers of this machine, what they print and how far they are on stderr, an end by Ctrl-C
// that leaves nothing behind.

import { stat } from 'node:fs/promises'
import { SessionContext } from '../../runtime/context/session.ts'
import type { RunOptions } from '../../runtime/dataframe.ts'
import { reasonOf } from './file-problems.ts'
import { Interrupted, UsageError } from './outcome.ts'
import { moduleUrl, type WorkerPlace, workerPlace } from './parse-options.ts'
import { ProgressLine } from './progress-line.ts'

const LINGER_MS = 2000

export interface WorkOptions extends WorkerPlace {
  readonly workers?: number
  readonly workerContext?: string
  /** Seconds. */
  readonly timeout?: number
  /** File for a timeline. */
  readonly trace?: string
}

export interface LocalSession {
  readonly session: SessionContext
  readonly progress: ProgressLine
  /** Ends jobs on Ctrl-C and in time, and shows what happens meanwhile. */
  readonly runOptions: RunOptions & { readonly signal: AbortSignal }
}

/** Does something with a session, and ends whatever it started. @throws {Interrupted} On Ctrl-C. */
export async function withLocalSession(
  options: WorkOptions,
  use: (local: LocalSession) => Promise<void>,
): Promise<void> {
  const { workers, workerContext, timeout, trace } = options
  if (workerContext !== undefined) await checkWorkerContext(workerContext)
  using interrupt = new Interrupt()
  using progress = new ProgressLine()
  await using session = new SessionContext({
    ...workerPlace(options),
    ...(workers === undefined ? {} : { workers }),
    ...(workerContext === undefined ? {} : { workerContext: moduleUrl(workerContext) }),
    ...(trace === undefined ? {} : { trace }),
  })
  const runOptions = {
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    signal: interrupt.signal,
    onProgress: progress.update.bind(progress),
    onLog: (_stream: unknown, bytes: Uint8Array) => {
      progress.clear()
      process.stderr.write(bytes)
    },
  }
  try {
    await use({ session, progress, runOptions })
  } catch (error) {
    if (interrupt.signal.aborted) throw interrupt.signal.reason
    throw error
  } finally {
    // What a worker context keeps open in this process, such as a connection, does not keep the command.
    if (workerContext !== undefined) setTimeout(() => process.exit(), LINGER_MS).unref()
  }
}

async function checkWorkerContext(file: string): Promise<void> {
  await stat(file).catch((cause: unknown) => {
    throw new UsageError(`Cannot load the worker context "${file}": ${reasonOf(cause)}`, { cause })
  })
}

/**
 * The first Ctrl-C ends the work in order; a second one, and one after the work, this process at once: by an exit, which
 * removes temporary files, where the signal itself would not.
 */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController()
  #isOver = false

  constructor() {
    const onSignal = (): void => {
      if (this.signal.aborted || this.#isOver) process.exit(130)
      this.#controller.abort(new Interrupted())
    }
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    this.#isOver = true
  }
}
