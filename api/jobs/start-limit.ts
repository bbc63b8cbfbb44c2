// How long an admitted job may wait for workers: one of which none has taken a task in time is ended.

import { maxTimerMs } from '../../runtime/backend.ts'
import { HttpError } from '../errors.ts'

export class StartLimit implements Disposable {
  /** Aborted when the time is over, or with the signal that it was made of. */
  readonly signal: AbortSignal
  readonly #timer: NodeJS.Timeout | undefined

  /** @param timeoutMs - Absent, there is no limit. */
  constructor(timeoutMs: number | undefined, signal: AbortSignal) {
    this.signal = signal
    if (timeoutMs === undefined || timeoutMs > maxTimerMs) return
    const controller = new AbortController()
    this.signal = AbortSignal.any([signal, controller.signal])
    this.#timer = setTimeout(() => controller.abort(notStarted(timeoutMs)), timeoutMs)
  }

  /** A worker has taken the first task. */
  meet(): void {
    clearTimeout(this.#timer)
  }

  [Symbol.dispose](): void {
    this.meet()
  }
}

const notStarted = (timeoutMs: number): HttpError =>
  new HttpError('start_timeout', `Cannot start the job: no worker took its first task within ${timeoutMs} ms`, {
    details: { timeoutMs },
    headers: { 'retry-after': '1' },
  })
