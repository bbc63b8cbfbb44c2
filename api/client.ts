// A client of the HTTP API: submits a job and gives its record batches as they come. A stream that ends early is an error, never
// a short result.

import '../functions/node-version.ts'

import type { RecordBatch } from 'apache-arrow'
import { type ArrowModule, libraryOf } from '../functions/arrow/convert.ts'
import { createError, type ErrorCode, type VolleyError, WorkerError } from '../functions/errors.ts'
import { refuseJson, uncloneable } from '../functions/in-process-value.ts'
import { checkCallback, checkOptionNames, checkSignal, wrongOption } from '../functions/options.ts'
import { isFrame } from '../runtime/codec/frame-runtime.ts'
import type { DataFrame } from '../runtime/dataframe.ts'
import { readArrowBatches } from '../runtime/source/arrow/read-streams.ts'
import type { Problem } from './errors.ts'
import { jobContentType } from './formats/job-content-type.ts'
import type { JobResource } from './jobs/job-record.ts'

/** How a client makes its requests. */
export interface ClientOptions {
  /**
   * A bearer token that the server accepts.
   *
   * @defaultValue none
   */
  readonly token?: string
  /**
   * The copy of Arrow JavaScript whose record batches it gives: `import * as arrow from 'apache-arrow'`, where that is
   * another one than Volley finds, such as its CommonJS build.
   *
   * @defaultValue the `apache-arrow` that Volley imports
   */
  readonly arrow?: ArrowModule
}

/** What watches a job over HTTP, and what ends it early. */
export interface ClientRunOptions {
  /**
   * Ends the job when aborted.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal
  /**
   * The id under which the server keeps the job, for `job()`: up to 64 letters, digits, `.`, `_` and `-`.
   *
   * @defaultValue one that the server makes
   */
  readonly jobId?: string
  /**
   * Called with the size of each chunk of the result, in bytes.
   *
   * @defaultValue nobody is told
   */
  readonly onBytes?: (bytes: number) => void
}

/** A job document: what `POST /v1/jobs` takes as JSON. */
export type JobDocument = Readonly<Record<string, unknown>>

/**
 * A client of a server's HTTP API.
 *
 * @example
 * import { buildServer } from 'volley/api'
 * import { VolleyClient } from 'volley/client'
 *
 * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
 * const client = new VolleyClient(await app.listen({ host: '127.0.0.1', port: 0 }), { token: 'secret' })
 * let rows = 0
 * const job = { source: { parquet: 'sales.parquet' }, steps: [{ filter: 'net > 0' }] }
 * for await (const batch of client.stream(job)) rows += batch.numRows
 * rows // => 2
 * await app.close()
 *
 * @see README.md#three-ways-to-run-a-job
 */
export class VolleyClient {
  /** @internal */
  readonly uncloneable: symbol = uncloneable('VolleyClient', insteadOfClient)
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #arrow: ArrowModule | undefined

