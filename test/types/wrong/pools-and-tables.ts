// Calls in workers, tables, constants and options that must not compile.

import { decimal128, int64, list, lit, SessionContext, utf8, WorkerPool } from 'volley'

const pool = WorkerPool.fork({ workers: 1 })
// @ts-expect-error: a misspelt option
WorkerPool.fork({ wrokers: 1 })
// @ts-expect-error: what it gets is a number
WorkerPool.fork({ onWorkerStart: (rate: number) => rate, initArgs: ['1.19'] })
// @ts-expect-error: it gets two
WorkerPool.fork({ onWorkerStart: (rate: number, name: string) => [rate, name], initArgs: [1.19] })
// @ts-expect-error: arguments come in a list
new SessionContext({ onWorkerStart: (rate: number) => rate, initArgs: 1.19 })
// @ts-expect-error: an argument is missing
pool.run((a: number, b: number) => a + b, 1)
// @ts-expect-error: one too many
pool.run((a: number) => a, 1, 2)
// @ts-expect-error: of another type
pool.run((a: number) => a, 'x')
// @ts-expect-error: results are those of the function
const text: string = await pool.run((a: number) => a, 1)
// @ts-expect-error: promises are awaited in the worker
const promise: Promise<number>[] = await pool.map(async (a: number) => a, [1])
// @ts-expect-error: items are numbers
pool.map((word: string) => word, [1, 2])
// @ts-expect-error: the position is a number
pool.map((_: number, position: string) => position, [1])
// @ts-expect-error: items come one after another
pool.map((a: number) => a, 1)
// @ts-expect-error: a misspelt option
pool.map((a: number) => a, [1], { concurency: 1 })
// @ts-expect-error: a misspelt option
pool.runWith({ timeout: 1 }, () => 1)

export { promise, text }

const ctx = new SessionContext({ backend: 'in-process' })
// @ts-expect-error: a misspelt option
new SessionContext({ worker: 1 })
// @ts-expect-error: a misspelt option
ctx.fromRows([{ a: 1 }]).toRows({ jsn: true })
// @ts-expect-error: a misspelt option
ctx.fromRows([{ a: 1 }]).collect({ timeout: 1000 })
// @ts-expect-error: a misspelt option
ctx.readCsv('a.csv', { delimeter: ';' })
// @ts-expect-error: rows are objects
ctx.fromRows([1, 2])
// @ts-expect-error: columns are arrays
ctx.fromColumns({ a: 1 })
// @ts-expect-error: a type for a column that there is not
ctx.fromColumns({ a: [1] }, { A: int64 })

// @ts-expect-error: a text is no number
lit('1', int64)
// @ts-expect-error: a number is no text
lit(1, utf8)
// @ts-expect-error: decimals are whole numbers here, or texts that are cast
lit('1.5', decimal128(8, 2))
// @ts-expect-error: no list has a literal
lit([1], list(int64))
// @ts-expect-error: undefined is no constant
lit(undefined)
// @ts-expect-error: by name as well
lit(true, 'float64')

declare const typed: WorkerPool<{ score(net: number): number; readonly table: object }>
// @ts-expect-error: a name that the worker context does not export
typed.run('scor', 1)
// @ts-expect-error: an export that is no function
typed.run('table')
// @ts-expect-error: an argument of another type
typed.map('score', ['a'])
// @ts-expect-error: no such option
typed.imap('score', [1], { chunksize: 2 })
