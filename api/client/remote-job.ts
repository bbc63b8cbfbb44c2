// A job on a server, held by its id: how it is, what happens to it, its result, its end.

import { randomUUID } from 'node:crypto'
import { type RecordBatch, Table } from 'apache-arrow'
import { type ArrowModule, convertArrow } from '../../functions/arrow/convert.ts'
import { isVolleyError } from '../../functions/errors.ts'
import { refuseJson, uncloneable } from '../../functions/in-process-value.ts'
import { checkChoice } from '../../functions/options.ts'
import type { JobResource } from '../jobs/job-record.ts'
import type { ApiRequest, Connection } from './connection.ts'
import { errorOf } from './failures.ts'
import { followEvents, type JobEvent } from './job-events.ts'
import {
  type BatchOptions,
  checkOptions,
  type EventOptions,
  type RequestOptions,
  type ResultFormatName,
  type ResultOptions,
  resultFormatNames,
} from './options.ts'
import { resumedBatches } from './result-batches.ts'

const insteadOfJob = 'it holds a token; keep its id, and make one of that with client.job(id)'

/**
 * A job on a server. It goes on whether or not anybody holds it; `client.job(id)` makes another handle of it, in any
 * process.
 *
 * Requests are tried again when the connection breaks off, as {@link ClientOptions} say.
 *
 * @example
 * import { buildServer } from 'volley/api'
 * import { VolleyClient } from 'volley/client'
 *
 * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
 * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
 * const job = await client.submit({ source: { parquet: 'sales.parquet' } })
 * const { status, result } = await job.wait()
 * status // => 'succeeded'
 * result?.rows // => 3
 * await app.close()
 *
 * @see docs/guide/http-jobs.md
 */
export class RemoteJob {
  /** @internal */
  readonly uncloneable: symbol = uncloneable('RemoteJob', insteadOfJob)
  /** The id under which the server keeps it. */
  readonly id: string
  readonly #path: string
  readonly #connection: Connection
  readonly #arrow: ArrowModule | undefined

  /** @internal */
  constructor(id: string, connection: Connection, arrow: ArrowModule | undefined) {
    this.id = id
    this.#path = `/v1/jobs/${encodeURIComponent(id)}`
    this.#connection = connection
    this.#arrow = arrow
  }

  /**
   * What the server knows of it now.
   *
   * @param options - A signal.
   * @throws {VolleyError} What the server answered, such as `not_found`.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * await (await client.submit('select 1', { jobId: 'one' })).wait()
   * const { status } = await client.job('one').status()
   * status // => 'succeeded'
   * await app.close()
   */
  async status(options: RequestOptions = {}): Promise<JobResource> {
    checkOptions(options, ['signal'], 'a request')
    return this.#json(options, { isIdempotent: true })
  }

  /**
   * Waits for its end, however it ends: `status` says how, and `error` why.
   *
   * @param options - A signal, which ends the waiting and not the job.
   * @returns What the server knows of it then.
   * @throws {VolleyError} What the server answered.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const { status, error } = await (await client.submit('select 1 / 0')).wait()
   * status // => 'failed'
   * error?.code // => 'division_by_zero'
   * await app.close()
   */
  async wait(options: RequestOptions = {}): Promise<JobResource> {
    for await (const _ of this.events(options));
    return this.status(options)
  }

