// ROLLUP, CUBE, GROUPING SETS and grouping(): DataFusion's answers over one partition and several, the three ways to ask,
// and what is refused.

import { readFileSync } from 'node:fs'
import t from 'tap'
import {
  col,
  cube,
  Expr,
  functions as f,
  groupingSets,
  int64,
  lit,
  rollup,
  SessionContext,
  typeName,
  udf,
  utf8,
} from 'volley'
import { builtInNames } from '../../functions/catalogue/function-names.ts'
import { DataFrame } from '../../runtime/dataframe.ts'
import { parseJobJson } from '../../runtime/job/json-job.ts'
import { parseQuery } from '../../runtime/job/sql-job.ts'
import type { ConformanceCase, Json } from '../conformance/cases.ts'
import { tableOf } from '../conformance/jobs.ts'

t.setTimeout(240_000)

interface Golden {
  readonly input: ConformanceCase['input']
  readonly cases: readonly { readonly sql: string; readonly rows: readonly (readonly Json[])[] }[]
  readonly refused: readonly string[]
}
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/grouping-sets.json', import.meta.url), 'utf8'))

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

/** The golden table in as many batches, each of which is a partition. */
const tableIn = (batches: number): DataFrame =>
  ctx.fromArrow(tableOf({ id: '', sql: '', kind: 'aggregate', input: golden.input }, batches))

function query(sql: string, batches: number): DataFrame {
  const { steps } = parseQuery(sql, { functions: builtInNames, tables: ['t'] })
  const { source } = tableIn(batches).job
  return new DataFrame(ctx, { source, steps })
}

/** The rows in an order of their own, doubles without their last digits. */
const unordered = (rows: readonly (readonly unknown[])[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row, (_, v) => (typeof v === 'number' ? Number(v.toPrecision(12)) : v))).sort()

async function rowsOf(frame: DataFrame, partitions = 1): Promise<readonly (readonly unknown[])[]> {
  return (await frame.toRows({ partitions, json: true })).map((row) => Object.values(row))
}

for (const partitions of [1, 3]) {
  t.test(`grouping sets over ${partitions} partitions give what DataFusion gives`, async (t) => {
    for (const { sql, rows } of golden.cases)
      t.same(unordered(await rowsOf(query(sql, partitions), partitions)), unordered(rows), sql)
  })
}

t.test('what DataFusion refuses about them is refused', async (t) => {
  for (const sql of golden.refused) await t.rejects(async () => query(sql, 1).schema(), { name: 'PlanError' }, sql)
})

const sales = ctx.fromColumns(
  { region: ['n', 's', 'n', null], year: [1, 1, 2, 1], net: [10, 20, 30, 40] },
  { region: utf8, year: int64, net: int64 },
)

t.test('the builders say what the texts say', async (t) => {
  const values = ['sum(net) as total', 'grouping(region, year) as g']
  const [region, year] = [col('region'), col('year')]
  const pairs: readonly (readonly [Expr, string])[] = [
    [rollup(region, year), 'rollup(region, year)'],
    [rollup([region, year]), 'ROLLUP ((region, year))'],
    [rollup(region.neq('x'), [region, year]), "rollup((region <> 'x'), (region, year))"],
    [cube(region, year), 'cube(region, year)'],
    [groupingSets([region, year], region, []), 'grouping sets ((region, year), (region), ())'],
    [groupingSets(rollup(region, year), cube(year)), 'grouping sets (rollup(region, year), cube(year))'],
  ]
  for (const [key, text] of pairs) {
    const built = sales.aggregate([key], [f.sum(col('net')).alias('total'), f.grouping(region, year).alias('g')])
    const read = sales.aggregate([text], values)
    t.same(read.job.steps, built.job.steps, text)
    t.same(await read.toRows(), await built.toRows())
  }
})

