// A client of the HTTP API: runs jobs and gives their record batches as they come, submits jobs that nobody waits for, and
// tells what there is. A result that ends early is an error, never a short result.

import { randomUUID } from 'node:crypto'
import type { RecordBatch } from 'apache-arrow'
import type { ArrowModule } from '../../functions/arrow/convert.ts'
import { refuseJson, uncloneable } from '../../functions/in-process-value.ts'
import { readArrowBatches } from '../../runtime/source/arrow/read-streams.ts'
import type { JobResource } from '../jobs/job-record.ts'
import type { FunctionDescription, JobPlan, TableDescription } from './answers.ts'
import { type ApiRequest, Connection } from './connection.ts'
import { errorOf, isLost } from './failures.ts'
import { bodyOf, type JobInput } from './job-body.ts'
import {
  type ClientOptions,
  type ClientRunOptions,
  checkOptions,
  type ExplainOptions,
  type JobListOptions,
  type RequestOptions,
  type SubmitOptions,
} from './options.ts'
import { RemoteJob } from './remote-job.ts'
import { wholeStream } from './result-batches.ts'

const insteadOfClient = 'it holds a token; make one of its address and the token where it is needed'
const DEFAULT_RETRIES = 6
const LARGEST_PAGE = 1000

/**
 * A client of a server's HTTP API.
 *
 * Every call takes a `signal`. What goes wrong has a code: that of the server's problem document, or
 * `server_unreachable` and `connection_lost` where it gave none.
 *
 * @example
 * import { buildServer } from 'volley/api'
 * import { VolleyClient } from 'volley/client'
 *
 * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
 * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
 * const job = await client.submit({ source: { parquet: 'sales.parquet' }, steps: [{ filter: 'net > 0' }] })
 * const table = await job.collect()
 * table.numRows // => 2
 * await app.close()
 *
 * @see docs/guide/http-jobs.md
 */
export class VolleyClient {
  /** @internal */
  readonly uncloneable: symbol = uncloneable('VolleyClient', insteadOfClient)
  readonly #connection: Connection
  readonly #arrow: ArrowModule | undefined

  /**
   * @param options - `url`: where the server listens; `token`: one that it accepts; `retries`: how often requests are
   * tried again; `arrow`: whose classes record batches are of.
   * @throws {PlanError} `invalid_argument` for an address that is not of HTTP, or an option that there is not.
   */
  constructor(options: ClientOptions) {
    checkOptions(options, ['url', 'token', 'arrow', 'retries'], 'a client')
    const { url, token, arrow, retries = DEFAULT_RETRIES } = options
    this.#connection = new Connection(url.replace(/\/+$/, ''), token, retries)
    this.#arrow = arrow
  }

