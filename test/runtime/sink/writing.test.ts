// Files that jobs write: what is in them, when they get their names, and what stays where none are to be.

import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { parquetMetadata } from 'hyparquet'
import t from 'tap'
import { type CsvWriteOptions, col, type DataFrame, int32, SessionContext, udf, type WriteSummary } from 'volley'
import { outputError } from '../../../runtime/sink/output-errors.ts'

const directory = await mkdtemp(join(tmpdir(), 'volley-sink-'))
const ctx = new SessionContext({ workers: 2 })
t.teardown(async () => {
  await ctx.close()
  await rm(directory, { recursive: true, force: true })
})

let count = 0
/** A directory of one test's own. */
async function folder(): Promise<string> {
  const path = join(directory, String(count++))
  await mkdir(path)
  return path
}

const numbers = (rows: number): DataFrame =>
  ctx.fromColumns({ n: Int32Array.from({ length: rows }, (_, i) => i), name: Array.from({ length: rows }, nameOf) })
const nameOf = (_: unknown, i: number): string => `name ${i % 7}`

type Write = (
  df: DataFrame,
  path: string,
  options?: { overwrite?: boolean; partitions?: number },
) => Promise<WriteSummary>
const formats: Readonly<Record<string, readonly [write: Write, read: (path: string) => DataFrame]>> = {
  'x.parquet': [(df, path, options) => df.writeParquet(path, options), (path) => ctx.readParquet(path)],
  'x.arrow': [(df, path, options) => df.writeArrow(path, options), (path) => ctx.readArrow(path)],
  'x.arrows': [(df, path, options) => df.writeArrow(path, options), (path) => ctx.readArrow(path)],
  'x.csv': [(df, path, options) => df.writeCsv(path, options), (path) => ctx.readCsv(path)],
  'x.ndjson': [(df, path, options) => df.writeJson(path, options), (path) => ctx.readJson(path)],
}

for (const [name, [write, read]] of Object.entries(formats)) {
  t.test(`a file of several tasks' rows has them in their order: ${name}`, { timeout: 300_000 }, async (t) => {
    const path = join(await folder(), name)
    const source = join(await folder(), 'source.csv')
    await writeFile(source, `n,name\n${Array.from({ length: 50_000 }, (_, i) => `${i},name ${i % 7}\n`).join('')}`)
    const frame = ctx.readCsv(source).filter('n % 3 = 0')
    const summary = await write(frame, path, { partitions: 5 })
    t.equal(summary.rows, 16_667)
    t.equal(summary.bytes, (await stat(path)).size)
    t.strictSame(summary.files, [{ path, rows: 16_667, bytes: summary.bytes }])
    t.strictSame(await read(path).collectColumns(), await frame.collectColumns())
    t.strictSame(await readdir(join(path, '..')), [name], 'nothing else is there')
  })

  t.test(`what exists is replaced only when asked: ${name}`, { timeout: 300_000 }, async (t) => {
    const path = join(await folder(), name)
    await writeFile(path, 'mine')
    await t.rejects(write(numbers(3), path), { code: 'output_exists', message: /it exists/ })
    t.equal(await readFile(path, 'utf8'), 'mine')
    await write(numbers(3), path, { overwrite: true })
    t.equal(await read(path).count(), 3)
    t.strictSame(await readdir(join(path, '..')), [name])
  })
}

t.test('a failure leaves nothing behind, and what was there stays', { timeout: 300_000 }, async (t) => {
  const path = await folder()
  await writeFile(join(path, 'x.parquet'), 'mine')
  const failing = numbers(10).select('1 / (n - 9) as x')
  await t.rejects(failing.writeParquet(join(path, 'x.parquet'), { overwrite: true }), { code: 'division_by_zero' })
  await t.rejects(failing.writeCsv(join(path, 'out')), { code: 'division_by_zero' })
  await t.rejects(failing.writeJson(join(path, 'y.ndjson'), { signal: AbortSignal.abort() }), { code: 'cancelled' })
  const dying = udf((n: number) => (n === 9 ? Number(process.kill(process.pid, 'SIGKILL')) : n), [int32], int32, {
    name: 'dying',
  })
  await t.rejects(
    numbers(10)
      .select(dying(col('n')).alias('n'))
      .writeArrow(join(path, 'z')),
    { code: 'worker_lost' },
  )
  const cancelling = new AbortController()
  const source = join(await folder(), 'many.csv')
  await writeFile(source, `n\n${'1\n'.repeat(400_000)}`)
  const onProgress = (): void => cancelling.abort()
  await t.rejects(
    ctx.readCsv(source).writeParquet(join(path, 'w.parquet'), { signal: cancelling.signal, onProgress, partitions: 4 }),
    { code: 'cancelled' },
  )
  t.strictSame(await readdir(path), ['x.parquet'])
  t.equal(await readFile(join(path, 'x.parquet'), 'utf8'), 'mine')
})

