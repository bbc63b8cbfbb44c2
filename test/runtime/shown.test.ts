// What things show of themselves: printed, explained, described. Only show() and describe() run anything.

import { inspect } from 'node:util'
import { test } from 'tap'
import { col, functions as f, float64, SessionContext, udaf, udf, utf8, WorkerPool } from 'volley'
import { VolleyClient } from 'volley/client'
import { temporaryFiles } from './source/temporary-files.ts'

const rate = 1.19
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })
const session = () => new SessionContext({ backend: 'in-process', log: 'ignore' })

/** A job over a file that does not exist: whatever opens it fails. */
const job = (ctx: SessionContext) =>
  ctx
    .readCsv('/no/such/file.csv')
    .filter(col('net').gt(0))
    .withColumn('gross', gross(col('net')))
    .aggregate(['region'], [f.sum(col('gross')).alias('total')])
    .dropColumns('region')
    .sort('total desc')
    .distinct()
    .limit(3, 1)

test('a DataFrame prints its source and steps, and opens nothing', async (t) => {
  const shown = [
    'DataFrame',
    '  csv /no/such/file.csv',
    '  filter net > Int64(0)',
    '  withColumns gross = gross(net)',
    '  aggregate by region: sum(gross) AS total',
    '  dropColumns region',
    '  sort total DESC NULLS FIRST',
    '  distinct',
    '  limit 3 after 1',
  ].join('\n')
  t.equal(inspect(job(session())), shown)
  t.equal(String(job(session())), shown)
})

test('expressions, functions, sessions, pools and clients print what they are', async (t) => {
  t.equal(inspect({ e: col('a').add(1) }), '{ e: Expr(a + Int64(1)) }')
  t.equal(inspect(gross), 'ScalarUDF(gross(Float64) -> Float64)')
  const sum = class Total {
    add() {}
    merge() {}
    state() {
      return [0]
    }
    evaluate() {
      return 0
    }
  }
  t.equal(inspect(udaf(sum, [float64], float64, [float64])), 'AggregateUDF(Total(Float64) -> Float64)')
  t.equal(inspect(f.upper), '[Function: upper]')
  const ctx = new SessionContext({ workers: 2 })
  ctx.registerUdf(gross)
  ctx.registerTable('sales', ctx.fromRows([{ a: 1 }]))
  t.equal(inspect(ctx), 'SessionContext { backend: fork, workers: 2, tables: [sales], functions: [gross] }')
  await ctx.close()
  t.match(inspect(ctx), /, closed }$/)
  await using pool = WorkerPool.fork({ workers: 1 })
  t.match(inspect(pool), /^WorkerPool { workers: 1, starting: \d, idle: \d, busy: 0, queued: 0 }$/)
  t.equal(inspect(new VolleyClient({ url: 'http://localhost:1', token: 'secret' })), 'VolleyClient(http://localhost:1)')
})

test('explain() says what is read, computed and sent, and runs nothing', async (t) => {
  const ctx = session()
  const [path] = [temporaryFiles(t)('sales.csv', 'region,net,note\nnorth,2,x\nsouth,3,y\n')]
  const calls: number[] = []
  const counted = udf((net: number) => calls.push(net) * rate, [float64], float64, { name: 'counted' })
  const frame = ctx
    .readCsv(path)
    .filter(col('net').gt(1))
    .aggregate(['region'], [f.sum(counted(col('net'))).alias('total')])
  const text = await frame.explain({ partitions: 2 })
  t.match(text, /^Job\n {2}csv .*sales\.csv\n {2}filter net > Int64\(1\)\n {2}aggregate by region: /)
  t.match(text, /^Reads\n {2}columns: region, net \(2 of 3\)\n {2}skips what cannot hold: net >= 1\n/m)
  t.match(text, /^Stages\n {2}1: \d tasks?/m)
  t.match(text, /project region, total = sum\(counted\(net\)\)/)
  t.match(text, /^Columns\n {2}region: utf8\n {2}total: float64\n/m)
  t.match(text, /^Functions that travel\n {2}counted: scalar function, by value, \d+ bytes\n {4}/m)
  t.match(text, /^ {4}rate +by value +8 bytes$/m)
  t.strictSame(calls, [])
  await t.rejects(ctx.readCsv(path).select('nett').explain(), { code: 'unknown_column' })
  await t.rejects(job(ctx).explain(), { code: 'source_not_found' })
})

test('show() prints the first rows as a table', async (t) => {
  const write = t.capture(process.stdout, 'write', () => true)
  await session()
    .fromColumns({ id: [1, 2, 3], name: ['ann', null, 'bob'] })
    .show(2)
  const printed = write()
    .map(({ args }) => String(args[0]))
    .join('')
  t.equal(printed, '   id  name\nint64  utf8\n-----  ----\n    1  ann\n    2  null\n2 rows\n')
})

// As datafusion-python prints them for the same columns.
test('describe() gives the statistics of DataFusion', async (t) => {
  const frame = session().fromColumns(
    {
      i: [1, 2, null, 4],
      s: ['b', 'a', null, 'a'],
      b: [true, false, null, true],
      d: ['2024-01-01', null, '2024-03-01', null],
      l: [[1], [2], null, []],
      x: [Uint8Array.of(255), null, null, null],
    },
    { d: 'date32' },
  )
  const described = await frame.describe()
  t.strictSame(await described.collectColumns(), {
    describe: ['count', 'null_count', 'mean', 'std', 'min', 'max', 'median'],
    i: [3, 1, 2.3333333333333335, 1.5275252316519465, 1, 4, 2],
    s: ['3', '1', 'null', 'null', 'a', 'b', 'null'],
    b: ['3', '1', 'null', 'null', 'null', 'null', 'null'],
    d: ['2', '2', 'null', 'null', '2024-01-01', '2024-03-01', 'null'],
    l: ['3', '1', 'null', 'null', '[]', '[2]', 'null'],
    x: ['1', '3', 'null', 'null', 'ff', 'ff', 'null'],
  })
  const empty = await session().fromColumns({ i: [] }, { i: 'int64' }).describe()
  t.strictSame((await empty.collectColumns()).i, [0, null, null, null, null, null, null])
  t.strictSame((await described.schema()).map(({ type }) => type).slice(0, 2), [utf8, float64])
})