  /**
   * Runs a job and gives its record batches as they come. The job belongs to this call: leaving the loop ends it, and
   * nothing of it is kept. One that is to survive a connection is submitted.
   *
   * @param job - A job document, a DataFrame or SQL text. With options a DataFrame is a document:
   * `{ ...frame.toJSON(), options: { timeoutMs: 1000 } }`.
   * @param options - A signal, an id, files for its sources, a callback for bytes.
   * @throws {ShippingError} When a function in the job cannot travel.
   * @throws {VolleyError} What the server answered; the job's own error when the result broke
   * off and the server says why, else `connection_lost`.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const regions: string[] = []
   * const job = { source: { parquet: 'sales.parquet' }, steps: [{ select: ['region'] }] }
   * for await (const batch of client.run(job)) regions.push(...(batch.getChild('region') ?? []))
   * regions // => ['north', 'south', 'north']
   * await app.close()
   *
   * @see docs/reference/http.md#submitting
   */
  async *run(job: JobInput, options: ClientRunOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    checkOptions(options, ['signal', 'files', 'jobId', 'onBytes'], 'a request')
    const { signal, files, jobId, onBytes } = options
    const headers = { accept: 'application/vnd.apache.arrow.stream', ...idHeader(jobId) }
    const body = bodyOf(job, files)
    const response = await this.#connection.open({
      path: '/v1/jobs',
      method: 'POST',
      headers,
      body,
      signal,
      isIdempotent: false,
    })
    try {
      yield* readArrowBatches(counted(wholeStream(this.#connection, response, signal), onBytes), this.#arrow)
    } catch (error) {
      throw isLost(error) ? await this.#whyBrokenOff(response, error) : error
    }
  }

  /**
   * Submits a job that nobody waits for: the server has it on record once this resolves, and keeps its result. Tries of one
   * call make one job.
   *
   * @param job - A job document, a DataFrame or SQL text.
   * @param options - A signal, an id, an idempotency key, files for its sources.
   * @throws {ShippingError} When a function in the job cannot travel.
   * @throws {VolleyError} What the server answered, such as `idempotency_key_reused`.
   * @example
   * import { openAsBlob } from 'node:fs'
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const sales = await openAsBlob('sales.parquet')
   * const job = await client.submit({ source: { part: 'sales' } }, { files: { sales } })
   * const table = await job.collect()
   * table.numRows // => 3
   * await app.close()
   *
   * @see docs/reference/http.md#submitting
   */
  async submit(job: JobInput, options: SubmitOptions = {}): Promise<RemoteJob> {
    checkOptions(options, ['signal', 'files', 'jobId', 'idempotencyKey'], 'a submission')
    const { signal, files, jobId, idempotencyKey = randomUUID() } = options
    const headers = { prefer: 'respond-async', 'idempotency-key': idempotencyKey, ...idHeader(jobId) }
    const body = bodyOf(job, files)
    const { id } = await this.#json<JobResource>('/v1/jobs', { method: 'POST', headers, body, signal })
    return this.job(id)
  }

  /**
   * A job by its id. Nothing is asked for yet.
   *
   * @param id - As `submit` chose it, or `GET /v1/jobs` tells it.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * for await (const batch of client.run({ source: { parquet: 'sales.parquet' } }, { jobId: 'sales' })) batch.numRows
   * const { status } = await client.job('sales').status()
   * status // => 'succeeded'
   * await app.close()
   */
  job(id: string): RemoteJob {
    return new RemoteJob(id, this.#connection, this.#arrow)
  }

  /**
   * The jobs that the server knows, newest first, page by page as they are asked for.
   *
   * @param options - A signal; their status, owner, since when they came in; how many at most.
   * @throws {VolleyError} What the server answered.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * for (const jobId of ['one', 'two']) await (await client.submit('select 1', { jobId })).wait()
   * const ids: string[] = []
   * for await (const { id } of client.jobs({ status: 'succeeded' })) ids.push(id)
   * ids // => ['two', 'one']
   * await app.close()
   */
  async *jobs(options: JobListOptions = {}): AsyncGenerator<JobResource, void, undefined> {
    checkOptions(options, ['signal', 'status', 'owner', 'since', 'limit'], 'a list of jobs')
    const { signal, status, owner, since, limit = Number.POSITIVE_INFINITY } = options
    const query = new URLSearchParams({
      ...(status === undefined ? {} : { status }),
      ...(owner === undefined ? {} : { owner }),
      ...(since === undefined ? {} : { since: since.toISOString() }),
    })
    for (let left = limit; left > 0; ) {
      query.set('limit', String(Math.min(left, LARGEST_PAGE)))
      const { jobs, next } = await this.#json<{ readonly jobs: readonly JobResource[]; readonly next: string | null }>(
        `/v1/jobs?${query}`,
        { signal },
      )
      yield* jobs
      if (next === null) return
      left -= jobs.length
      query.set('cursor', next)
    }
  }

  /**
   * How a job would run; nothing does.
   *
   * @param job - A job document, a DataFrame or SQL text.
   * @param options - A signal, files for its sources.
   * @throws {VolleyError} Whatever is wrong with the job before a row is read.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const { columns } = await client.explain({ source: { parquet: 'sales.parquet' } })
   * columns.map(({ name }) => name) // => ['region', 'net']
   * await app.close()
   *
   * @see docs/reference/http.md#explaining
   */
  async explain(job: JobInput, options: ExplainOptions = {}): Promise<JobPlan> {
    checkOptions(options, ['signal', 'files'], 'an explanation')
    const { signal, files } = options
    const headers = { accept: 'application/json' }
    return this.#json<JobPlan>('/v1/explain', { method: 'POST', headers, body: bodyOf(job, files), signal })
  }

  /**
   * The tables that jobs may name.
   *
   * @param options - A signal.
   * @throws {VolleyError} What the server answered.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'], tables: { sales: 'sales.parquet' } })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const [table] = await client.tables()
   * table?.rows // => 3
   * await app.close()
   */
  async tables(options: RequestOptions = {}): Promise<readonly TableDescription[]> {
    checkOptions(options, ['signal'], 'a request')
    const { tables } = await this.#json<{ readonly tables: readonly TableDescription[] }>('/v1/tables', options)
    return tables
  }

  /**
   * The functions that expressions may call: built-in ones, and those that the server's worker context registers.
   *
   * @param options - A signal.
   * @throws {VolleyError} What the server answered.
   * @example
   * import { buildServer } from 'volley/api'
   * import { VolleyClient } from 'volley/client'
   *
   * const app = buildServer({ tokens: ['secret'] })
   * const client = new VolleyClient({ url: await app.listen({ host: '127.0.0.1', port: 0 }), token: 'secret' })
   * const functions = await client.functions()
   * functions.find(({ name }) => name === 'upper')?.usage // => 'upper(text)'
   * await app.close()
   *
   * @see docs/reference/functions.md
   */
  async functions(options: RequestOptions = {}): Promise<readonly FunctionDescription[]> {
    checkOptions(options, ['signal'], 'a request')
    type Answer = { readonly functions: readonly FunctionDescription[] }
    return (await this.#json<Answer>('/v1/functions', options)).functions
  }

  /** @internal */
  toJSON(): never {
    return refuseJson('a VolleyClient', insteadOfClient)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `VolleyClient(${this.#connection.url})`
  }

  #json<Answer>(path: string, request: Omit<ApiRequest, 'path' | 'isIdempotent'>): Promise<Answer> {
    return this.#connection.json<Answer>({ path, ...request, isIdempotent: true })
  }

  /** What went wrong with a job whose result broke off, where the server says so. */
  async #whyBrokenOff({ headers }: Response, error: unknown): Promise<unknown> {
    const id = headers.get(jobIdHeader)
    const job =
      id === null
        ? undefined
        : await this.job(id)
            .status()
            .catch(() => undefined)
    return job?.error === undefined ? error : errorOf(job.error)
  }
}

const jobIdHeader = 'x-volley-job-id'

const idHeader = (jobId: string | undefined): Record<string, string> =>
  jobId === undefined ? {} : { [jobIdHeader]: jobId }

async function* counted(
  body: AsyncIterable<Uint8Array>,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    onBytes?.(chunk.length)
    yield chunk
  }
}
