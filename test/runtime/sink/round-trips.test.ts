// What was written is read again with equal values and equal types, here and by others.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata } from 'hyparquet'
import t, { type Test } from 'tap'
import { type DataFrame, SessionContext, typeName } from 'volley'
import { lacksPolars, polars } from '../../polars.ts'
import { everyType, isNested } from './every-type.ts'

const directory = await mkdtemp(join(tmpdir(), 'volley-round-'))
const ctx = new SessionContext({ workers: 1 })
t.teardown(async () => {
  await ctx.close()
  await rm(directory, { recursive: true, force: true })
})

const inDirectory = (name: string): string => join(directory, name)

const columnsOf = async (frame: DataFrame): Promise<string[]> =>
  (await frame.schema()).map(({ name, type }) => `${name}: ${typeName(type)}`)

async function sameTable(t: Test, read: DataFrame, written: DataFrame): Promise<void> {
  t.strictSame(await columnsOf(read), await columnsOf(written))
  t.strictSame(await read.toRows({ json: true }), await written.toRows({ json: true }))
}

const all = everyType(ctx)
await Promise.all([all.writeParquet(inDirectory('all.parquet')), all.writeArrow(inDirectory('all.arrow'))])

t.test('Volley reads every type again', { timeout: 300_000 }, async (t) => {
  await sameTable(t, ctx.readParquet(inDirectory('all.parquet')), all)
  await sameTable(t, ctx.readArrow(inDirectory('all.arrow')), all)
  await all.writeArrow(inDirectory('all.arrows'))
  await sameTable(t, ctx.readArrow(inDirectory('all.arrows')), all)
  const readable = everyType(ctx, ({ kind }) => kind !== 'null')
  await readable.writeJson(inDirectory('all.ndjson'))
  await sameTable(t, ctx.readJson(inDirectory('all.ndjson'), { schema: await readable.schema() }), readable)
  const flat = everyType(ctx, (type) => type.kind !== 'null' && !isNested(type))
  await flat.writeCsv(inDirectory('all.csv'), { nullValue: 'NULL' })
  const options = { schema: await flat.schema(), nullValues: ['NULL'] }
  await sameTable(t, ctx.readCsv(inDirectory('all.csv'), options), flat)
})

for (const compression of ['snappy', 'zstd', 'gzip', 'none'] as const) {
  t.test(`Parquet with ${compression} and several row groups`, { timeout: 300_000 }, async (t) => {
    const path = inDirectory(`${compression}.parquet`)
    await all.writeParquet(path, { compression, rowGroupRows: 3 })
    await sameTable(t, ctx.readParquet(path), all)
  })
}

t.test('columns that are read as dictionaries are written as their values', { timeout: 300_000 }, async (t) => {
  const words = Array.from({ length: 20_000 }, (_, i) => (i % 5 === 0 ? null : `word ${i % 7}`))
  const frame = ctx.fromColumns({ word: words, n: words.map((_, i) => i) })
  await frame.writeParquet(inDirectory('words.parquet'))
  const read = ctx.readParquet(inDirectory('words.parquet'))
  await sameTable(t, read, frame)
  await read.filter('n >= 0').writeParquet(inDirectory('again.parquet'), { rowGroupRows: 7_000 })
  await sameTable(t, ctx.readParquet(inDirectory('again.parquet')), frame)
  await read.writeJson(inDirectory('again.ndjson'))
  await sameTable(t, ctx.readJson(inDirectory('again.ndjson')), frame)
  await read.writeArrow(inDirectory('again.arrow'))
  await sameTable(t, ctx.readArrow(inDirectory('again.arrow')), frame)
  const { files } = await read.writeCsv(inDirectory('by-word'), { partitionBy: 'word' })
  t.strictSame(files.map(({ path, rows }) => [path.split('/').at(-2), rows]).toSorted()[0], [
    'word=__HIVE_DEFAULT_PARTITION__',
    4_000,
  ])
  t.equal(files.length, 8)
})

t.test('tables without rows, and without columns, keep what they have', { timeout: 300_000 }, async (t) => {
  const empty = all.filter('i8 > 127')
  await empty.writeParquet(inDirectory('empty.parquet'))
  await sameTable(t, ctx.readParquet(inDirectory('empty.parquet')), empty)
  await empty.writeArrow(inDirectory('empty'))
  await sameTable(t, ctx.readArrow(inDirectory('empty/*.arrow')), empty)
  t.equal((await all.select().writeParquet(inDirectory('columnless.parquet'))).rows, 4)
  const columnless = await readFile(inDirectory('columnless.parquet'))
  t.equal(parquetMetadata(new Uint8Array(columnless).buffer).num_rows, 4n)
})

