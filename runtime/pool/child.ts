// The pool's handle on one worker process: its start, the messages and bytes to and from it, its end.
// It runs one assignment at a time and does not know what a task's bytes mean.

import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { errorFromPlain, InternalError, isVolleyError, type VolleyError, WorkerError } from '../../functions/errors.ts'
import type { LogStream, TaskOptions, TaskRequest, TaskRun } from '../backend.ts'
import { both, clock, span } from '../trace/spans.ts'
import type { TraceFile } from '../trace/trace-file.ts'
import { ArtifactCache } from './artifact-cache.ts'
import { Assignment, type TaskLimits, type WorkerPort } from './assignment.ts'
import { type Exit, OutputTail } from './exit.ts'
import { lossError, startError } from './faults.ts'
import type { FirstTask } from './first-task.ts'
import { encodeFrame, FrameReader } from './frames.ts'
import type { LaunchOptions } from './launch.ts'
import { type LossKind, lossKindOf } from './losses.ts'
import { type PoolMessage, parseWorkerMessage, type WorkerInfo, type WorkerMessage } from './protocol.ts'
import { packTaskMessage } from './task-message.ts'
import { residentBytes, watchProcess } from './watch.ts'
import { type WorkerEntry, workerEntry } from './worker-entry.ts'
import { WorkerProcess } from './worker-process.ts'
import type { PoolWorker } from './worker-set.ts'

export interface ChildOptions extends Omit<LaunchOptions, 'entry'>, TaskLimits {
  /** The module a worker runs; undefined for the one with the engine. */
  readonly entry: URL | undefined
  readonly workerContext: string | undefined
  readonly startTimeoutMs: number
  readonly maxRssBytes: number | undefined
  readonly maxArtifactBytes: number
  readonly trace: TraceFile | undefined
  /** What a task leaves in its memory is there for the next one. */
  readonly keepsState?: boolean
  /** What it runs before it is ready. */
  readonly first?: FirstTask | undefined
}

/** What the workers of a pool were sent. */
export interface Traffic {
  artifacts: number
  /** Bytes of tasks, their artifacts and their inputs. */
  bytes: number
}

/** From the closing of a pipe to the end of the process. */
const hangUpGraceMs = 500

export class Child implements PoolWorker {
  /** Resolves when the worker can take tasks; rejects with `start_failed` once it is gone. */
  readonly ready: Promise<WorkerInfo>
  /** Resolves when the process has ended and all it left was read. */
  readonly gone: Promise<Exit>
  /** Tasks it was given. */
  served = 0
  /** How long tasks kept it busy, in milliseconds. */
  busyMs = 0
  /** It ended though nobody had told it to: how. */
  loss: LossKind | undefined
  readonly #options: ChildOptions
  readonly #traffic: Traffic
  readonly #artifacts: ArtifactCache
  readonly #frames = new FrameReader()
  #tail = new OutputTail()
  readonly #ready = Promise.withResolvers<WorkerInfo>()
  #process: WorkerProcess | undefined
  #state: 'starting' | 'idle' | 'busy' | 'ending' | 'gone' = 'starting'
  #assignment: Assignment | undefined
  /** Tasks and the first task: each has a number of its own. */
  #assignments = 0
  #isReady = false
  #startFailure: VolleyError | undefined
  #distrusted = false
  #hasEnded = false