t.test('the rows come set by set, with the names and types of the keys', async (t) => {
  const frame = sales.aggregate(['rollup(region, year)'], ['sum(net) as total', 'grouping(region, year)'])
  t.same(
    (await frame.schema()).map(({ name, type, nullable }) => [name, typeName(type), nullable]),
    [
      ['region', 'utf8', true],
      ['year', 'int64', true],
      ['total', 'int64', true],
      ['grouping(region, year)', 'int32', false],
    ],
  )
  t.same(await rowsOf(frame), [
    ['n', 1, 10, 0],
    ['s', 1, 20, 0],
    ['n', 2, 30, 0],
    [null, 1, 40, 0],
    ['n', null, 40, 1],
    ['s', null, 20, 1],
    [null, null, 40, 1],
    [null, null, 100, 3],
  ])
})

t.test('only keys that some set is without become nullable', async (t) => {
  const known = ctx.fromRows([{ a: 1n, b: 2n }]).select('coalesce(a, 0) as a', 'coalesce(b, 0) as b')
  t.same(
    (await known.aggregate(['a', 'cube(b)'], []).schema()).map(({ name, nullable }) => [name, nullable]),
    [
      ['a', false],
      ['b', true],
    ],
  )
})

t.test('keys named inside a set keep their names, and calls see what the keys were made of', async (t) => {
  const frame = sales.aggregate([rollup(f.upper(col('region')).alias('net'))], ['max(region) as m', 'sum(net) as s'])
  t.same(await rowsOf(frame.sort('s', 'm')), [
    ['S', 's', 20],
    ['N', 'n', 40],
    [null, null, 40],
    [null, 's', 100],
  ])
})

t.test('sets take JSON jobs and expressions as bytes', async (t) => {
  const bytes = Buffer.from(cube(col('year')).toBytes()).toString('base64')
  const json = {
    source: { rows: [{ region: 'n', year: 1 }] },
    steps: [{ aggregate: { by: ['rollup(region)', { bytes }], values: ['grouping(region, year) as g'] } }],
  }
  const reading = {
    sql: { functions: builtInNames },
    decodeBytes: (encoded: Uint8Array) => Expr.fromBytes(encoded, ctx),
    table: () => sales.job,
    files: async (paths: readonly string[]) => paths,
  }
  const { job } = await parseJobJson(json, reading)
  t.same(await rowsOf(new DataFrame(ctx, job).select('g').sort('g')), [[0], [1], [2], [3]])
})

t.test('a function in keys and arguments is called once per row, whatever the number of sets', async (t) => {
  // The function travels as a copy, which has the globals of this process and nothing else of this test.
  const calls = { get: () => Reflect.get(globalThis, 'calls'), reset: () => Reflect.set(globalThis, 'calls', 0) }
  t.teardown(() => Reflect.deleteProperty(globalThis, 'calls'))
  const counted = udf(
    (value: bigint) => {
      Reflect.set(globalThis, 'calls', Reflect.get(globalThis, 'calls') + 1)
      return value * 2n
    },
    [int64],
    int64,
    { name: 'counted', volatility: 'volatile' },
  )
  calls.reset()
  const frame = sales.aggregate([cube(col('region'), counted(col('year')).alias('k'))], [f.count().alias('n')])
  t.equal((await frame.toRows()).length, 4 + 3 + 2 + 1)
  t.equal(calls.get(), 4)
  calls.reset()
  await sales.aggregate([cube(col('region'), col('year'))], [f.sum(counted(col('net'))).alias('n')]).toRows()
  t.equal(calls.get(), 4)
  const [total, ...parts] = await sales
    .aggregate(['rollup(region)'], ['grouping(region) as g', 'sum(random()) as r'])
    .sort('g desc')
    .toRows()
  const sum = parts.reduce((all, part) => all + Number(part.r), 0)
  t.ok(Math.abs(sum - Number(total?.r)) < 1e-9, 'the parts of a random number add up')
})

t.test('constants stay constant arguments', async (t) => {
  const frame = sales.aggregate(
    ['rollup(region)'],
    ["string_agg(region, '-' || '+') as s", 'nth_value(net, 1 + 1) as v'],
  )
  t.same((await rowsOf(frame)).at(-1), [null, 'n-+s-+n', 20])
})

t.test('distinct rows, windows and limits work over their results', async (t) => {
  const frame = sales
    .aggregate(['cube(region, year)'], ['sum(net) as s'])
    .select('region', 'row_number() over (order by s desc) as r')
    .filter('r <= 2')
  t.equal((await frame.toRows()).length, 2)
  t.equal(await sales.aggregate(['cube(region, year)'], []).count(), 10)
})

