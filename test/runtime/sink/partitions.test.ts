// Directories of files: their names, what is in them, and what happens to what was there.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import { float64, SessionContext, type WriteSummary } from 'volley'
import { processName } from '../../../runtime/bytes/process-name.ts'

const directory = await mkdtemp(join(tmpdir(), 'volley-partitions-'))
const ctx = new SessionContext({ workers: 2 })
t.teardown(async () => {
  await ctx.close()
  await rm(directory, { recursive: true, force: true })
})

let count = 0
const target = (): string => join(directory, `out-${count++}`)
const inside = (path: string, { files }: WriteSummary): string[] =>
  files.map((file) => file.path.slice(path.length + 1))

const sales = ctx.fromColumns({
  region: ['north', 'south', null, 'north'],
  year: [2023, 2024, 2024, 2024],
  net: [1, 2, 3, 4],
})

t.test('partitions are directories, whose columns are not in the files', { timeout: 300_000 }, async (t) => {
  const path = target()
  const summary = await sales.writeCsv(path, { partitionBy: ['region', 'year'] })
  t.equal(summary.rows, 4)
  t.strictSame(inside(path, summary), [
    'region=north/year=2023/part-0.csv',
    'region=south/year=2024/part-0.csv',
    'region=__HIVE_DEFAULT_PARTITION__/year=2024/part-0.csv',
    'region=north/year=2024/part-0.csv',
  ])
  t.equal(await readFile(join(path, 'region=north/year=2024/part-0.csv'), 'utf8'), 'net\n4\n')
  t.strictSame(await readdir(directory), [path.split('/').at(-1)])
})

t.test('values that are no names are escaped, and DuckDB reads them back', { timeout: 300_000 }, async (t) => {
  const k = ['a/b', 'c=d', 'ä ö', '', '..', '%41', 'x:y*?"<>|\\', 'a\nb', '__HIVE_DEFAULT_PARTITION__']
  const frame = ctx.fromColumns({ k, n: k.map((_, i) => i) })
  const path = target()
  const summary = await frame.writeParquet(path, { partitionBy: 'k' })
  t.strictSame(inside(path, summary).slice(0, 3), [
    'k=a%2Fb/part-0.parquet',
    'k=c%3Dd/part-0.parquet',
    'k=%C3%A4%20%C3%B6/part-0.parquet',
  ])
  t.equal(inside(path, summary).at(-1), 'k=%5F_HIVE_DEFAULT_PARTITION__/part-0.parquet', 'a text that looks like null')
  const duckdb = await (await DuckDBInstance.create()).connect()
  t.teardown(() => duckdb.closeSync())
  const read = await duckdb.runAndReadAll(
    `select k from read_parquet('${path}/**/*.parquet', hive_partitioning = true, hive_types_autocast = false) order by n`,
  )
  t.strictSame(read.getRows().flat(), k)
})

t.test('numbers, NaN and null make names', { timeout: 300_000 }, async (t) => {
  const path = target()
  const frame = ctx.fromColumns({ f: [Number.NaN, 1.5, null, -1], n: [1, 2, 3, 4] }, { f: float64 })
  t.strictSame(inside(path, await frame.writeJson(path, { partitionBy: 'f' })), [
    'f=NaN/part-0.ndjson',
    'f=1.5/part-0.ndjson',
    'f=__HIVE_DEFAULT_PARTITION__/part-0.ndjson',
    'f=-1/part-0.ndjson',
  ])
})

t.test('more partitions than files are open at a time', { timeout: 600_000 }, async (t) => {
  const path = target()
  const rows = ctx.fromColumns({ n: Int32Array.from({ length: 3_000 }, (_, i) => i) })
  const summary = await rows.select('n % 150 as p', 'n', 'n as m').writeArrow(path, { partitionBy: 'p', partitions: 2 })
  t.equal(summary.rows, 3_000)
  const read = ctx.readArrow(join(path, '*/*.arrow'))
  t.strictSame(await read.aggregate([], ['sum(n) as s', 'count(*) as c']).toRows(), [{ s: 4_498_500n, c: 3_000n }])
})

t.test('a directory without partitions has a file per task with rows', { timeout: 300_000 }, async (t) => {
  const path = `${target()}.d/`
  const summary = await ctx.fromColumns({ n: [1, 2, 3] }).writeParquet(path)
  t.strictSame(inside(path.slice(0, -1), summary), ['part-0.parquet'])
  const none = target()
  t.strictSame(inside(none, await sales.filter('net > 9').writeParquet(none)), ['part-0.parquet'], 'the columns stay')
  const noPartition = target()
  t.strictSame(
    inside(noPartition, await sales.filter('net > 9').writeParquet(noPartition, { partitionBy: 'year' })),
    [],
  )
  t.strictSame(await readdir(noPartition), [])
})

t.test('overwriting replaces a directory as a whole, and only one that jobs wrote', { timeout: 300_000 }, async (t) => {
  const path = target()
  await sales.writeCsv(path, { partitionBy: 'year' })
  await t.rejects(sales.writeCsv(path, { partitionBy: 'region' }), { code: 'output_exists' })
  await sales.writeCsv(path, { partitionBy: 'region', overwrite: true })
  t.strictSame((await readdir(path)).toSorted(), ['region=__HIVE_DEFAULT_PARTITION__', 'region=north', 'region=south'])
  await writeFile(join(path, 'region=north', 'notes.txt'), 'mine')
  await t.rejects(sales.writeCsv(path, { overwrite: true }), { code: 'output_exists', message: /notes\.txt/ })
  t.equal(await readFile(join(path, 'region=north', 'notes.txt'), 'utf8'), 'mine')
  const empty = target()
  await mkdir(empty)
  t.equal((await sales.writeCsv(empty)).rows, 4, 'an empty directory holds nothing')
})

t.test('what a killed process left behind goes with the next job', { timeout: 600_000 }, async (t) => {
  const place = target()
  await mkdir(place)
  const child = fork(fileURLToPath(new URL('begin-output.ts', import.meta.url)), [join(place, 'out')], {
    stdio: 'inherit',
  })
  await once(child, 'message')
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  const left = await readdir(place)
  t.equal(left.length, 1)
  t.match(left[0], `.out.volley-${hostname().slice(0, 10)}`)
  const running = `.out.volley-${hostname()
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, 60)}-${processName}-0123abcd`
  await mkdir(join(place, running))
  await sales.writeCsv(join(place, 'out'))
  t.strictSame((await readdir(place)).toSorted(), [running, 'out'], 'that of a running process stays')
})
