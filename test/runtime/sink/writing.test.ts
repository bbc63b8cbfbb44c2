// Files that jobs write: what is in them, when they get their names, and what stays where none are to be.

import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type DataFrame, SessionContext, type WriteSummary } from 'volley'

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
