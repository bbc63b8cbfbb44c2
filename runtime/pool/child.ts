// The pool's handle on one worker process: its start, the messages and bytes to and from it, its end.
// It runs one assignment at a time; what a task's bytes mean is no business of it.

import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { errorFromPlain, type VolleyError, WorkerError } from '../../functions/errors.ts'
import type { LogStream, RunOptions, TaskRequest, TaskRun } from '../backend.ts'
import { Assignment, type TaskLimits, type WorkerPort } from './assignment.ts'
import { type Exit, ended, exited, lossError, OutputTail, startError } from './exit.ts'
import { encodeFrame, FrameReader } from './frames.ts'
import { type Launched, type LaunchOptions, launch } from './launch.ts'
import { watchMemory } from './memory.ts'
import { type PoolMessage, parseWorkerMessage, type WorkerInfo, type WorkerMessage } from './protocol.ts'

export interface ChildOptions extends LaunchOptions, TaskLimits {
  readonly workerContext: string | undefined
  readonly startTimeoutMs: number
  readonly maxRssBytes: number | undefined
}

/** From SIGTERM to SIGKILL. */
const termGraceMs = 100
/** What a process that has ended may take to have its last bytes read. */
const lastWordsMs = 200
/** A worker may say so much; more is a flood, and a flood is an attack. */
const maxMessagesPerSecond = 2000

export class Child {
  /** Resolves when the worker can take tasks; rejects with `start_failed` once it is gone. */
  readonly ready: Promise<WorkerInfo>
  /** Resolves when the process has ended and all it left was read. */
  readonly gone: Promise<Exit>
  /** Tasks it was given. */
  served = 0
  readonly #options: ChildOptions
  readonly #launched: Launched
  readonly #directory: string
  readonly #tail = new OutputTail()
  readonly #ready = Promise.withResolvers<WorkerInfo>()
  #state: 'starting' | 'idle' | 'busy' | 'ending' | 'gone' = 'starting'
  #assignment: Assignment | undefined
  #startFailure: VolleyError | undefined
  #messages = { second: 0, count: 0 }

