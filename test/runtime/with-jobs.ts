// What the tests of jobs share: sessions that are closed after the test, tables in several slices, backends that watch.

import { RecordBatch, Table, tableFromArrays } from 'apache-arrow'
import type { Test } from 'tap'
import {
  type Backend,
  type DataFrame,
  SessionContext,
  type SessionOptions,
  type TaskRequest,
  type TaskRun,
} from 'volley'
import { isAlive } from './pool/with-pool.ts'

/** A backend of processes. */
export interface Processes extends Backend {
  pids(): readonly number[]
}

/** A session on `workers` forked workers, none of which is left after the test. */
export function forkedSession(t: Test, workers = 2, options: SessionOptions = {}): SessionContext {
  const ctx = new SessionContext({ workers, log: 'ignore', ...options })
  t.teardown(async () => {
    const pids = (await processesOf(ctx)).pids()
    await ctx.close()
    const left = pids.filter(isAlive)
    if (left.length > 0) throw new Error(`processes left behind: ${left}`)
  })
  return ctx
}

export const processesOf = async (ctx: SessionContext): Promise<Processes> => (await ctx.backend()) as Processes

/** A table of `slices` record batches of `rows` rows: `slice`, and `id` counting through. */
export function slicedTable(ctx: SessionContext, slices: number, rows: number): DataFrame {
  const batches = Array.from({ length: slices }, (_, slice) => {
    const [batch] = tableFromArrays({
      slice: new Int32Array(rows).fill(slice),
      id: Float64Array.from({ length: rows }, (_, i) => slice * rows + i),
    }).batches
    if (!(batch instanceof RecordBatch)) throw new Error('a table of rows has a batch')
    return batch
  })
  return ctx.fromArrow(new Table(batches))
}

/** A backend that hands everything on and keeps the bytes of each task. */
export class WatchedBackend implements Backend {
  readonly results: Uint8Array[][] = []
  readonly #inner: Backend

  constructor(inner: Backend) {
    this.#inner = inner
  }

  get concurrency(): number {
    return this.#inner.concurrency
  }

  async run(request: TaskRequest, options: Parameters<Backend['run']>[1]): Promise<TaskRun> {
    const own: Uint8Array[] = []
    this.results.push(own)
    const run = await this.#inner.run(request, options)
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of run.stream) {
        own.push(Buffer.from(chunk))
        yield chunk
      }
    }
    return { ...run, stream: watched() }
  }

  async close(): Promise<void> {}
}
