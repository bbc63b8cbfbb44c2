// The end of a worker process and of its pipes, and the last it printed. What is made of it, faults.ts says.

import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Why there was no process at all. */
  readonly spawnError?: Error
}

/** What is asked of a process here. The package's declarations lead to this file, and must not lead to those of execa. */
interface StartedProcess extends PromiseLike<unknown> {
  readonly nodeChildProcess: ChildProcess
}

/** Resolves at the end of the process; its pipes may still hold bytes. */
export function exited(subprocess: StartedProcess): Promise<Exit> {
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

/**
 * The end of a process as the sandbox around it reports it: a signal as an exit code above 128, as shells do. Those that
 * reached the sandbox itself are as they are.
 */
export function unwrapped(exit: Exit): Exit {
  const signal = Object.entries(constants.signals).find(([, number]) => exit.code === 128 + number)
  return signal === undefined ? exit : { ...exit, code: null, signal: signal[0] as NodeJS.Signals }
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
    const last = Uint8Array.from(chunk.subarray(-maxTailBytes))
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

function asError(result: unknown): Error {
  return result instanceof Error ? result : new Error('the operating system refused')
}