  /** Starts a process; `directory` is made for it and removed after it. */
  constructor(options: ChildOptions, directory: string) {
    this.#options = options
    this.#directory = directory
    mkdirSync(directory)
    this.#launched = launch(options, directory)
    this.ready = this.#ready.promise
    this.ready.catch(() => {})
    this.gone = this.#live()
    const timer = setTimeout(
      () => this.#failStart(`it was not ready after ${options.startTimeoutMs} ms`),
      options.startTimeoutMs,
    )
    this.ready.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    )
  }

  get pid(): number {
    return this.#launched.subprocess.pid ?? 0
  }

  get isIdle(): boolean {
    return this.#state === 'idle'
  }

  /** Gives the worker a task. It must be idle. */
  run(request: TaskRequest, options: RunOptions): { readonly run: TaskRun; readonly released: Promise<boolean> } {
    this.#state = 'busy'
    this.served += 1
    this.#holdProcess(true)
    const assignment = new Assignment(this.served, this.#port(), request, options, this.#options)
    const watch = watchMemory(this.pid, this.#options.maxRssBytes, (error) => assignment.stop(error, 0))
    this.#assignment = assignment
    assignment.start()
    const released = assignment.released.then((clean) => {
      watch[Symbol.dispose]()
      this.#assignment = undefined
      if (this.#state !== 'busy') return false
      if (clean) this.#state = 'idle'
      this.#holdProcess(!clean)
      return clean
    })
    return { run: assignment.run, released }
  }

  /** Stops what the worker is doing, with that error. */
  stop(error: Error): void {
    this.#assignment?.stop(error)
  }

  /** Ends the process: asks, then SIGTERM, then SIGKILL. Resolves when it is gone. */
  async end(graceMs = this.#options.graceMs): Promise<void> {
    if (this.#state !== 'gone') {
      this.#state = 'ending'
      this.#holdProcess(true)
      this.#send({ kind: 'exit' })
    }
    using _ladder = this.#endIn(graceMs)
    await this.gone
  }

  /** The process from its first byte to its end. */
  async #live(): Promise<Exit> {
    const { subprocess, stdout, stderr, result, input, control } = this.#launched
    const { workerContext } = this.#options
    const frames = new FrameReader()
    for (const pipe of [stdout, stderr, result, input, control]) pipe.on('error', () => {})
    stdout.on('data', (bytes: Buffer) => this.#log('stdout', bytes))
    stderr.on('data', (bytes: Buffer) => this.#log('stderr', bytes))
    result.on('data', (bytes: Buffer) => this.#result(bytes))
    control.on('data', (bytes: Buffer) => this.#receive(frames, bytes))
    const ends = [stdout, stderr, control].map((pipe) => ended(pipe))
    const resultEnd = ended(result)
    this.#send({
      kind: 'start',
      ownGroup: process.platform !== 'win32',
      ...(workerContext === undefined ? {} : { workerContext }),
    })

    const exit = await exited(this.#launched)
    subprocess.kill('SIGKILL') // its group: whatever it started and left behind
    await Promise.race([Promise.all(ends), delay(lastWordsMs, undefined, { ref: false })])
    if (this.#assignment?.isDelivering) await resultEnd
    const lost = lossError(this.pid, exit, this.#tail.text)
    this.#state = 'gone'
    this.#assignment?.onGone(lost)
    this.#ready.reject(this.#startFailure ?? startError(exit, this.#tail.text))
    for (const pipe of [stdout, stderr, result, input, control]) pipe.destroy()
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 3 })
    return exit
  }

  #receive(frames: FrameReader, bytes: Buffer): void {
    try {
      for (const message of frames.push(bytes)) {
        this.#countMessage()
        this.#onMessage(parseWorkerMessage(message))
      }
    } catch (error) {
      this.#launched.control.pause()
      this.#distrust(error as Error)
    }
  }

  #onMessage(message: WorkerMessage): void {
    if (this.#state === 'starting' && message.kind === 'ready') {
      const { kind: _, ...info } = message
      this.#state = 'idle'
      this.#holdProcess(false)
      this.#ready.resolve({ ...info, pid: this.pid })
    } else if (this.#state === 'starting' && message.kind === 'start-failed') {
      const cause = errorFromPlain(message.error)
      this.#failStart(cause.message, cause)
    } else if (this.#assignment !== undefined) {
      this.#assignment.onMessage(message)
    } else if (this.#state !== 'ending') {
      throw new WorkerError('protocol_error', `Cannot accept '${message.kind}' from worker ${this.pid}: it has no task`)
    }
  }

  #result(bytes: Buffer): void {
    if (this.#assignment === undefined) {
      this.#launched.result.pause()
      if (this.#state === 'ending') return
      this.#distrust(
        new WorkerError('protocol_error', `Cannot accept a result from worker ${this.pid}: it has no task`),
      )
    } else if (!this.#assignment.onResult(bytes)) this.#launched.result.pause()
  }

  #log(stream: LogStream, bytes: Buffer): void {
    if (stream === 'stderr' || this.#state === 'starting') this.#tail.push(bytes)
    this.#assignment?.onLog(stream, bytes)
  }

  #failStart(why: string, cause?: VolleyError): void {
    if (this.#state !== 'starting') return
    const details = { stack: cause?.details.workerStack ?? '', output: this.#tail.text }
    const context = this.#options.workerContext
    const what = context === undefined ? 'Cannot start a worker' : `Cannot start a worker with its context '${context}'`
    this.#startFailure = new WorkerError('start_failed', `${what}: ${why}`, { cause, details })
    void this.end(0)
  }

  /** A worker that broke the protocol is ended at once; its task, if any, fails with that error. */
  #distrust(error: Error): void {
    if (this.#state === 'starting') this.#failStart(error.message)
    this.#assignment?.stop(error, 0)
    void this.end(0)
  }

  #countMessage(): void {
    const second = Math.floor(performance.now() / 1000)
    if (this.#messages.second !== second) this.#messages = { second, count: 0 }
    this.#messages.count += 1
    if (this.#messages.count <= maxMessagesPerSecond) return
    throw new WorkerError(
      'protocol_error',
      `Cannot follow worker ${this.pid}: it sends over ${maxMessagesPerSecond} messages a second`,
    )
  }

  #send(message: PoolMessage): void {
    if (this.#launched.control.writable) this.#launched.control.write(encodeFrame(message))
  }

  #port(): WorkerPort {
    const { input, result } = this.#launched
    return {
      pid: this.pid,
      send: (message) => this.#send(message),
      write: (bytes) => new Promise((resolve) => input.write(bytes, (error) => resolve(!error))),
      readResults: (on) => void (on ? result.resume() : result.pause()),
      endIn: (graceMs) => this.#endIn(graceMs),
    }
  }

  #endIn(graceMs: number): Disposable {
    const { subprocess } = this.#launched
    const timers = [
      setTimeout(() => subprocess.kill('SIGTERM'), graceMs),
      setTimeout(() => subprocess.kill('SIGKILL'), graceMs + termGraceMs),
    ]
    return { [Symbol.dispose]: () => timers.forEach(clearTimeout) }
  }

  /** An idle worker does not keep this process alive. */
  #holdProcess(hold: boolean): void {
    const { subprocess, stdout, stderr, result, input, control } = this.#launched
    for (const handle of [subprocess.nodeChildProcess, stdout, stderr, result, input, control]) {
      const { ref, unref } = handle as { ref?: () => void; unref?: () => void }
      if (hold) ref?.call(handle)
      else unref?.call(handle)
    }
  }
}