  /** Starts a process; `directory` is made for it and removed after it. It adds what it sends to `traffic`. */
  constructor(options: ChildOptions, directory: string, traffic: Traffic) {
    this.#options = options
    this.#traffic = traffic
    this.#artifacts = new ArtifactCache(options.maxArtifactBytes)
    this.ready = this.#ready.promise
    this.ready.catch(() => {})
    this.gone = this.#live(directory)
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  get lost(): boolean {
    return this.loss !== undefined
  }

  get isIdle(): boolean {
    return this.#state === 'idle'
  }

  /**
   * Gives the worker a task. It must be idle.
   *
   * @param onReleased - Called once the worker is through with it, with whether it can take another.
   */
  run(request: TaskRequest, options: TaskOptions, onReleased: (clean: boolean) => void): TaskRun {
    const worker = this.#process
    if (worker === undefined || !this.isIdle) throw new InternalError('Cannot give a worker a task: it is not idle')
    this.served += 1
    return this.#assign(worker, request, options, onReleased)
  }

  #assign(
    worker: WorkerProcess,
    request: TaskRequest,
    options: TaskOptions,
    onReleased: (clean: boolean) => void,
  ): TaskRun {
    this.#state = 'busy'
    this.#assignments += 1
    this.#tail = new OutputTail() // one task's output does not concern the next
    worker.hold(true)
    const watch = watchProcess(worker.pid, this.#options.maxRssBytes, (error) => assignment.stop(error, 0))
    const port: WorkerPort = {
      pid: worker.pid,
      send: (message) => this.#send(message),
      sendTask: (id, taskRequest) => this.#sendTask(worker, id, taskRequest, options),
      write: (bytes) => {
        this.#traffic.bytes += bytes.length
        return worker.input(bytes)
      },
      readResults: (on) => worker.readResults(on),
      endIn: (graceMs) => worker.endIn(graceMs),
      release: (clean) => {
        watch[Symbol.dispose]()
        this.#assignment = undefined
        void this.#release(clean, onReleased)
      },
    }
    const assignment = new Assignment(this.#assignments, port, request, options, this.#options)
    this.#assignment = assignment
    assignment.start()
    return assignment.run
  }

  /** Stops what the worker is doing, with that error. */
  stop(error: Error): void {
    this.#assignment?.stop(error)
  }

  /** Ends the process: asks, then SIGTERM, then SIGKILL. Resolves when it is gone. */
  async end(graceMs = this.#options.graceMs): Promise<void> {
    if (this.#state !== 'gone') this.#state = 'ending'
    this.#process?.hold(true)
    this.#send({ kind: 'exit' })
    using _escalation = this.#process?.endIn(graceMs)
    await this.gone
  }

  /** All of it is written, even if the task is cancelled meanwhile: an artifact that counts as kept must arrive. */
  async #sendTask(
    worker: WorkerProcess,
    id: number,
    request: TaskRequest,
    { recorder: own }: TaskOptions,
  ): Promise<boolean> {
    const recorder = both(this.#options.trace, own)
    using _sending = span(recorder, 'send')
    const update = this.#artifacts.update(request.artifacts ?? [])
    const { frames, contents, bytes } = packTaskMessage(id, request, update, recorder !== undefined)
    this.#traffic.artifacts += update.missing.length
    this.#traffic.bytes += bytes
    worker.control(frames)
    const written = await Promise.all(contents.map((content) => worker.input(content)))
    return written.every(Boolean)
  }

  /** The bundle may have to be built first; that time does not count as the worker's. */
  async #entry(): Promise<WorkerEntry> {
    const { entry } = this.#options
    return entry === undefined ? workerEntry() : { url: entry, directory: undefined, compileCache: undefined }
  }

  /** The life of the process, from its start to its end. */
  async #live(directory: string): Promise<Exit> {
    const { workerContext, trace } = this.#options
    const startedAt = trace && clock()
    if (startedAt !== undefined) this.ready.then(() => trace?.add('start', startedAt)).catch(() => {})
    try {
      const entry = await this.#entry()
      this.#limitStart()
      this.#process = await WorkerProcess.start({ ...this.#options, entry }, directory, {
        onLog: (stream, bytes) => this.#log(stream, bytes),
        onResult: (bytes) => this.#result(bytes),
        onControl: (bytes) => this.#receive(bytes),
      })
    } catch (cause) {
      if (isVolleyError(cause)) this.#startFailure = cause
      return this.#vanish({ code: null, signal: null, spawnError: cause as Error })
    }
    if (this.#state === 'ending') this.#process.endIn(0)
    const ownGroup = process.platform !== 'win32'
    this.#send({ kind: 'start', ownGroup, ...(workerContext === undefined ? {} : { workerContext }) })
    void this.#process.hungUp.then(() => this.#hungUp())
    const exit = await this.#process.ended
    this.#hasEnded = true
    if (this.#state !== 'ending' && !this.#assignment?.isStopped) this.loss = lossKindOf(exit, this.#tail.text)
    if (this.#assignment?.isDraining) await this.#process.resultEnded
    this.#vanish(exit)
    await this.#process.dispose()
    return exit
  }

  #limitStart(): void {
    const { startTimeoutMs } = this.#options
    const timer = setTimeout(() => this.#failStart(`it was not ready after ${startTimeoutMs} ms`), startTimeoutMs)
    const stop = (): void => clearTimeout(timer)
    this.ready.then(stop, stop)
  }

  /** A process that ends closes its pipes first; one that closes them and stays has nobody to talk to. */
  async #hungUp(): Promise<void> {
    await delay(hangUpGraceMs, undefined, { ref: false })
    // In a turn that took long, its end may have come behind the timer.
    await nextTurn()
    if (this.#process?.hasExited === true || this.#state === 'ending') return
    this.#distrust(new WorkerError('protocol_error', `Cannot go on with worker ${this.pid}: it closed its pipes`))
  }

  /** With a limit of memory, what one task left behind must not count against the next. */
  async #release(clean: boolean, onReleased: (clean: boolean) => void): Promise<void> {
    const { maxRssBytes, keepsState } = this.#options
    if (clean && maxRssBytes !== undefined && keepsState !== true)
      clean = ((await residentBytes(this.pid)) ?? 0) < maxRssBytes / 2
    if (clean && this.#state === 'busy' && !this.#hasEnded) {
      this.#state = 'idle'
      this.#process?.hold(false)
    }
    onReleased(this.#state === 'idle')
  }

  #vanish(exit: Exit): Exit {
    this.#state = 'gone'
    this.#assignment?.onGone(lossError(this.pid, exit, this.#tail.text))
    this.#ready.reject(this.#startFailure ?? startError(exit, this.#tail.text))
    return exit
  }

  #receive(bytes: Uint8Array): void {
    if (this.#distrusted) return
    try {
      for (const { message, content } of this.#frames.push(bytes)) {
        this.#onMessage(parseWorkerMessage(message, content))
      }
    } catch (error) {
      this.#distrust(error as Error)
    }
  }

  #onMessage(message: WorkerMessage): void {
    if (this.#state === 'starting' && message.kind === 'ready') {
      const { kind: _, ...info } = message
      void this.#prepare({ ...info, pid: this.pid })
    } else if (this.#state === 'starting' && message.kind === 'start-failed') {
      const cause = errorFromPlain(message.error)
      this.#failStart(cause.message, cause)
    } else if (this.#assignment !== undefined) {
      if ('spans' in message) this.#options.trace?.addTask(this.pid, this.#assignments, message.spans ?? [])
      this.#assignment.onMessage(message)
    } else if (this.#state !== 'ending') {
      throw new WorkerError('protocol_error', `Cannot accept '${message.kind}' from worker ${this.pid}: it has no task`)
    }
  }

