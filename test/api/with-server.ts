// A server for a test, on its own workers, and short ways of asking it. When the test ends the server is closed, and no
// worker may be left.

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { col, type Expr, float64, SessionContext, udf } from 'volley'
import { buildServer, type Problem, type ServerOptions } from 'volley/api'
import { ForkPool } from '../../runtime/pool/pool.ts'

export const dataRoot = fileURLToPath(new URL('../../node_modules/vega-datasets/data', import.meta.url))
export const flights = { parquet: 'flights-3m.parquet' }
export const token = 'a-token-for-tests'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly problem: Problem
}

export interface Served {
  readonly url: string
  readonly session: SessionContext
  readonly pool: ForkPool
  /** Sends a request; `body` is sent as JSON unless it is a text. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  post(job: unknown, headers?: Record<string, string>): Promise<Answer>
}

/** A listening server with the sample data as its data root. */
export async function serve(t: Test, options: ServerOptions = {}): Promise<Served> {
  const pool = ForkPool.fork(options.pool?.minWorkers === undefined ? { workers: 2, ...options.pool } : options.pool)
  const session = options.session ?? new SessionContext({ backend: pool, log: 'ignore' })
  const app = buildServer({ tokens: [token], dataRoots: [dataRoot], ...options, session })
  const seen = new Set<number>()
  const watch = setInterval(() => {
    for (const pid of pool.pids()) seen.add(pid)
  }, 20)
  t.teardown(async () => {
    clearInterval(watch)
    for (const pid of pool.pids()) seen.add(pid)
    await app.close()
    await session.close()
    const left = [...seen].filter(isAlive)
    if (left.length > 0) throw new Error(`processes left behind: ${left}`)
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const ask: Served['ask'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true
    return {
      status: response.status,
      headers: response.headers,
      text,
      problem: isProblem ? JSON.parse(text) : ({ code: '', detail: '', details: {} } as unknown as Problem),
    }
  }
  return { url, session, pool, ask, post: (job, headers) => ask('POST', '/v1/jobs', job, headers) }
}

/** An expression as jobs carry it. */
export function asBytes(expr: Expr): { readonly bytes: string } {
  return { bytes: Buffer.from(expr.toBytes()).toString('base64') }
}

/** A function of one float64 column, applied to `delay`. */
export function onDelay(fn: (delay: number) => number, name: string): Expr {
  return udf(fn, [float64], float64, { name })(col('delay'))
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Whether something becomes true within a time. */
export async function until(isTrue: () => boolean | Promise<boolean>, ms = 60_000): Promise<boolean> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    if (await isTrue()) return true
    await delay(20)
  }
  return isTrue()
}

/** Sends a job and gives the response, nothing of it read. */
export async function openJob(url: string, job: unknown, id: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-volley-job-id': id }
  const asked = request(`${url}/v1/jobs`, { method: 'POST', headers }).on('error', () => {})
  asked.end(JSON.stringify(job))
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response.on('error', () => {})
}
