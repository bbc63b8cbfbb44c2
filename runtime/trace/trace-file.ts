// A timeline as a file: Chrome's trace events as a JSON array, which Perfetto and chrome://tracing open. Events are written
// as they come, so that it grows on disk and not in memory; readers take a file whose end is missing.

import { createWriteStream, openSync, type WriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createError } from '../../functions/errors.ts'
import { clock, type Span, type SpanName, type SpanRecorder } from './spans.ts'

export class TraceFile implements SpanRecorder {
  readonly #stream: WriteStream
  readonly #startedAt = clock()
  readonly #processes = new Set<number>()
  #count = 0
  #isEmpty = true
  #closed: Promise<void> | undefined

  private constructor(stream: WriteStream) {
    this.#stream = stream
    stream.write('[')
  }

  /**
   * Makes the file, in place of one that is there.
   *
   * @param file - A path, relative to the working directory, or a `file:` URL.
   * @throws {DataError} `output_unwritable`
   */
  static open(file: string | URL): TraceFile {
    const path = file instanceof URL ? fileURLToPath(file) : resolve(file)
    try {
      const stream = createWriteStream(path, { fd: openSync(path, 'w') })
      return new TraceFile(stream.on('error', (error) => warn(path, error)))
    } catch (cause) {
      const message = `Cannot write the trace "${path}": ${(cause as Error).message}; name a file in a directory that can be written to`
      throw createError('output_unwritable', message, { details: { path }, cause })
    }
  }

  /** A span of this process. Those of different tasks overlap, so each is a track of its own. */
  add(name: SpanName, startMs: number): void {
    const id = ++this.#count
    this.#begin({ name, cat: 'parent', ph: 'b', id, ts: this.#microseconds(startMs) }, process.pid, 'volley')
    this.#write({
      name,
      cat: 'parent',
      ph: 'e',
      id,
      ts: this.#microseconds(clock()),
      pid: process.pid,
      tid: process.pid,
    })
  }

  /** The spans of a task in a worker: one task at a time, so that they nest. */
  addTask(pid: number, task: number, spans: readonly Span[]): void {
    for (const [name, startMs, durationMs] of spans) {
      const ts = this.#microseconds(startMs)
      const dur = Math.round(durationMs * 1000)
      this.#begin({ name, cat: 'worker', ph: 'X', ts, dur, args: { task } }, pid, `volley worker ${pid}`)
    }
  }

  /** Ends the file. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#stream.once('close', resolve)
      this.#stream.end('\n]\n')
    })
    return this.#closed
  }

  #microseconds(ms: number): number {
    return Math.round((ms - this.#startedAt) * 1000)
  }

  /** An event of a process, which is named before the first of its events. */
  #begin(event: object, pid: number, processName: string): void {
    if (!this.#processes.has(pid)) {
      this.#processes.add(pid)
      this.#write({ name: 'process_name', ph: 'M', ts: 0, pid, tid: pid, args: { name: processName } })
    }
    this.#write({ ...event, pid, tid: pid })
  }

  #write(event: object): void {
    if (this.#closed !== undefined) return
    this.#stream.write(`${this.#isEmpty ? '' : ','}\n${JSON.stringify(event)}`)
    this.#isEmpty = false
  }
}

function warn(path: string, error: Error): void {
  process.emitWarning(`Cannot write the trace "${path}": ${error.message}`, { type: 'VolleyWarning' })
}
