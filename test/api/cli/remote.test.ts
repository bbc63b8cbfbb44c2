// The commands that ask a server, as users run them.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { commands } from '../../../api/cli/commands.ts'
import { spawnVolley } from '../server-process.ts'
import { volley } from '../spawn-server.ts'
import { dataRoot, onDelay, serve, token, until } from '../with-server.ts'

const airports = join(dataRoot, 'airports.csv')
const top = { sql: 'select origin, count(*) as n from flights group by origin order by n desc limit 2' }
const rows = '{"origin":"ORD","n":166341}\n{"origin":"DFW","n":157162}\n'

test('commands that ask a server', { timeout: 300_000 }, async (t) => {
  const { url } = await serve(t, {
    tables: { flights: join(dataRoot, 'flights-3m.parquet') },
    allowInlineUdfs: true,
  })
  const directory = t.testdir({
    'job.json': JSON.stringify(top),
    'failing.sql': 'select 1 / 0 as n',
    'parts.json': JSON.stringify({ sql: 'select count(*) as n from a', tables: { a: { part: 'a' } } }),
    token: `${token}\n`,
  })
  const at = (name: string): string => join(directory, name)
  const env = { VOLLEY_SERVER: url, VOLLEY_TOKEN: token, VOLLEY_STATE_DIR: directory }
  const run = (args: readonly string[], input = '') => volley(args, { env, input })

  await t.test('submit prints an id, result gives what it stands for', async (t) => {
    const submitted = await run(['submit', at('job.json')])
    t.match(submitted, { code: 0, stderr: '', stdout: /^[\w-]{36}\n$/ })
    const id = submitted.stdout.trim()
    t.strictSame(await run(['result', id]), { code: 0, stdout: rows, stderr: '' })
    t.match(await run(['job', id]), { code: 0, stdout: /^id +[\w-]+\n.*status +succeeded\n.*result +2 rows/s })
    t.match(JSON.parse((await run(['job', id, '--json'])).stdout), { id, status: 'succeeded', result: { rows: 2 } })
    t.match(await run(['cancel', id]), { code: 0, stdout: /status +succeeded/ })
    t.match(await run(['jobs', '--limit', '1']), { stdout: new RegExp(`^ID .*\\n${id} +succeeded .* 2 .* s\\n$`) })
  })

  await t.test('submit waits, sends files, writes files', async (t) => {
    t.strictSame(await run(['submit', at('job.json'), '--wait', '--format', 'csv']), {
      code: 0,
      stdout: 'origin,n\nORD,166341\nDFW,157162\n',
      stderr: '',
    })
    t.match(await run(['submit', at('parts.json'), '--part', `a=${airports}`, '--wait']), { stdout: '{"n":3376}\n' })
    t.match(await run(['submit', at('job.json'), '--out', at('top.parquet')]), { code: 0, stdout: '', stderr: '' })
    t.equal(await new SessionContext().readParquet(at('top.parquet')).count(), 2)
    t.match(await run(['submit', at('job.json'), '--out', at('top.parquet')]), { code: 2, stderr: /--force/ })
    const frame = new SessionContext().fromColumns({ delay: [1, 2] }).select(onDelay((n) => n * 2, 'twice').alias('n'))
    const document = JSON.stringify(frame)
    t.match(await run(['submit', '-', '--wait'], document), { code: 0, stdout: '{"n":2}\n{"n":4}\n' })
  })

  await t.test('a job that fails is a failure, with its code', async (t) => {
    const failed = await run(['submit', at('failing.sql'), '--wait'])
    t.match(failed, { code: 1, stdout: '', stderr: /^volley: Cannot divide by zero.* \[division_by_zero\]\n$/ })
    t.match(await run(['jobs', '--status', 'failed', '--since', '1h', '--json']), {
      stdout: /^\[\{"id":.*"division_by_zero"/,
    })
    t.match(await run(['job', 'nobody']), { code: 1, stderr: /\[not_found\]\n$/ })
    t.match(await run(['sql', 'select', '--server', url]), { code: 1, stderr: /\[syntax_error\]\n {2}select\n/ })
  })

  await t.test('sql runs a query there, and takes files along', async (t) => {
    const server = ['--server', url]
    t.match(await run(['sql', top.sql, ...server]), { code: 0, stdout: rows, stderr: '' })
    const csv = 'x;y\n1;2\n3;4\n'
    const args = ['sql', 'select sum(x) as x from stdin', '-', '--input-format', 'csv', '--delimiter', ';', ...server]
    t.match(await run(args, csv), { code: 0, stdout: '{"x":4}\n' })
    t.match(await run(['sql', 'select 1', '--workers', '2', ...server]), { code: 2, stderr: /--workers with --server/ })
    t.match(await run(['sql', top.sql, '--explain', ...server]), { code: 0, stdout: /^Job\n/ })
  })

  await t.test('logs gives what functions print, and follows it', async (t) => {
    const loud = onDelay((n) => {
      console.log('seen', n)
      return n
    }, 'loud')
    const frame = new SessionContext().fromColumns({ delay: [1, 2] }).select(loud.alias('n'))
    const id = (await run(['submit', '-'], JSON.stringify(frame))).stdout.trim()
    t.match(await run(['logs', id, '--follow']), { code: 0, stdout: 'seen 1\nseen 2\n' })
    t.match(await run(['logs', id]), { code: 0, stdout: 'seen 1\nseen 2\n' })
    t.match(JSON.parse((await run(['logs', id, '--json'])).stdout), { text: 'seen 1\nseen 2\n' })
  })

  await t.test('Ctrl-C ends the waiting, and the job of a query', async (t) => {
    const sorted = 'select * from flights order by delay, distance, origin, destination'
    const child = spawnVolley(['sql', sorted, '--server', url, '--format', 'csv'], env)
    child.stdout?.resume()
    const newest = async () => JSON.parse((await run(['jobs', '--limit', '1', '--json'])).stdout)[0]
    await until(async () => (await newest())?.status === 'running')
    child.kill('SIGINT')
    t.strictSame(await once(child, 'exit'), [130, null])
    t.match(await newest(), { status: 'cancelled' })
  })

  await t.test(
    'a token comes from a flag, a file, a variable or the state directory, and is never printed',
    async (t) => {
      const others = { VOLLEY_SERVER: url, VOLLEY_STATE_DIR: directory }
      t.match(await volley(['jobs', '--limit', '1'], { env: others }), { code: 0 })
      t.match(
        await volley(['jobs', '--token-file', at('token')], { env: { ...others, VOLLEY_TOKEN: 'wrong-token' } }),
        {
          code: 0,
        },
      )
      const refused = await volley(['jobs', '--token', 'wrong-token'], { env: others })
      t.match(refused, { code: 1, stderr: /--token-file FILE or VOLLEY_TOKEN.*\[unauthorized\]\n$/ })
      t.notMatch(refused.stderr, /wrong-token/)
      const nowhere = await volley(['jobs', '--server', 'http://127.0.0.1:2'], { env: { VOLLEY_TOKEN: token } })
      t.match(nowhere, { code: 1, stderr: /nothing listens there.*\[server_unreachable\]\n$/ })
      t.match(await volley(['jobs', '--server', 'somewhere'], { env: {} }), { code: 1, stderr: /address of a server/ })
    },
  )

  await t.test('doctor finds what is there and what is not', async (t) => {
    const well = await run(['doctor', '--json'])
    t.equal(well.code, 0, well.stdout)
    t.strictSame(
      (JSON.parse(well.stdout) as { name: string; status: string }[]).map(({ name }) => name),
      ['volley', 'processors', 'memory', 'workers', 'temporary files', 'state directory', 'server'],
    )
    const args = ['doctor', '--state-dir', join(airports, 'state'), '--token', 'wrong-token']
    const ill = await run(args)
    t.equal(ill.code, 1)
    t.match(ill.stdout, /^ok +workers /m)
    t.match(ill.stdout, /^FAIL +state directory .*: a part of its path is a file.*--state-dir$/m)
    t.match(ill.stdout, /^FAIL +server .*\[unauthorized\]$/m)
  })
})

test('completion knows every command and option', { timeout: 60_000 }, async (t) => {
  const scripts = new Map<string, string>()
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await volley(['completion', shell])
    t.equal(code, 0)
    for (const command of commands()) {
      t.ok(stdout.includes(command.name()), `${shell} ${command.name()}`)
      for (const { long = '' } of command.options)
        t.ok(stdout.includes(shell === 'fish' ? `-l ${long.slice(2)}` : long))
    }
    scripts.set(shell, stdout)
  }
  t.match(await volley(['completion', 'tcsh']), { code: 2, stderr: /bash, zsh, fish \[usage_error\]/ })
  const script = `${scripts.get('bash')}
COMP_WORDS=(volley jobs --st); COMP_CWORD=2; _volley; echo "\${COMPREPLY[@]}"
COMP_WORDS=(volley su); COMP_CWORD=1; _volley; echo "\${COMPREPLY[@]}"`
  const bash = await promisify(execFile)('bash', ['-c', script]).catch((error: { readonly code: unknown }) => error)
  if ('code' in bash && bash.code === 'ENOENT') return t.comment('there is no bash here')
  t.match(bash, { stdout: '--status\nsubmit\n' })
})
