// The bodies of requests, parsed: small ones here, others in a thread of their own. JSON of several megabytes takes longer
// to parse than the event loop may stand still, and its rows longer still.

import { Worker } from 'node:worker_threads'
import { errorFromPlain, ResourceError } from '../../functions/errors.ts'
import { EncodedRows } from '../../runtime/job/inline-rows.ts'
import { parseJson } from '../../runtime/job/json-job.ts'
import { threadModule } from '../threads/thread-module.ts'
import type { BodyAnswer } from './body-thread.ts'

/** As much is parsed at once. */
const SMALL_BYTES = 16 * 1024
/** Rows of so many cells are encoded at once. */
const SMALL_CELLS = 10_000
/** Cells are bounded: what takes longer hangs. */
const TIMEOUT_MS = 60_000
const MAX_HEAP_MB = 1024

interface ParsedBody {
  /** In the place of many inline rows stand `EncodedRows`. */
  readonly json: unknown
  /** What is kept of it. */
  readonly bytes: number
}

interface Waiting {
  /** Of the thread, should it have to be started. */
  readonly module: URL
  readonly body: Uint8Array<ArrayBuffer>
  readonly bytes: number
  resolve(parsed: ParsedBody): void
  reject(error: Error): void
}

/** Parses bodies, large ones one after the other. */
export class BodyParser implements AsyncDisposable {
  readonly #waiting: Waiting[] = []
  #current: Waiting | undefined
  #thread: Worker | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  /**
   * The JSON of a body.
   *
   * @throws {VolleyError} `invalid_job`, or what is wrong with its rows.
   */
  async parse(body: Buffer): Promise<ParsedBody> {
    if (body.length <= SMALL_BYTES) {
      const json = parseJson(body.toString())
      if (!hasManyCells(json)) return { json, bytes: body.length }
    }
    const module = await threadModule('bodies/body-thread')
    if (this.#isClosed) throw unparsed('the server is shutting down')
    return new Promise((resolve, reject) => {
      this.#waiting.push({ module, body: new Uint8Array(body), bytes: body.length, resolve, reject })
      this.#next()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const { reject } of this.#waiting.splice(0)) reject(unparsed('the server is shutting down'))
    await this.#thread?.terminate()
  }

  #next(): void {
    if (this.#current !== undefined) return
    this.#current = this.#waiting.shift()
    if (this.#current === undefined) return
    const { body, module } = this.#current
    this.#thread ??= this.#start(module)
    this.#thread.ref()
    this.#timer = setTimeout(() => void this.#thread?.terminate(), TIMEOUT_MS)
    this.#thread.postMessage(body, [body.buffer])
  }

  #start(module: URL): Worker {
    const thread = new Worker(module, {
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    })
    thread.on('message', (answer: BodyAnswer) =>
      this.#finish(({ resolve, bytes }) => resolve(parsedBody(answer, bytes))),
    )
    // One that ended has reported its error before.
    let failure = 'it takes too long'
    thread.on('error', () => {
      failure = 'it takes too much memory'
    })
    thread.on('exit', () => {
      this.#thread = undefined
      this.#finish(({ reject }) => reject(unparsed(failure)))
    })
    return thread
  }

  #finish(settle: (current: Waiting) => void): void {
    const current = this.#current
    this.#current = undefined
    clearTimeout(this.#timer)
    this.#thread?.unref()
    try {
      if (current !== undefined) settle(current)
    } catch (error) {
      current?.reject(error as Error)
    }
    this.#next()
  }
}

function parsedBody({ json, rows, error }: BodyAnswer, bytes: number): ParsedBody {
  if (error !== undefined) throw errorFromPlain(error)
  if (rows === undefined) return { json, bytes }
  const { source } = json as { readonly source: { rows: unknown } }
  source.rows = new EncodedRows(rows)
  return { json, bytes: rows.length }
}

function unparsed(why: string): ResourceError {
  return new ResourceError('size_limit', `Cannot read the body: ${why}; name a file or a table as the source`)
}

/** Whether a job has more inline rows than are encoded in no time: each row has every column. */
function hasManyCells(json: unknown): boolean {
  const { source } = Object(json) as { readonly source?: unknown }
  const { rows, schema } = Object(source) as { readonly rows?: unknown; readonly schema?: unknown }
  if (!Array.isArray(rows)) return false
  const columns = rows.reduce((sum, row) => sum + Object.keys(Object(row)).length, Object.keys(Object(schema)).length)
  return rows.length * columns > SMALL_CELLS
}
