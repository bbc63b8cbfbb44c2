// What the end of a worker process means: how it ended, the last it printed, and the error that makes of it.

import type { Readable } from 'node:stream'
import { ResourceError, type VolleyError, WorkerError } from '../../functions/errors.ts'
import type { Launched } from './launch.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Why there was no process at all. */
  readonly spawnError?: Error
}

/** Resolves at the end of the process; its pipes may still hold bytes. */
export function exited({ subprocess }: Launched): Promise<Exit> {
  return new Promise((resolve) => {
    const child = subprocess.nodeChildProcess
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', (spawnError) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, spawnError })
    })
    // execa reports what it cannot even try to start by its result only.
    subprocess.then((result) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, spawnError: asError(result) })
    })
  })
}

/** Resolves when the last byte of the pipe was handed on. */
export function ended(pipe: Readable): Promise<void> {
  return new Promise((resolve) => {
    pipe
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve())
  })
}

/** The last few kilobytes a worker printed: what its error message quotes. */
export class OutputTail {
  #chunks: Uint8Array[] = []
  #bytes = 0

  push(chunk: Uint8Array): void {
    const last = chunk.slice(-maxTailBytes)
    this.#chunks.push(last)
    this.#bytes += last.length
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= maxTailBytes)
      this.#bytes -= this.#chunks.shift()?.length ?? 0
  }

  get text(): string {
    return Buffer.concat(this.#chunks).subarray(-maxTailBytes).toString().trim()
  }
}

const maxTailBytes = 8192

/** The error of a task whose worker ended under it. */
export function lossError(pid: number, exit: Exit, output: string): VolleyError {
  const details = { pid, exitCode: exit.code, signal: exit.signal, output }
  if (/JavaScript heap out of memory|Array buffer allocation failed.*FATAL/s.test(output)) {
    const message = `Cannot finish the task: worker ${pid} ran out of heap; raise maxOldSpaceMb or use smaller partitions`
    return new ResourceError('memory_limit', message, { details })
  }
  const message = `Cannot finish the task: worker ${pid} ${describe(exit)}${quote(output)}`
  return new WorkerError('worker_lost', message, { details })
}

/** The error of a worker that ended before it was ready. */
export function startError(exit: Exit, output: string): WorkerError {
  const details = { exitCode: exit.code, signal: exit.signal, output }
  const message = `Cannot start a worker: it ${describe(exit)}${quote(output)}`
  return new WorkerError('start_failed', message, { details, cause: exit.spawnError })
}

function describe(exit: Exit): string {
  if (exit.spawnError !== undefined) return `could not be spawned (${exit.spawnError.message})`
  if (exit.signal !== null) return `was ended by ${exit.signal}`
  return `exited with code ${exit.code}`
}

function quote(output: string): string {
  const lines = output.split('\n').slice(-12).join('\n')
  return lines === '' ? '' : `; its last output: ${lines}`
}

function asError(result: unknown): Error {
  return result instanceof Error ? result : new Error('the operating system refused')
}
