// One task on one worker, from the `task` message to the moment the worker is free or gone. Whatever goes wrong,
// `done` rejects with one coded error, and only once nothing of the task is running any more.

import { createError, errorFromPlain } from '../../functions/errors.ts'
import {
  type LogStream,
  maxTimerMs,
  type TaskOptions,
  type TaskProgress,
  type TaskRequest,
  type TaskRun,
  type TaskStats,
} from '../backend.ts'
import { broken, cancelled, timedOut, tooMuchLog } from './faults.ts'
import type { PoolMessage, WorkerMessage } from './protocol.ts'
import { ResultStream } from './result-stream.ts'

/** What an assignment may do to its worker. */
export interface WorkerPort {
  readonly pid: number
  send(message: PoolMessage): void
  /** Sends a task, behind the artifacts that the worker lacks; resolves as `write` does. */
  sendTask(id: number, request: TaskRequest): Promise<boolean>
  /** Writes to fd 4; resolves when the worker takes more, to false when it never will. */
  write(bytes: Uint8Array): Promise<boolean>
  readResults(on: boolean): void
  /** Ends the process after `graceMs`, if need be by force, unless the escalation is disposed of before. */
  endIn(graceMs: number): KillEscalation
  /** Called once, at the end: `clean` tells that the worker can take another task. */
  release(clean: boolean): void
}

/** The signals that end a process, each harder than the one before; disposing of it calls off those still to come. */
export interface KillEscalation extends Disposable {
  /** A signal was sent: the process will end. */
  readonly hasFired: boolean
}

export interface TaskLimits {
  /** From `cancel` to the first signal. */
  readonly graceMs: number
  readonly maxLogBytes: number
}

/** How long a pipe may stay silent that is said to hold more bytes. */
const silenceMs = 1000
/** A worker reports 20 times a second; far more is a flood, and a flood is an attack. */
const maxReportsPerSecond = 100
const firstReports = 500

export class Assignment {
  readonly run: TaskRun
  readonly #port: WorkerPort
  readonly #request: TaskRequest
  readonly #options: TaskOptions
  readonly #limits: TaskLimits
  readonly #id: number
  readonly #done = Promise.withResolvers<TaskStats>()
  readonly #timers = new DisposableStack()
  readonly #stream: ResultStream
  #state: 'running' | 'released' = 'running'
  #stats: TaskStats | undefined
  #error: Error | undefined
  #escalation: KillEscalation | undefined
  #answered = false
  #unfit = false
  #inputSent = false
  #logBytes = 0
  #reports = 0
  readonly #startedAt = performance.now()

