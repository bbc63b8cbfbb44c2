// Arrow IPC to pyarrow, polars and nanoarrow, and back. Skipped where Python lacks them.

import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { SessionContext } from 'volley'

const python = process.env.VOLLEY_TEST_PYTHON ?? 'python3'
const script = fileURLToPath(new URL('fixtures/exchange.py', import.meta.url))
const skip = await promisify(execFile)(python, ['-c', 'import pyarrow, polars']).then(
  () => false,
  () => `${python} has no pyarrow and polars: set VOLLEY_TEST_PYTHON to one that has`,
)

t.test('toIPC() is read in Python, and what Python writes is read here', { skip, timeout: 240_000 }, async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  const directory = await mkdtemp(join(tmpdir(), 'volley-arrow-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const path = (name: string) => join(directory, name)
  const columns = {
    n: [1, null, -3],
    s: ['a', null, 'é'],
    b: [true, null, false],
    f: [1.5, null, -0.5],
    day: ['2024-02-29', null, '1969-12-31'],
    at: ['2024-01-01T00:00:00.5', null, '1969-12-31T23:59:59.5'],
    d: ['1.10', null, '-0.05'],
    l: [[1], [], null],
    r: [{ p: 1 }, null, { p: null }],
  }
  const types = { day: 'date32', at: 'timestamp(us)', d: 'decimal128(5,2)', l: 'list<int64>', r: 'struct<p:int64>' }
  const frame = ctx.fromColumns(columns, types)
  await writeFile(path('stream.arrows'), await frame.toIPC())
  await writeFile(path('file.arrow'), await frame.toIPC({ format: 'file' }))

  const { stdout } = await promisify(execFile)(python, [script, directory])
  const found: Record<string, unknown> = JSON.parse(stdout)
  t.ok(Object.keys(found).length >= 4, Object.keys(found).join(', '))
  const expected = {
    ...columns,
    at: ['2024-01-01 00:00:00.500000', null, '1969-12-31 23:59:59.500000'],
  }
  for (const [name, table] of Object.entries(found)) t.strictSame(table, expected, name)

  const rows = [
    {
      large: 'a',
      view: 'a',
      half: 1.5,
      fixed: [1, 2],
      dictionary: 'a',
      zoned: '1970-01-01T00:00:00.000001Z',
      duration: 'PT1S',
      struct: { p: 1 },
    },
    { large: null, view: null, half: null, fixed: null, dictionary: null, zoned: null, duration: null, struct: null },
    {
      large: 'c',
      view: 'longer than twelve bytes',
      half: -2,
      fixed: [3, 4],
      dictionary: 'a',
      zoned: '1970-01-01T00:00:00.000002Z',
      duration: 'PT2S',
      struct: { p: null },
    },
  ]
  for (const name of ['back.arrow', 'back.arrows']) {
    const frames = {
      bytes: ctx.fromArrow(await readFile(path(name))),
      'a Node stream': ctx.fromArrow(createReadStream(path(name), { highWaterMark: 100 })),
    }
    for (const [from, frame] of Object.entries(frames)) {
      t.strictSame(await frame.toRows({ json: true }), rows, `${name} from ${from}`)
    }
  }
})