  #result(bytes: Uint8Array): void {
    const reading = this.#assignment?.onResult(bytes)
    if (reading !== true) this.#process?.readResults(false)
    if (reading !== undefined || this.#state === 'ending') return
    this.#distrust(new WorkerError('protocol_error', `Cannot accept a result from worker ${this.pid}: it has no task`))
  }

  #log(stream: LogStream, bytes: Uint8Array): void {
    if (stream === 'stderr' || this.#state === 'starting') this.#tail.push(bytes)
    this.#assignment?.onLog(stream, bytes)
  }

  /** Runs the first task, if there is to be one: then the worker can take those of others. */
  async #prepare(info: WorkerInfo): Promise<void> {
    const { first } = this.#options
    const worker = this.#process
    if (first !== undefined && worker !== undefined) {
      const released = Promise.withResolvers<boolean>()
      try {
        const run = this.#assign(worker, first.request, first.options, released.resolve)
        run.done.catch(() => {}) // before anybody listens
        await first.begin(run)
        await run.done
      } catch (error) {
        this.#failStart((error as Error).message, error as VolleyError)
        return
      }
      if (!(await released.promise)) {
        this.#failStart('its first task left it unfit for others')
        return
      }
    }
    if (this.#state === 'ending' || this.#state === 'gone') return
    this.#isReady = true
    this.#state = 'idle'
    this.#process?.hold(false)
    this.#ready.resolve(info)
  }

  #failStart(why: string, cause?: VolleyError): void {
    if (this.#isReady || this.#state === 'ending' || this.#state === 'gone') return
    const details = { stack: cause?.details.workerStack ?? '', output: this.#tail.text }
    const context = this.#options.workerContext
    const what = context === undefined ? 'Cannot start a worker' : `Cannot start a worker with its context '${context}'`
    this.#startFailure = new WorkerError('start_failed', `${what}: ${why}`, { cause, details })
    void this.end(0)
  }

  /** A worker that broke the protocol is ended at once; its task, if any, fails with that error. */
  #distrust(error: Error): void {
    this.#distrusted = true
    if (this.#state === 'starting') this.#failStart(error.message)
    this.#assignment?.stop(error, 0)
    void this.end(0)
  }

  #send(message: PoolMessage): void {
    this.#process?.control(encodeFrame(message))
  }
}