t.test('places where nothing can be written are named in plain words', { timeout: 300_000 }, async (t) => {
  const path = await folder()
  await writeFile(join(path, 'file'), '')
  await mkdir(join(path, 'directory'))
  await symlink('loop', join(path, 'loop'))
  const cases = [
    [join(path, 'missing/x.csv'), 'output_unwritable', /the directory it would be in does not exist; create it first/],
    [join(path, 'file/x.csv'), 'output_unwritable', /a part of the path is a file, not a directory/],
    [join(path, 'file'), 'output_unwritable', /there is a file of that name, and a directory is to be written/],
    [join(path, 'loop/x.csv'), 'output_unwritable', /its links lead in a circle/],
    [join(path, `${'x'.repeat(300)}.csv`), 'output_unwritable', /a name is longer than the file system allows/],
    ['/dev/full.csv/x.csv', 'output_unwritable', /does not exist/],
  ] as const
  for (const [target, code, message] of cases) {
    const error = await numbers(3)
      .writeCsv(target)
      .catch((thrown: Error) => thrown)
    t.match(error, { code, message }, target)
    t.notMatch((error as Error).message, /E[A-Z]{3,}|errno|syscall/)
  }
  await mkdir(join(path, 'x.csv'))
  await t.rejects(numbers(3).writeCsv(join(path, 'x.csv'), { overwrite: true }), {
    code: 'output_unwritable',
    message: /it is a directory; name a file in it/,
  })
})

t.test('options are checked before anything runs', { timeout: 300_000 }, async (t) => {
  const path = join(await folder(), 'x')
  const frame = numbers(3)
  const wrong = (options: object): Promise<unknown> => frame.writeParquet(path, options)
  await t.rejects(wrong({ overwirte: true }), { code: 'invalid_argument', message: /Did you mean "overwrite"/ })
  await t.rejects(wrong({ compression: 'brotli' }), { code: 'invalid_argument', message: /snappy, zstd, gzip, none/ })
  await t.rejects(wrong({ rowGroupRows: 0 }), { code: 'invalid_argument', message: /a whole number from 1/ })
  await t.rejects(wrong({ partitionBy: 'nam' }), { code: 'unknown_column', message: /Did you mean "name"/ })
  await t.rejects(wrong({ partitionBy: ['n', 'n'] }), { code: 'invalid_argument', message: /twice/ })
  await t.rejects(wrong({ partitionBy: ['n', 'name'] }), { code: 'invalid_argument', message: /no column is left/ })
  await t.rejects(wrong({ partitionBy: 3 }), { code: 'invalid_argument' })
  await t.rejects(wrong({ overwrite: 'yes' }), { code: 'invalid_argument', message: /true or false/ })
  await t.rejects(frame.writeParquet('x.csv'), { code: 'invalid_argument', message: /its name says csv/ })
  await t.rejects(frame.writeParquet('https://example.org/x.parquet'), { code: 'invalid_argument' })
  await t.rejects(frame.writeParquet(''), { code: 'invalid_argument' })
  await t.rejects(frame.writeCsv(path, { delimiter: ';;' }), {
    code: 'invalid_argument',
    message: /one ASCII character/,
  })
  await t.rejects(frame.writeCsv(path, { nullValue: 'a,b' }), { code: 'invalid_argument', message: /never quoted/ })
  await t.rejects(frame.select('[n] as l', 'name').writeCsv(path, { partitionBy: 'l' }), { code: 'not_implemented' })
  await t.rejects(frame.select("interval '1 day' as i").writeParquet(path), { code: 'not_implemented', message: /"i"/ })
})

