// `volley sql`, `convert` and `schema` as users run them: files and pipes in and out, and the words for what is wrong.

import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { childrenOf, spawnVolley } from '../server-process.ts'
import { volley } from '../spawn-server.ts'
import { dataRoot, isAlive, until } from '../with-server.ts'

const directory = await mkdtemp(join(tmpdir(), 'volley-sql-'))
const at = (name: string): string => join(directory, name)
const flights = join(dataRoot, 'flights-3m.parquet')
await writeFile(at('t.csv'), 'a,b\n1,x\n2,"y,z"\n')
const rows = '{"a":1,"b":"x"}\n{"a":2,"b":"y,z"}\n'

test('volley sql', { timeout: 300_000 }, async (t) => {
  await t.test('reads files as tables, stdin, and nothing', async (t) => {
    const named =
      'select origin, count(*) as n from flights_3m where delay > 60 group by origin order by n desc limit 1'
    t.strictSame(await volley(['sql', named, flights, at('t.csv')]), {
      code: 0,
      stdout: '{"origin":"ORD","n":12891}\n',
      stderr: '',
    })
    t.match(await volley(['sql', 'select * from stdin', '-', '--format', 'csv'], { input: rows }), {
      code: 0,
      stdout: 'a,b\n1,x\n2,"y,z"\n',
    })
    t.match(await volley(['sql', 'select 1 + 1 as two', '--format', 'json']), { code: 0, stdout: '[\n{"two":2}\n]\n' })
    t.match(
      await volley(['sql', 'select b from T', '--table', `t=${at('t.csv')}`, '--format', 'table', '--rows', '1']),
      {
        stdout: 'b\nutf8\n----\nx\n1 of 2 rows\n',
      },
    )
  })

  await t.test('calls functions of a worker context, which may keep something open', async (t) => {
    const module = join(import.meta.dirname, '../../fixtures/contexts/of-command.ts')
    const called = ['sql', 'select twice(a) as b from t', at('t.csv'), '--worker-context', module]
    t.strictSame(await volley(called), { code: 0, stdout: '{"b":2}\n{"b":4}\n', stderr: '' })
  })

  await t.test('points at what it cannot read, and says how tables are given', async (t) => {
    t.match(await volley(['sql', 'select a,, b\nfrom t', at('t.csv')]), {
      code: 1,
      stdout: '',
      stderr: /^volley: Cannot read the query at position 9: .* \[syntax_error\]\n {2}select a,, b\n {11}\^\n$/,
    })
    t.match(await volley(['sql', 'select a from nothing', at('t.csv')]), {
      code: 1,
      stderr:
        'volley: No table named "nothing". The tables are t. Give its file after the query, or --table nothing=FILE [unknown_table]\n',
    })
  })

  await t.test('keeps a file that exists, and replaces it with --force', async (t) => {
    await writeFile(at('kept.csv'), 'mine\n')
    await symlink(at('kept.csv'), at('link.csv'))
    const query = ['sql', 'select a from t', at('t.csv'), '--out']
    t.match(await volley([...query, at('kept.csv')]), { code: 2, stderr: /it exists, .* --force .*\[usage_error\]\n$/ })
    t.equal(await readFile(at('kept.csv'), 'utf8'), 'mine\n')
    t.match(await volley([...query, at('link.csv'), '--force']), { code: 0, stderr: '' })
    t.equal(await readFile(at('kept.csv'), 'utf8'), 'a\n1\n2\n', 'what the link leads to')
    t.notOk((await readdir(directory)).some((name) => name.endsWith('.part')))
  })

  await t.test('ends well when its reader has had enough', async (t) => {
    const child = spawnVolley(['sql', 'select * from flights_3m', flights])
    let stderr = ''
    child.stderr?.on('data', (text) => {
      stderr += text
    })
    await once(child.stdout ?? child, 'data')
    child.stdout?.destroy()
    const [code] = await once(child, 'close')
    t.equal(code, 0)
    t.equal(stderr, '')
  })

  await t.test('ends on Ctrl-C while it waits for stdin or writes a file, and leaves nothing', async (t) => {
    const out = at('half.ndjson')
    const child = spawnVolley(['sql', 'select * from flights_3m', flights, '--out', out])
    t.ok(await until(async () => (await readdir(directory)).some((name) => name.includes('half'))))
    const workers = childrenOf(child.pid ?? 0)
    child.kill('SIGINT')
    t.strictSame(await once(child, 'exit'), [130, null])
    t.notOk((await readdir(directory)).some((name) => name.includes('half')))
    t.ok(await until(() => !workers.some(isAlive)))
    await mkdir(at('scratch'))
    // Waits for stdin; has begun to start workers.
    for (const args of [
      ['schema', '-'],
      ['sql', 'select 1'],
    ]) {
      const started = spawnVolley(args, { TMPDIR: at('scratch') })
      t.ok(await until(async () => (await readdir(at('scratch'))).length > 0))
      started.kill('SIGINT')
      t.strictSame(await once(started, 'exit'), [130, null])
      t.strictSame(await readdir(at('scratch')), [])
    }
  })
})

test('volley convert and schema', { timeout: 300_000 }, async (t) => {
  t.teardown(() => rm(directory, { recursive: true }))
  t.match(await volley(['convert', at('t.csv'), at('t.parquet')]), { code: 0, stdout: '', stderr: '' })
  t.match(await volley(['convert', at('t.parquet'), at('t.arrow')]), { code: 0, stdout: '', stderr: '' })
  t.match(await volley(['convert', at('t.arrow'), '-', '--format', 'ndjson']), { code: 0, stdout: rows })
  t.match(await volley(['schema', at('t.parquet')]), {
    stdout: 'column  type   nullable\na       int64  yes\nb       utf8   yes\n2 rows, 2 columns, parquet\n',
  })
  await volley(['convert', at('t.arrow'), at('by-b'), '--format', 'csv', '--partition-by', 'b'])
  t.equal(await readFile(at('by-b/b=x/part-0.csv'), 'utf8'), 'a\n1\n')
  const { stdout } = await volley(['schema', '-', '--json', '--delimiter', ';', '--no-header'], { input: '1;x\n' })
  t.strictSame(JSON.parse(stdout), {
    format: 'csv',
    rows: null,
    columns: [
      { name: 'column_1', type: 'int64', nullable: true },
      { name: 'column_2', type: 'utf8', nullable: true },
    ],
  })
})