  constructor(id: number, port: WorkerPort, request: TaskRequest, options: TaskOptions, limits: TaskLimits) {
    this.#id = id
    this.#port = port
    this.#request = request
    this.#options = options
    this.#limits = limits
    this.#stream = new ResultStream({
      onRoom: () => this.#port.readResults(true),
      onComplete: () => this.#releaseIfSettled(),
      onConsumed: () => this.#stats && this.#done.resolve(this.#stats),
      onAbandoned: () => this.stop(cancelled('its result was not read to the end')),
    })
    this.#done.promise.catch(() => {})
    this.run = { pid: port.pid, stream: this.#stream, done: this.#done.promise }
  }

  start(): void {
    const { timeoutMs } = this.#request
    const { signal } = this.#options
    const onAbort = () => this.stop(cancelled('it was cancelled', signal.reason))
    const unlisten = () => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#done.promise.then(unlisten, unlisten)
    if (timeoutMs !== undefined && timeoutMs <= maxTimerMs) {
      const timer = setTimeout(() => this.stop(timedOut(timeoutMs)), timeoutMs)
      this.#timers.defer(() => clearTimeout(timer))
    }
    this.#port.readResults(true)
    const taskSent = this.#port.sendTask(this.#id, this.#request)
    this.#sendInput(taskSent).catch((error) => this.stop(error instanceof Error ? error : new Error(String(error))))
    this.#notify(() => this.#options.onStart?.(this.#port.pid))
  }

  /** Stops the task: asks first, then ends the process. The first reason given stays. */
  stop(error: Error, graceMs = this.#limits.graceMs): void {
    if (this.#error !== undefined) return
    this.#error = error
    if (this.#state === 'running' && !(this.#answered && this.#inputSent)) {
      this.#port.send({ kind: 'cancel', id: this.#id })
      this.#escalate(graceMs)
    }
    this.#stream.fail(error)
    if (this.#state === 'released') this.#done.reject(error)
    else this.#releaseIfSettled()
  }

  onMessage(message: WorkerMessage): void {
    if (!('id' in message) || message.id !== this.#id || this.#answered) {
      this.stop(broken(`it sent '${message.kind}' out of turn`), 0)
      return
    }
    if (message.kind === 'progress') {
      this.#onProgress(message.progress)
      return
    }
    this.#answered = true
    const { spans } = message
    if (spans !== undefined) this.#notify(() => this.#options.recorder?.addWorker(this.#port.pid, spans))
    if (message.kind === 'failed') {
      this.#fail(errorFromPlain(message.error))
      this.#unfit = message.unfit === true
      if (this.#unfit) this.#escalate(0)
    }
    if (message.kind === 'done') {
      this.#stats = message.stats
      if (message.content.length > 0) this.#stream.push(message.content)
    }
    const bytes = message.kind === 'failed' ? message.bytes : message.stats.bytes
    this.#stream.expect(bytes)
    if (this.#stream.isOverfull) this.#break('more')
    else if (!this.#stream.isComplete) this.#awaitBytes()
  }

  /** @returns Whether the pipe is to be read on. */
  onResult(chunk: Uint8Array): boolean {
    this.#stream.push(chunk)
    if (this.#stream.isOverfull) this.#break('more')
    return this.#stream.hasRoom
  }

  onLog(stream: LogStream, bytes: Uint8Array): void {
    const { maxLogBytes } = this.#limits
    const taken = bytes.subarray(0, Math.max(0, maxLogBytes - this.#logBytes))
    this.#logBytes += bytes.length
    if (taken.length > 0) this.#notify(() => this.#options.onLog?.(stream, taken))
    if (this.#logBytes > maxLogBytes) this.stop(tooMuchLog(maxLogBytes), 0)
  }

  /** The worker said `done`, and its last bytes are on their way: its exit is not a loss. */
  get isDraining(): boolean {
    return this.#state === 'running' && this.#stats !== undefined
  }

  /** Somebody stopped it, so its worker's exit is expected. */
  get isStopped(): boolean {
    return this.#error !== undefined
  }

  /** The process is gone, and everything it had written was handed over. */
  onGone(error: Error): void {
    if (this.#state === 'released') return
    if (!this.isDraining || !this.#stream.isComplete) this.#fail(error)
    this.#release(false)
  }

  #onProgress(progress: TaskProgress): void {
    this.#reports += 1
    const allowed = firstReports + ((performance.now() - this.#startedAt) / 1000) * maxReportsPerSecond
    if (this.#reports > allowed) this.stop(broken(`it reports more than ${maxReportsPerSecond} times a second`), 0)
    else if (this.#error === undefined) this.#notify(() => this.#options.onProgress?.(progress))
  }

  /** Sends the task's input in chunks, behind the task itself, and no further once the task has ended. */
  async #sendInput(taskSent: Promise<boolean>): Promise<void> {
    const { input } = this.#request
    if (!(await taskSent)) return
    if (input !== undefined) {
      let sent = 0
      for await (const chunk of input.read()) {
        if (this.#answered || this.#error !== undefined) break
        if (chunk.length === 0) continue
        sent += chunk.length
        void this.#port.write(lengthMark(chunk.length))
        if (!(await this.#port.write(chunk))) return
      }
      if (sent !== input.bytes && !this.#answered && this.#error === undefined) {
        throw createError(
          'invalid_argument',
          `Cannot send the input of the task: it has ${sent} bytes instead of ${input.bytes}`,
        )
      }
      await this.#port.write(lengthMark(0))
    }
    this.#inputSent = true
    this.#releaseIfSettled()
  }

  #escalate(graceMs: number): void {
    this.#escalation = this.#timers.use(this.#port.endIn(graceMs))
  }

  #fail(error: Error): void {
    this.#error ??= error
    this.#stream.fail(this.#error)
  }

  #break(sent: 'more' | 'fewer'): void {
    this.#fail(broken(`it sent ${sent} result bytes than it announced`))
    this.#escalate(0)
  }

  /** All announced bytes were written before the announcement, so they arrive as long as the pipe is read. */
  #awaitBytes(): void {
    let last = -1
    const timer = setInterval(() => {
      const { hasRoom, received } = this.#stream
      if (hasRoom && received === last) this.#break('fewer')
      last = hasRoom ? received : -1
    }, silenceMs)
    this.#timers.defer(() => clearInterval(timer))
  }

  #releaseIfSettled(): void {
    if (!this.#isSettled()) return
    // What the task printed last may be on its way still, in another pipe: let this turn's reads happen first.
    setImmediate(() => this.#isSettled() && this.#release(true))
  }

  #isSettled(): boolean {
    return this.#answered && this.#inputSent && this.#stream.isComplete && !this.#unfit && !this.#escalation?.hasFired
  }

  #release(reusable: boolean): void {
    if (this.#state === 'released') return
    this.#state = 'released'
    this.#timers.dispose()
    this.#port.release(reusable)
    if (this.#error !== undefined) this.#done.reject(this.#error)
    else this.#stream.finish()
  }

  /** A callback that throws fails the task that it was told of, and nothing else. */
  #notify(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.stop(error instanceof Error ? error : new Error(String(error)))
    }
  }
}

function lengthMark(length: number): Uint8Array {
  const mark = Buffer.allocUnsafe(4)
  mark.writeUInt32LE(length, 0)
  return mark
}