t.test('what the system says is told in plain words', async (t) => {
  const failure = (code: string): Error => Object.assign(new Error(`${code}: no`), { code, syscall: 'write' })
  t.match(outputError('/x', failure('ENOSPC')), { code: 'storage_failed', message: /there is no space left/ })
  t.match(outputError('/x', failure('EACCES')), { code: 'output_unwritable', message: /there is no permission/ })
  t.match(outputError('/x', failure('EROFS')), { code: 'output_unwritable', message: /read-only/ })
  t.match(outputError('/x', failure('EWHAT')), { code: 'storage_failed', details: { path: '/x', errno: 'EWHAT' } })
  const other = new TypeError('mine')
  t.equal(outputError('/x', other), other, 'what is no failure of the system stays')
})

t.test('CSV takes its options, and quotes what needs it', { timeout: 300_000 }, async (t) => {
  const path = await folder()
  const frame = ctx.fromColumns({
    'a;b': ['x', 'NULL', null, '', 'p;q', "it's", 'l\nl'],
    n: [1.5, null, 0, -0, Number.NaN, 1, 2],
  })
  const text = async (name: string, options: CsvWriteOptions): Promise<string> => {
    await frame.writeCsv(join(path, name), options)
    return readFile(join(path, name), 'utf8')
  }
  t.equal(await text('a.csv', {}), 'a;b,n\nx,1.5\nNULL,\n,0\n"",0\np;q,NaN\nit\'s,1\n"l\nl",2\n')
  t.equal(
    await text('b.csv', { delimiter: ';', quote: "'", nullValue: 'NULL', header: false }),
    "x;1.5\n'NULL';NULL\nNULL;0\n'';0\n'p;q';NaN\n'it''s';1\n'l\nl';2\n",
  )
  t.match(await text('c.tsv', {}), /^a;b\tn\nx\t1\.5\n/)
  const one = ctx.fromColumns({ n: [1, null, 3] })
  await one.writeCsv(join(path, 'one.csv'))
  t.equal(await readFile(join(path, 'one.csv'), 'utf8'), 'n\n1\n""\n3\n')
  t.strictSame(await ctx.readCsv(join(path, 'one.csv')).collectColumns(), { n: [1n, null, 3n] })
})

t.test('long texts are written in fewer rows at a time', { timeout: 300_000 }, async (t) => {
  const path = join(await folder(), 'long.parquet')
  const long = numbers(300).select('n', "repeat('x', 500000) as text")
  t.equal((await long.writeParquet(path)).rows, 300)
  const { row_groups: groups } = parquetMetadata(new Uint8Array(await readFile(path)).buffer)
  t.ok(groups.length >= 2, `${groups.length} row groups`)
  t.strictSame(
    await ctx.readParquet(path).aggregate([], ['sum(n) as n', 'min(length(text)) as l']).toRows({ json: true }),
    [{ n: 44_850, l: 500_000 }],
  )
})

t.test('odd names of columns stay', { timeout: 300_000 }, async (t) => {
  const path = await folder()
  const frame = ctx.fromColumns({ '': [1], 'a.b': [2], 'ä=/"': [3] })
  await frame.writeParquet(join(path, 'x.parquet'))
  t.strictSame(await ctx.readParquet(join(path, 'x.parquet')).collectColumns(), await frame.collectColumns())
  await frame.writeArrow(join(path, 'x.arrow'))
  t.strictSame(await ctx.readArrow(join(path, 'x.arrow')).collectColumns(), await frame.collectColumns())
  const { files } = await frame.writeJson(join(path, 'x'), { partitionBy: 'ä=/"' })
  t.match(files[0]?.path, /%C3%A4%3D%2F%22=3\/part-0\.ndjson$/)
})

t.test('a job with a sink is plain data; its result is a row for each file', { timeout: 300_000 }, async (t) => {
  const path = join(await folder(), 'out')
  const sink = { kind: 'csv', path, partitionBy: ['name'], options: { header: false } } as const
  const { job } = numbers(14)
  const { schema, stream, done } = await ctx.submit(
    { ...JSON.parse(JSON.stringify({ sink })), source: job.source, steps: job.steps },
    {},
  )
  t.strictSame(
    schema.map((field) => field.name),
    ['file', 'rows', 'bytes'],
  )
  const table = tableFromIPC(await Array.fromAsync(stream))
  t.equal(table.numRows, 7)
  t.strictSame(table.get(0)?.toJSON(), { file: join(path, 'name=name%200/part-0.csv'), rows: 2n, bytes: 4n })
  t.equal((await done).rows, 14)
  const refused = ctx.submit({ ...job, sink: { ...sink, options: { headers: false } as object } }, {})
  await t.rejects(refused, { code: 'invalid_argument', message: /Did you mean "header"/ })
})
