// One worker process as the operating system sees it: its pipes, its signals, its end. What goes through the pipes
// is the child's business. Whatever is started here is ended here, with everything it started in turn.

import { mkdir, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { LogStream } from '../backend.ts'
import type { KillEscalation } from './assignment.ts'
import { type Exit, ended, exited, unwrapped } from './exit.ts'
import { type Launched, type LaunchOptions, launch } from './launch.ts'
import { killLeftovers } from './leftovers.ts'
import { makeResultPipe } from './result-pipe.ts'

/** Receivers of what a process writes. */
export interface ProcessOutput {
  onLog(stream: LogStream, bytes: Uint8Array): void
  onResult(bytes: Uint8Array): void
  onControl(bytes: Uint8Array): void
}

/** Where it runs. */
interface Place {
  readonly directory: string
  readonly isCaged: boolean
  readonly isSandboxed: boolean
}

/** From SIGTERM to SIGKILL. */
const termGraceMs = 100
/** What a process that has ended may take to have its last bytes read. */
const lastWordsMs = 200

export class WorkerProcess {
  /** Resolves when the process has ended and its log and its messages were handed on; its result may not be yet. */
  readonly ended: Promise<Exit>
  /** Resolves when the last result byte was handed on. */
  readonly resultEnded: Promise<void>
  /** Resolves when the worker has closed a pipe it needs, whether it has ended or not. */
  readonly hungUp: Promise<void>
  readonly #launched: Launched
  readonly #result: Socket
  readonly #place: Place

  private constructor(launched: Launched, result: Socket, place: Place, output: ProcessOutput) {
    const { stdout, stderr, control } = launched
    this.#launched = launched
    this.#result = result
    this.#place = place
    for (const pipe of this.#pipes()) pipe.on('error', () => {})
    stdout.on('data', (bytes: Buffer) => output.onLog('stdout', bytes))
    stderr.on('data', (bytes: Buffer) => output.onLog('stderr', bytes))
    control.on('data', (bytes: Buffer) => output.onControl(bytes))
    result.resume()
    this.resultEnded = ended(result)
    const controlEnded = ended(control)
    this.hungUp = Promise.race([controlEnded, this.resultEnded])
    this.ended = this.#end(Promise.all([ended(stdout), ended(stderr), controlEnded]))
  }

  /** Starts a process in `directory`, which is made for it. */
  static async start(options: LaunchOptions, directory: string, output: ProcessOutput): Promise<WorkerProcess> {
    await mkdir(directory)
    const pipe = await makeResultPipe(directory, (bytes) => output.onResult(bytes))
    const launched = launch(options, directory, pipe?.writer)
    pipe?.writer.destroy()
    launched.result?.on('data', (bytes: Buffer) => output.onResult(bytes))
    const { cage } = options
    const place = { directory, isCaged: cage !== undefined, isSandboxed: cage?.sandbox !== undefined }
    return new WorkerProcess(launched, (pipe?.reader ?? launched.result) as Socket, place, output)
  }

  get pid(): number {
    return this.#launched.subprocess.pid ?? 0
  }

  /** The system has told of its end; what it has started may still be there. */
  get hasExited(): boolean {
    const { exitCode, signalCode } = this.#launched.subprocess.nodeChildProcess
    return exitCode !== null || signalCode !== null
  }

  control(frame: Uint8Array): void {
    if (this.#launched.control.writable) this.#launched.control.write(frame)
  }

  /** Writes to fd 4; resolves when the worker takes more, to false when it never will. */
  input(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => this.#launched.input.write(bytes, (error) => resolve(!error)))
  }

  readResults(on: boolean): void {
    if (on) this.#result.resume()
    else this.#result.pause()
  }

  /** SIGTERM after `graceMs`, SIGKILL a little later, unless disposed of before. */
  endIn(graceMs: number): KillEscalation {
    const { subprocess } = this.#launched
    const term = setTimeout(() => {
      escalation.hasFired = true
      subprocess.kill('SIGTERM')
    }, graceMs)
    const kill = setTimeout(() => subprocess.kill('SIGKILL'), graceMs + termGraceMs)
    const escalation = {
      hasFired: false,
      [Symbol.dispose]: () => {
        clearTimeout(term)
        clearTimeout(kill)
      },
    }
    return escalation
  }

  /** Whether this process waits for the worker before it exits by itself. */
  hold(on: boolean): void {
    for (const handle of [this.#launched.subprocess.nodeChildProcess, ...this.#pipes()]) {
      if (on) handle.ref?.()
      else handle.unref?.()
    }
  }

  /** Closes what is left of it. What cannot be removed now is removed with the pool's directory. */
  async dispose(): Promise<void> {
    for (const pipe of this.#pipes()) pipe.destroy()
    await rm(this.#place.directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})
  }

  async #end(lastWords: Promise<unknown>): Promise<Exit> {
    const reported = await exited(this.#launched.subprocess)
    const exit = this.#place.isSandboxed ? unwrapped(reported) : reported
    this.#launched.subprocess.kill('SIGKILL') // its group: whatever it started and left behind
    await Promise.all([
      Promise.race([lastWords, delay(lastWordsMs, undefined, { ref: false })]),
      // In a cage nothing can be started.
      this.#place.isCaged ? undefined : killLeftovers(this.#place.directory),
    ])
    return exit
  }

  #pipes(): readonly Socket[] {
    const { stdout, stderr, input, control } = this.#launched
    return [stdout as Socket, stderr as Socket, this.#result, input, control]
  }
}
