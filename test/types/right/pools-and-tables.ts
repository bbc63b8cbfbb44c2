// Calls in workers keep the types of arguments and results; tables and constants take what they take at run time.

import {
  col,
  date32,
  decimal128,
  field,
  getSenderCtx,
  getWorkerCtx,
  int8,
  int64,
  lit,
  SessionContext,
  time64,
  timestamp,
  uint64,
  WorkerPool,
} from 'volley'

const pool = WorkerPool.fork({ workers: 1 })

const added: number = await pool.run((a: number, b: number) => a + b, 1, 2)
const inferred: number = await pool.run((a, b) => a + b.length, 1, 'x')
const awaited: string = await pool.run(async (text: string) => text, 'x')
const optional: number = await pool.run((a: number, b?: number) => a + (b ?? 2), 1)
const nothing: undefined = await pool.run(() => undefined)
const bounded: number = await pool.runWith({ timeoutMs: 1000 }, (words: readonly string[]) => words.length, ['a'])
const totals: number[] = await pool.map((net) => net * 1.19, [1, 2])
const named: string[] = await pool.map(async (word: string, i: number) => `${i}${word}`, new Set(['a']))
const wider: number[] = await pool.map((item: number | string) => String(item).length, [1, 2])
export const results = [added, inferred, awaited, optional, nothing, bounded, totals, named, wider]

interface Sale {
  readonly region: string
  readonly net?: number
}
declare const sales: readonly Sale[]
declare const columns: { readonly day: readonly Date[]; readonly net: Float64Array }

const ctx = new SessionContext({ backend: 'in-process' })
ctx.fromRows(sales, [field('region', int8)])
ctx.fromRows([{ a: 1 }, { b: null }])
ctx.fromColumns(columns, { day: date32, net: 'float32' })
ctx.fromColumns({ a: [1, null, undefined], b: ['x', 'y', 'z'], c: Uint8Array.of(1, 2, 3) }, { a: int64 })
ctx.fromColumns(Object.fromEntries([['a', [1]]]), Object.fromEntries([['a', int64]]))

lit(1)
lit(null, int64)
lit(1n, 'float64')
lit(5, uint64)
lit(5, decimal128(8, 2))
lit(new Date(), 'date32')
lit(new Date(), timestamp('ns'))
lit(0, time64())
lit(Uint8Array.of(1), 'binary')
lit('x', String(process.argv[2]))

await ctx
  .fromRows(sales)
  .select(col('region'))
  .toRows({ json: true, timeoutMs: 1000, signal: AbortSignal.timeout(9) })

interface Scores {
  score(row: { readonly net: number }, index: number): number
  later(text: string): Promise<string>
  readonly table: object
}
const typed = WorkerPool.fork<Scores>({ workers: 1 })
const scored: number = await typed.run('score', { net: 1 }, 0)
const awaitedByName: string[] = await typed.map('later', ['a'])
const unknownResult: unknown = await pool.run('anything', 1, 'x')
for await (const text of typed.imap('later', ['a'], { chunkSize: 2 })) text.toUpperCase()
for await (const length of pool.imapUnordered((word: string) => word.length, ['a'])) length.toFixed()
export const byName = [scored, awaitedByName, unknownResult]

// The slots give what was set: a session, to who says so.
getWorkerCtx()?.udfNames()
getWorkerCtx<SessionContext>()?.table('rates').collectColumns()
getSenderCtx<SessionContext>()?.withUdfInlining({ enabled: false })

// What workers call when they start.
WorkerPool.fork({ onWorkerStart: (rate: number, names: string[]) => [rate, names], initArgs: [1.19, ['de']] })
WorkerPool.fork({ onWorkerStart: async () => {} })
WorkerPool.fork<Scores>({ workerContext: new URL('file:///scores.js'), onWorkerStart: 'connect', initArgs: [1] })
new SessionContext({ onWorkerStart: (rate: number) => rate, initArgs: [1.19] })