t.test('too many sets are refused before they are made', async (t) => {
  const keys = Array.from({ length: 13 }, (_, i) => lit(i))
  const cases: readonly (readonly [readonly Expr[], number])[] = [
    [[cube(...keys)], 8192],
    [[cube(...keys.slice(0, 7)), cube(...keys.slice(7))], 8192],
    [[cube(...Array.from({ length: 40 }, (_, i) => col(`c${i}`)))], 2 ** 40],
  ]
  for (const [by, count] of cases) {
    await t.rejects(sales.aggregate(by, []).schema(), {
      code: 'invalid_argument',
      message: `that makes ${count} sets of keys, at most 4096 are taken`,
    })
  }
  t.equal((await sales.aggregate([cube(...keys.slice(0, 12))], []).schema()).length, 12)
})

t.test('sets are refused where they mean nothing', async (t) => {
  for (const build of [rollup, cube, groupingSets])
    t.throws(() => build(), { code: 'invalid_argument', message: /of nothing: give it keys/ })
  for (const key of ['region', ['region'], 5] as unknown as readonly Expr[])
    t.throws(() => rollup(key), {
      code: 'invalid_argument',
      message: /not an expression: give it keys, as in rollup\(col/,
    })
  const a = col('region')
  const refused: readonly (readonly [DataFrame, RegExp])[] = [
    [sales.select(rollup(a)), /Cannot use ROLLUP \(region\) here: it stands for sets of keys/],
    [sales.aggregate([rollup(a).alias('x')], []), /Cannot use ROLLUP \(region\) here/],
    [sales.aggregate([rollup(cube(a))], []), /Cannot use CUBE \(region\) here/],
    [sales.aggregate([groupingSets([a, rollup(a)])], []), /Cannot use ROLLUP \(region\) here/],
    [sales.aggregate([a], [f.max(cube(a))]), /Cannot use CUBE \(region\) here/],
    [sales.aggregate([rollup(f.max(a))], []), /Cannot use max\(region\) here/],
  ]
  for (const [frame, message] of refused) await t.rejects(frame.schema(), { code: 'type_mismatch', message })
  t.throws(() => sales.aggregate(['rollup(region) + 1'], []), { code: 'syntax_error', message: /expected the end/ })
  t.throws(() => sales.aggregate(['rollup(region) as r'], []), { code: 'syntax_error' })
})

t.test('the groups of all sets count in the memory limit', async (t) => {
  const many = ctx.fromColumns({ a: Array.from({ length: 20_000 }, (_, i) => i) }, { a: int64 })
  const frame = many.aggregate(['cube(a, a + 1)'], ['array_agg(a) as l'])
  await t.rejects(frame.toRows({ maxMemoryBytes: 2 ** 20 }), {
    code: 'memory_limit',
    message: /^Cannot hold 60001 groups by 4 sets of keys: \d+ MiB are needed, the limit is 1 MiB/,
  })
  t.equal(await frame.count(), 60_001)
})

t.test('a column may be called like a word of grouping sets', async (t) => {
  const words = ctx.fromRows([{ rollup: 1n, cube: 2n, grouping: 3n, sets: 4n }])
  t.same(await rowsOf(words.aggregate(['rollup', 'cube(cube)', 'grouping'], ['max(sets) as sets'])), [
    [1, 2, 3, 4],
    [1, null, 3, 4],
  ])
})

t.test('grouping() takes keys alone, and no more than fit in its number', async (t) => {
  const a = col('region')
  const by = [rollup(a)]
  for (const value of [f.grouping(a).distinct(), f.grouping(a).filter(a.isNull()), f.grouping(a).orderBy(a)])
    await t.rejects(sales.aggregate(by, [value]).schema(), { code: 'type_mismatch', message: /reads no rows/ })
  const many = (count: number) => [f.grouping(...Array.from({ length: count }, () => a)).alias('g')]
  t.same((await sales.aggregate(by, many(31)).toRows()).at(-1), { region: null, g: 2 ** 31 - 1 })
  await t.rejects(sales.aggregate(by, many(32)).schema(), { message: /takes from 1 to 31 keys, got 32/ })
})
