// SessionContext: sources in memory, registered functions and tables, and the workers it owns.

import { setImmediate } from 'node:timers/promises'
import {
  Dictionary,
  Int32,
  type RecordBatch,
  Table,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import t from 'tap'
import { type Backend, col, field, float64, int32, int64, SessionContext, typeName, udf, utf8 } from 'volley'
import { InProcessBackend } from '../../runtime/in-process.ts'

t.setTimeout(120_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

const half = udf((value: number) => value / 2, [float64], float64, { name: 'half' })

t.test('fromArrow() takes a table, a batch, or batches', async (t) => {
  const table = tableFromArrays({ a: Int32Array.of(1, 2, 3), s: ['x', 'y', 'x'] })
  const [batch] = table.batches
  if (batch === undefined) throw new Error('a table of rows has a batch')
  const rows = [
    { a: 1, s: 'x' },
    { a: 2, s: 'y' },
    { a: 3, s: 'x' },
  ]
  t.same(await ctx.fromArrow(table).toRows(), rows)
  t.same(await ctx.fromArrow(batch).toRows(), rows)
  t.same(await ctx.fromArrow([batch, batch.slice(1, 2)]).toRows(), [...rows, { a: 2, s: 'y' }])
  t.same(await ctx.fromArrow(tableFromIPC(tableToIPC(table))).toRows(), rows)
  t.same(
    (await ctx.fromArrow(table).schema()).map(({ type }) => typeName(type)),
    ['int32', 'dictionary<int32,utf8>'],
  )
})

t.test('fromArrow() takes slices, and dictionaries that differ from batch to batch', async (t) => {
  const words = (values: readonly (string | null)[]) =>
    new Table({ s: vectorFromArray(values, new Dictionary(new Utf8(), new Int32(), 1)) })
  const [first] = words(['b', 'a', null, 'b']).batches
  const [second] = words(['c', 'b']).batches
  if (first === undefined || second === undefined) throw new Error('a table of rows has a batch')
  const frame = ctx.fromArrow(first.slice(1, 4))
  t.same(await frame.collectColumns(), { s: ['a', null, 'b'] })
  t.same(await frame.sort('s').collectColumns(), { s: ['a', 'b', null] })
  t.same(await ctx.fromArrow(second).aggregate(['s'], ['count(*) as n']).sort('s').toRows(), [
    { s: 'b', n: 1n },
    { s: 'c', n: 1n },
  ])
})

t.test('fromArrow() refuses what is no Arrow data, and batches that do not go together', async (t) => {
  const batchOf = (columns: Parameters<typeof tableFromArrays>[0]): RecordBatch =>
    tableFromArrays(columns).batches[0] as RecordBatch
  const [a, b] = [batchOf({ a: Int32Array.of(1) }), batchOf({ b: Int32Array.of(1) })]
  t.throws(() => ctx.fromArrow([a, b]), {
    code: 'invalid_argument',
    message: /the schema of batch 1 is .*b: Int32.*, that of the first is .*a: Int32/,
  })
  for (const wrong of [{}, [], [{}], 'x', undefined])
    t.throws(() => ctx.fromArrow(wrong as never), { code: 'invalid_argument' })
})

t.test('sql() queries a registered table', async (t) => {
  ctx.registerUdf(udf((net: number) => net * 2, [float64], float64, { name: 'twice' }))
  ctx.registerTable('orders', ctx.fromColumns({ k: ['a', 'b', 'a'], net: [1, 2, 3] }).filter('net < 100'))
  const frame = ctx.sql(
    'select k, sum(twice(net)) as total, rank() over (order by k) as place from orders group by k order by total desc',
  )
  t.same(await frame.collectColumns(), { k: ['a', 'b'], total: [8, 4], place: [1, 2] })
  t.same(await ctx.sql('select * from orders where net > 1').select('net').collectColumns(), { net: [2, 3] })
  t.throws(() => ctx.sql('select 1 from ordres'), { code: 'unknown_table', message: /Did you mean "orders"\?/ })
  t.throws(() => ctx.sql('select k from'), { code: 'syntax_error' })
  t.same(await ctx.sql('select 1 + 1 as two, count(*) as n').toRows(), [{ two: 2n, n: 1n }])
})

t.test('registerTable() gives a table its name', async (t) => {
  ctx.registerTable('sales', ctx.fromColumns({ net: [1, 2, 3] }).filter('net > 1'))
  t.same(await ctx.table('sales').collectColumns(), { net: [2n, 3n] })
  t.throws(() => ctx.table('sale'), {
    code: 'unknown_table',
    message: 'No table named "sale". Did you mean "sales"?',
    details: { table: 'sale' },
  })
  t.throws(() => new SessionContext().table('sales'), {
    code: 'unknown_table',
    message: 'No table named "sales". Register it with registerTable',
  })
})

t.test('registerUdf() makes a function known to SQL text', async (t) => {
  ctx.registerUdf(half)
  t.equal(ctx.udf('half').definition, half.definition)
  t.same(
    await ctx
      .fromColumns({ a: [3] })
      .select('half(a) as h', 'HALF(a) + 1 as i')
      .toRows(),
    [{ h: 1.5, i: 2.5 }],
  )
  t.throws(() => ctx.udf('halff'), {
    code: 'unknown_function',
    message: 'No scalar function "halff" is registered. Did you mean "half"?',
  })
  t.throws(() => new SessionContext().parseExpr('half(a)'), { code: 'unknown_function' })
})

t.test('a registered function comes before the built-in of its name', async (t) => {
  const own = new SessionContext({ backend: 'in-process' })
  own.registerUdf(udf((text: string) => `<${text}>`, [utf8], utf8, { name: 'upper' }))
  t.same(
    await own
      .fromColumns({ s: ['a'] })
      .select('upper(s) as u')
      .toRows(),
    [{ u: '<a>' }],
  )
  await own.close()
})

t.test('parseExpr() reads text as the expression that calls would build', async (t) => {
  t.equal(ctx.parseExpr('a + 1').canonicalName(), col('a').add(1).canonicalName())
  t.equal(
    ctx.parseExpr('NAME', [field('name', utf8)]).canonicalName(),
    'name',
    'columns are found without regard to case',
  )
  t.throws(() => ctx.parseExpr('a +'), { code: 'syntax_error', details: { position: 3 } })
})

t.test('withUdfInlining() shares functions, tables and workers, and leaves the context as it is', async (t) => {
  const open = new SessionContext({ backend: 'in-process' })
  const strict = open.withUdfInlining({ enabled: false })
  open.registerUdf(half)
  strict.registerTable('t', strict.fromColumns({ a: [4] }))
  t.notOk(strict.udfInlining)
  t.ok(open.udfInlining)
  t.same(
    await strict
      .table('t')
      .select(half(col('a')).alias('h'))
      .toRows(),
    [{ h: 2 }],
    'by name, from the registry',
  )
  t.same(
    await open
      .table('t')
      .select(udf((v: bigint) => v + 1n, [int64], int64, { name: 'inc' })(col('a')).alias('i'))
      .toRows(),
    [{ i: 5n }],
  )
  const unknown = udf((v: bigint) => v, [int64], int64, { name: 'unknown' })
  await t.rejects(
    strict
      .table('t')
      .select(unknown(col('a')).alias('i'))
      .toRows(),
    { code: 'wire_not_registered' },
  )
  t.equal(await strict.backend(), await open.backend())
  await open.close()
})

t.test('jobs that start together share one backend', async (t) => {
  const own = new SessionContext({ backend: 'in-process' })
  const [first, second] = await Promise.all([own.backend(), own.withUdfInlining({ enabled: false }).backend()])
  t.equal(first, second)
  await own.close()
})

t.test('close() ends the backend, and what comes later is refused', async (t) => {
  let closed = 0
  const inner = new InProcessBackend()
  const backend: Backend = {
    concurrency: 1,
    run: (request, options) => inner.run(request, options),
    close: async () => void closed++,
  }
  const own = new SessionContext({ backend })
  const frame = own.fromColumns({ a: [1] })
  t.equal(await frame.count(), 1)
  await own.close()
  t.equal(closed, 1)
  await t.rejects(frame.collect(), { code: 'closed', message: 'Cannot run a job: the session context is closed' })
  await own.close()
  await new SessionContext().close()
})

t.test('a task in this process waits for its reader', async (t) => {
  await using own = new SessionContext({ backend: 'in-process' })
  const counts = globalThis as { seen?: number }
  const seen = udf(
    (value: number) => {
      const counts = globalThis as { seen?: number }
      counts.seen = (counts.seen ?? 0) + 1
      return value
    },
    [float64],
    float64,
    { name: 'seen', volatility: 'volatile' },
  )
  const frame = own.fromColumns({ a: new Float64Array(20 * 65_536) }).select(seen(col('a')))
  const batches = frame.stream({ partitions: 1 })
  await batches.next()
  for (let turn = 0; turn < 200; turn++) await setImmediate()
  t.ok((counts.seen ?? 0) >= 65_536)
  t.ok((counts.seen ?? 0) <= 6 * 65_536, `${counts.seen} rows were computed though nobody read on`)
  await batches.return(undefined)
})

t.test('SessionContext.global() is one for the process', (t) => {
  t.equal(SessionContext.global(), SessionContext.global())
  t.end()
})

t.test('tables of no rows and no columns keep their schema', async (t) => {
  const none = ctx.fromColumns({ a: [] }, { a: int32 })
  t.same(await none.collectColumns(), { a: [] })
  t.same((await none.collect()).schema.names, ['a'])
  t.equal(await none.aggregate(['a'], []).count(), 0)
  t.same(await none.sort('a').limit(2).toRows(), [])
  t.same(await ctx.fromColumns({}).toRows(), [])
})