  /**
   * What happens to it, from its beginning on, to its end. Of what was long ago the server keeps the last 500 events.
   *
   * @param options - A signal, and the last event that is known.
   * @throws {VolleyError} What the server answered.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const job = await client.submit('select 1')
   * const seen: string[] = []
   * for await (const { event, data } of job.events()) if (event === 'status') seen.push(data.status)
   * seen // => ['queued', 'running', 'succeeded']
   * await app.close()
   */
  events(options: EventOptions = {}): AsyncGenerator<JobEvent, void, undefined> {
    checkOptions(options, ['signal', 'after'], 'events')
    return followEvents(this.#connection, this.#path, options)
  }

  /**
   * The record batches of its result, as they come while it runs. Where the connection breaks off they go on behind the
   * last one that came whole, so that each comes once.
   *
   * @param options - A signal, and the first batch.
   * @throws {VolleyError} The job's own error where it failed; `result_restarted`, `connection_lost`; what the server
   * answered, such as `result_expired`.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const job = await client.submit({ source: { parquet: 'sales.parquet' } })
   * let rows = 0
   * for await (const batch of job.batches()) rows += batch.numRows
   * rows // => 3
   * await app.close()
   */
  async *batches(options: BatchOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    checkOptions(options, ['signal', 'fromBatch'], 'a result')
    try {
      yield* resumedBatches(this.#connection, this.#path, this.#arrow, options)
    } catch (error) {
      throw await this.#ownError(error, options)
    }
  }

  /**
   * Its result as a table, once it is whole.
   *
   * @param options - A signal.
   * @throws {VolleyError} What `batches` throws.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const table = await (await client.submit('select 1 + 1 as two')).collect()
   * table.get(0)?.two // => 2n
   * await app.close()
   */
  async collect(options: RequestOptions = {}): Promise<Table> {
    checkOptions(options, ['signal'], 'a request')
    const batches = await Array.fromAsync(resumedBatches(this.#connection, this.#path, undefined, options)).catch(
      async (error: unknown) => {
        throw await this.#ownError(error, options)
      },
    )
    const table = new Table(batches)
    return this.#arrow === undefined ? table : (convertArrow(table, this.#arrow) as Table)
  }

  /**
   * Its result as the server sends it in a format, for files and other programs: `text()`, `json()`, `body` of the
   * `Response`. One that breaks off fails with `connection_lost`, and does not go on.
   *
   * @param format - `arrow`, `arrow-file`, `parquet`, `csv`, `ndjson` or `json`.
   * @param options - A signal, the first record batch, whether CSV has a header.
   * @throws {VolleyError} The job's own error where it failed; what the server answered, such as `result_expired`.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const job = await client.submit({ source: { parquet: 'sales.parquet' }, steps: [{ limit: 1 }] })
   * const csv = await (await job.result('csv')).text()
   * csv // => 'region,net\nnorth,10\n'
   * await app.close()
   */
  async result(format: ResultFormatName, options: ResultOptions = {}): Promise<Response> {
    checkChoice('format', format, resultFormatNames)
    checkOptions(options, ['signal', 'fromBatch', 'header'], 'a result')
    const { signal, fromBatch = 0, header = true } = options
    const query = new URLSearchParams({
      format,
      ...(fromBatch === 0 ? {} : { fromBatch: String(fromBatch) }),
      ...(header ? {} : { header: 'absent' }),
    })
    const path = `${this.#path}/result?${query}`
    try {
      const response = await this.#connection.open({ path, signal, isIdempotent: true })
      const body = ReadableStream.from(this.#connection.bytesOf(response, signal)) as ReadableStream<Uint8Array>
      return new Response(body, { headers: response.headers })
    } catch (error) {
      throw await this.#ownError(error, options)
    }
  }

  /**
   * The last 64 KiB that its functions printed.
   *
   * @param options - A signal.
   * @throws {VolleyError} What the server answered.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const job = await client.submit('select 1')
   * await job.wait()
   * await job.logs() // => ''
   * await app.close()
   */
  async logs(options: RequestOptions = {}): Promise<string> {
    checkOptions(options, ['signal'], 'a request')
    return this.#connection.text({ path: `${this.#path}/logs`, isIdempotent: true, ...options })
  }

  /**
   * Ends it and waits for that; one that has ended stays as it is.
   *
   * @param options - A signal.
   * @returns What the server knows of it then.
   * @throws {VolleyError} What the server answered.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const job = await client.submit('select 1')
   * await job.wait()
   * const { status } = await job.cancel()
   * status // => 'succeeded'
   * await app.close()
   */
  async cancel(options: RequestOptions = {}): Promise<JobResource> {
    checkOptions(options, ['signal'], 'a request')
    return this.#json(options, { method: 'DELETE', isIdempotent: true })
  }

  /**
   * Runs it once more, as a new job: what was sent with it, as long as the server keeps that.
   *
   * @param options - A signal.
   * @throws {VolleyError} What the server answered, such as `not_repeatable`.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const again = await (await client.submit('select 1 as one')).rerun()
   * const table = await again.collect()
   * table.numRows // => 1
   * await app.close()
   */
  async rerun(options: RequestOptions = {}): Promise<RemoteJob> {
    checkOptions(options, ['signal'], 'a request')
    const headers = { 'idempotency-key': randomUUID() }
    const path = `${this.#path}/rerun`
    const { id } = await this.#json(options, { path, method: 'POST', headers, isIdempotent: true })
    return new RemoteJob(id, this.#connection, this.#arrow)
  }

  /** @internal */
  toJSON(): never {
    return refuseJson('a RemoteJob', insteadOfJob)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `RemoteJob(${this.id})`
  }

  #json(
    { signal }: RequestOptions,
    request: Omit<ApiRequest, 'path'> & { readonly path?: string },
  ): Promise<JobResource> {
    return this.#connection.json<JobResource>({ path: this.#path, ...request, signal })
  }

  /** What went wrong with the job, where that is why there is no result. */
  async #ownError(error: unknown, options: RequestOptions): Promise<unknown> {
    if (!isVolleyError(error) || error.code !== 'no_result') return error
    const { error: own } = await this.status({ ...(options.signal && { signal: options.signal }) })
    return own === undefined ? error : errorOf(own)
  }
}