  /**
   * @param url - Where the server listens: `http://127.0.0.1:8642`.
   * @param options - `token`: a bearer token that it accepts; `arrow`: whose classes record batches are of.
   * @throws {PlanError} `invalid_argument` for an address that is not of HTTP, or an option that there is not.
   */
  constructor(url: string, options: ClientOptions = {}) {
    checkOptionNames(options, { token: true, arrow: true }, 'a client')
    const { token, arrow } = options
    if (arrow !== undefined) libraryOf(arrow)
    if (token !== undefined && typeof token !== 'string') throw wrongOption('token', token, 'it is a text')
    if (!/^https?:/.test(URL.parse(url)?.protocol ?? '')) {
      throw wrongOption('url', url, 'it is the address of a server, such as http://127.0.0.1:8642')
    }
    this.#arrow = arrow
    this.#url = String(url).replace(/\/+$/, '')
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  /**
   * Runs a job and gives its record batches as they come. Not reading pauses the workers; leaving the loop ends the job.
   *
   * @param job - A job document, `{ source, steps }` or `{ sql }`, whose expressions may be those that `col` and functions
   * make; or a DataFrame, which travels with its rows and functions. Its files are the server's: their paths must lie under
   * the server's data roots. With options it is a document: `{ ...frame.toJSON(), options: { timeoutMs: 1000 } }`.
   * @param options - A signal, an id, a callback for bytes.
   * @throws {ShippingError} When a function in the job cannot travel.
   * @throws {VolleyError} What the server answered; the job's own error when the result broke
   * off and the server says why, else `worker_lost`.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
   * const client = new VolleyClient(await app.listen({ host: '127.0.0.1', port: 0 }), { token: 'secret' })
   * const regions: string[] = []
   * const job = { source: { parquet: 'sales.parquet' }, steps: [{ select: ['region'] }] }
   * for await (const batch of client.stream(job)) regions.push(...(batch.getChild('region') ?? []))
   * regions // => ['north', 'south', 'north']
   * await app.close()
   *
   * @see docs/reference/errors.md
   */
  async *stream(job: JobDocument | DataFrame, options: ClientRunOptions = {}): AsyncGenerator<RecordBatch> {
    checkOptionNames(options, { signal: true, jobId: true, onBytes: true }, 'a request')
    checkSignal('signal', options.signal)
    checkCallback('onBytes', options.onBytes)
    const { body, type } = bodyOf(job)
    const response = await this.#fetch('/v1/jobs', {
      method: 'POST',
      headers: {
        ...this.#headers,
        'content-type': type,
        accept: 'application/vnd.apache.arrow.stream',
        ...(options.jobId === undefined ? {} : { 'x-volley-job-id': options.jobId }),
      },
      body,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    if (!response.ok || response.body === null) throw await problemError(response)
    const id = response.headers.get('x-volley-job-id')
    try {
      const counted = count(response.body, options.onBytes)
      yield* readArrowBatches(counted, this.#arrow)
    } catch (cause) {
      options.signal?.throwIfAborted()
      throw await this.#brokenOff(id, cause)
    }
  }

  /**
   * What the server knows of a job.
   *
   * @param id - As given with `jobId`, or as the reply's header `x-volley-job-id` has it.
   * @throws {VolleyError} What the server answered, such as `not_found`.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
   * const client = new VolleyClient(await app.listen({ host: '127.0.0.1', port: 0 }), { token: 'secret' })
   * for await (const batch of client.stream({ source: { parquet: 'sales.parquet' } }, { jobId: 'sales' })) batch.numRows
   * const { status } = await client.job('sales')
   * status // => 'succeeded'
   * await app.close()
   *
   * @see docs/reference/errors.md
   */
  async job(id: string): Promise<JobResource> {
    const response = await this.#fetch(`/v1/jobs/${encodeURIComponent(id)}`, { headers: this.#headers })
    if (!response.ok) throw await problemError(response)
    return (await response.json()) as JobResource
  }

  /** Node says no more than "fetch failed"; its cause says why. */
  #fetch(path: string, init: RequestInit): Promise<Response> {
    return fetch(`${this.#url}${path}`, init).catch((cause: unknown) => {
      init.signal?.throwIfAborted()
      const { cause: below = cause } = cause as { readonly cause?: unknown }
      const why = (below as NodeJS.ErrnoException).code ?? (below as Error).message
      const message = `Cannot reach the server at ${this.#url}: ${connectionFaults[why] ?? why}`
      throw new WorkerError('worker_lost', message, { details: { url: this.#url }, cause })
    })
  }

  /** @internal */
  toJSON(): never {
    return refuseJson('a VolleyClient', insteadOfClient)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `VolleyClient(${this.#url})`
  }

  async #brokenOff(id: string | null, cause: unknown): Promise<VolleyError> {
    const job = id === null ? undefined : await this.job(id).catch(() => undefined)
    if (job?.error !== undefined) return errorOf(job.error)
    return new WorkerError('worker_lost', 'Cannot read the result to its end: the connection broke off', { cause })
  }
}

const insteadOfClient = 'it holds a token; make one of its address and the token where it is needed'

function bodyOf(job: JobDocument | DataFrame): {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly type: string
} {
  if (!isFrame(job)) return { body: JSON.stringify(job), type: 'application/json' }
  return { body: new Uint8Array((job as DataFrame).toBytes()), type: jobContentType }
}

/** What codes of the operating system mean for a connection. */
const connectionFaults: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start it with "volley serve", or correct the address',
  ENOTFOUND: 'there is no host of that name',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'the connection broke off',
}

async function* count(body: AsyncIterable<Uint8Array>, onBytes?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    onBytes?.(chunk.length)
    yield chunk
  }
}

async function problemError(response: Response): Promise<VolleyError> {
  const text = await response.text()
  try {
    return errorOf(JSON.parse(text) as Problem)
  } catch {
    return createError(
      'protocol_error',
      `Cannot understand the server's answer ${response.status}: ${text.slice(0, 200)}`,
    )
  }
}

function errorOf({ code, detail, details, status }: Problem): VolleyError {
  return createError(code as ErrorCode, detail, { details: { ...details, status } })
}
