// `volley run` as users run it: a process of its own, its outputs, its exit codes.

import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { childrenOf, spawnVolley } from '../server-process.ts'
import { volley } from '../spawn-server.ts'
import { dataRoot, isAlive, until } from '../with-server.ts'

const table = ['--table', `flights=${join(dataRoot, 'flights-3m.parquet')}`]
const top = {
  sql: 'select origin, count(*) as n from flights where delay > 60 group by origin order by n desc limit 2',
}
const directory = await mkdtemp(join(tmpdir(), 'volley-cli-'))

test('volley run', { timeout: 240_000 }, async (t) => {
  t.teardown(() => rm(directory, { recursive: true }))
  const job = join(directory, 'job.json')
  await writeFile(job, JSON.stringify(top))

  await t.test('writes the result to stdout and nothing else', async (t) => {
    const { code, stdout, stderr } = await volley(['run', job, ...table])
    t.equal(code, 0)
    t.equal(stdout, '{"origin":"ORD","n":12891}\n{"origin":"DFW","n":8893}\n')
    t.equal(stderr, '')
  })
  await t.test('prints a table', async (t) => {
    const { stdout } = await volley(['run', '-', '--format', 'table', ...table], { input: JSON.stringify(top) })
    t.equal(stdout, 'origin      n\nutf8    int64\n------  -----\nORD     12891\nDFW      8893\n2 rows\n')
  })
  await t.test('writes a file that is whole or not there', async (t) => {
    const out = join(directory, 'top.csv')
    t.equal((await volley(['run', job, '-o', out, ...table])).code, 0)
    t.equal(await readFile(out, 'utf8'), 'origin,n\nORD,12891\nDFW,8893\n')
    const failing = { source: { rows: [{ a: 0 }] }, steps: [{ select: ['1 / a as x'] }] }
    const bad = join(directory, 'bad.arrow')
    const { code, stderr } = await volley(['run', '-', '-o', bad], { input: JSON.stringify(failing) })
    t.equal(code, 1)
    t.match(stderr, /^volley: .*\[division_by_zero\]$/m)
    t.notOk((await readdir(directory)).some((name) => name.startsWith('bad')))
  })
  await t.test('writes where the sink of the job says, and tells of the files', async (t) => {
    const path = join(directory, 'sink.csv')
    const input = JSON.stringify({ source: { rows: [{ a: 1 }, { a: 2 }] }, sink: { csv: path } })
    const { stdout } = await volley(['run', '-'], { input })
    t.strictSame(JSON.parse(stdout), { file: path, rows: 2, bytes: 6 })
    t.equal(await readFile(path, 'utf8'), 'a\n1\n2\n')
    const twice = await volley(['run', '-', '-o', join(directory, 'twice.csv')], { input })
    t.equal(twice.code, 2)
    t.match(twice.stderr, /the job has a sink/)
  })
  await t.test('takes files for the parts of a request', async (t) => {
    const input = JSON.stringify({ source: { part: 't' }, steps: [{ filter: 'a > 1' }] })
    const part = join(directory, 'part.txt')
    await writeFile(part, 'a,b\n1,x\n2,y\n')
    t.equal((await volley(['run', '-', '--part', `t=${part}`], { input })).stdout, '{"a":2,"b":"y"}\n')
    const { code, stderr } = await volley(['run', '-'], { input })
    t.equal(code, 1)
    t.match(stderr, /there is no part "t". Give its file with --part NAME=FILE/)
  })
  await t.test('tells how a job would run, and runs nothing', async (t) => {
    const path = join(directory, 'explained.csv')
    const failing = { source: { rows: [{ a: 0 }] }, steps: [{ select: ['1 / a as x'] }], sink: { csv: path } }
    const { code, stdout, stderr } = await volley(['run', '-', '--explain'], { input: JSON.stringify(failing) })
    t.strictSame([code, stderr], [0, ''])
    t.match(stdout, /^Job\n {2}memory, \d+ bytes\n {2}select .*\n {2}write csv .*explained\.csv\nReads\n/)
    t.match(stdout, /\nColumns\n {2}x: int64\n$/)
    t.notOk((await readdir(directory)).includes('explained.csv'))
  })
  await t.test('runs the bytes and the JSON of a DataFrame', async (t) => {
    const frame = new SessionContext().fromColumns({ n: [1, 2, 3] }).filter('n > 1')
    const bytes = join(directory, 'frame.vlyjob')
    await writeFile(bytes, frame.toBytes())
    const lines = '{"n":2}\n{"n":3}\n'
    t.equal((await volley(['run', bytes])).stdout, lines)
    t.equal((await volley(['run', '-'], { input: JSON.stringify(frame) })).stdout, lines)
    await writeFile(bytes, frame.toBytes().subarray(0, -1))
    t.match((await volley(['run', bytes])).stderr, /\[wire_length\]$/m)
  })
  await t.test('points at what it cannot read in an expression', async (t) => {
    const job = { source: { rows: [{ a: 1 }] }, steps: [{ filter: 'a > 0 and\na >> > 1' }] }
    t.match(
      (await volley(['run', '-'], { input: JSON.stringify(job) })).stderr,
      /\[syntax_error\]\n {2}a >> > 1\n {7}\^\n$/,
    )
  })
  await t.test('says 1 for jobs that fail and 2 for usage', async (t) => {
    const unknown = await volley(['run', '-', ...table], { input: '{"sql":"select dely from flights"}' })
    t.equal(unknown.code, 1)
    t.equal(unknown.stderr, 'volley: No field named "dely". Did you mean "delay"? [unknown_column]\n')
    t.equal((await volley(['run', '-'], { input: '{' })).code, 1)
    t.equal((await volley(['run', join(directory, 'none.json')])).code, 2)
    t.equal((await volley(['run', job, '--workers', 'x'])).code, 2)
    t.equal((await volley(['run', job, '-o', 'result.xyz'])).code, 2)
    t.equal((await volley(['run', job, '-o', 'a.csv', '--format', 'ndjson'])).code, 2)
    t.equal((await volley(['nothing'])).code, 2)
    t.equal((await volley(['--help'])).code, 0)
  })
  await t.test('says 130 on Ctrl-C and leaves no process', async (t) => {
    const child = spawnVolley(['run', '-', '--format', 'ndjson', ...table])
    child.stdin?.end('{"source":{"table":"flights"}}')
    // Not reading any further holds the job up.
    await once(child.stdout ?? child, 'readable')
    const workers = childrenOf(child.pid ?? 0)
    child.kill('SIGINT')
    child.stdout?.resume()
    const [code] = await once(child, 'exit')
    t.equal(code, 130)
    t.ok(await until(() => !workers.some(isAlive)))
  })
})