t.test('seconds become milliseconds in Parquet, which has none', { timeout: 300_000 }, async (t) => {
  const seconds = ctx.fromColumns(
    { at: ['2024-02-29T12:00:00'], t: ['12:00:01'] },
    { at: 'timestamp(s)', t: 'time32(s)' },
  )
  await seconds.writeParquet(inDirectory('seconds.parquet'))
  t.strictSame(await columnsOf(ctx.readParquet(inDirectory('seconds.parquet'))), ['at: timestamp(ms)', 't: time32(ms)'])
})

t.test('DuckDB reads every type', { timeout: 300_000 }, async (t) => {
  const duckdb = await (await DuckDBInstance.create()).connect()
  t.teardown(() => duckdb.closeSync())
  const parquet = `'${inDirectory('all.parquet')}'`
  const described = await duckdb.runAndReadAll(`select column_name, column_type from (describe from ${parquet})`)
  const types = Object.fromEntries(described.getRows() as [string, string][])
  t.match(types, {
    truth: 'BOOLEAN',
    i8: 'TINYINT',
    i16: 'SMALLINT',
    i32: 'INTEGER',
    i64: 'BIGINT',
    u8: 'UTINYINT',
    u16: 'USMALLINT',
    u32: 'UINTEGER',
    u64: 'UBIGINT',
    f32: 'FLOAT',
    f64: 'DOUBLE',
    d9: 'DECIMAL(9,2)',
    d18: 'DECIMAL(18,2)',
    d20: 'DECIMAL(20,0)',
    d38: 'DECIMAL(38,3)',
    text: 'VARCHAR',
    bytes: 'BLOB',
    day: 'DATE',
    ms: 'TIMESTAMP',
    ns: 'TIMESTAMP_NS',
    utc: 'TIMESTAMP WITH TIME ZONE',
    rome: 'TIMESTAMP WITH TIME ZONE',
    t32: 'TIME',
    list: 'BIGINT[]',
    lists: 'VARCHAR[][]',
    struct: 'STRUCT(x INTEGER, y VARCHAR)',
    structs: 'STRUCT(x BIGINT)[]',
    map: 'MAP(VARCHAR, BIGINT)',
  })
  // Filters look at the statistics of row groups: what these leave out was not there.
  const conditions = [
    'u32 > 4000000000',
    'u64 > 18000000000000000000',
    'd38 < -5',
    'd20 > 5',
    "text > 'y'",
    'f64 < -1',
    "day < '1900-01-01'",
  ]
  for (const condition of conditions) {
    const counted = await duckdb.runAndReadAll(`select count(*) from ${parquet} where ${condition}`)
    t.strictSame(counted.getRows(), [[1n]], condition)
  }
  const rows = await duckdb.runAndReadAll(
    `select i64::varchar, d38::varchar, text, lists::json::varchar from ${parquet}`,
  )
  t.strictSame(rows.getRows()[0], [
    '-9223372036854775808',
    '-99999999999999999999999999999999999.999',
    '',
    '[["a",null],null,[]]',
  ])
})

t.test('Polars reads what it has types for', { skip: lacksPolars, timeout: 300_000 }, async (t) => {
  const frame = (polars as NonNullable<typeof polars>).readParquet(inDirectory('all.parquet'), {
    columns: ['i64', 'u8', 'f64', 'text', 'day', 'rome', 'list'],
  })
  t.strictSame(frame.getColumn('text').toArray(), ['', 'ä𝄞"\r\n', null, 'x'.repeat(40)])
  t.strictSame(frame.getColumn('u8').toArray(), [0, 255, null, 1])
  t.match(String(frame.getColumn('rome').dtype), /Datetime/)
})

const python = process.env.VOLLEY_TEST_PYTHON ?? 'python3'
const runPython = (script: string): Promise<string> =>
  promisify(execFile)(python, [fileURLToPath(new URL(script, import.meta.url)), directory]).then(({ stdout }) => stdout)
const lacks = await promisify(execFile)(python, ['-c', 'import pyarrow, polars']).then(
  () => false,
  () => `${python} has no pyarrow and polars: set VOLLEY_TEST_PYTHON to one that has`,
)

t.test('pyarrow and polars read equal tables from Parquet and Arrow', { skip: lacks, timeout: 300_000 }, async (t) => {
  t.equal(await runPython('read-all.py'), '')
})
