// A function body that arrives over HTTP is code of a stranger. The API process passes it on as bytes, or refuses it;
// only workers bring it to life. The server under test is watched from inside.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { col, float64, udf } from 'volley'
import { spawnVolley } from './server-process.ts'
import { asBytes, token, until } from './with-server.ts'

interface Report {
  readonly pid: number
  readonly loaded: readonly string[]
  readonly scripts: number
  readonly parsed: number
}

const watcher = new URL('../fixtures/watch-api-process.ts', import.meta.url).href

/** A function that leaves its process id in files when its import is loaded, when it is called, and when it is revived. */
async function hostileFunction(directory: string) {
  const write = (what: string) => `appendFileSync(${JSON.stringify(join(directory, what))}, process.pid + '\\n')`
  await writeFile(
    join(directory, 'hostile.mjs'),
    `import { appendFileSync } from 'node:fs'\n${write('imported')}\nexport const value = 1\n`,
  )
  await writeFile(
    join(directory, 'user.mjs'),
    `import { appendFileSync } from 'node:fs'
import { value } from './hostile.mjs'
export const take = (a) => { globalThis.hostile = true; ${write('called')}; return a + value }\n`,
  )
  const { take } = await import(join(directory, 'user.mjs'))
  return udf(take, [float64], float64, { name: 'take' })
}

const pidsIn = async (file: string): Promise<readonly number[]> =>
  existsSync(file) ? (await readFile(file, 'utf8')).trim().split('\n').map(Number) : []

/** Posts a job with the function to a server of its own, and gives what that server's process did until its end. */
async function submit(t: Test, args: readonly string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'volley-hostile-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const take = await hostileFunction(directory)
  const report = join(directory, 'report.json')
  const child = spawnVolley(
    ['serve', '--port', '0', '--workers', '1', '--log-level', 'silent', '--cage-write', directory, ...args],
    {
      VOLLEY_TOKEN: token,
      VOLLEY_STATE_DIR: join(directory, 'state'),
      NODE_OPTIONS: `--import=${watcher} --disable-warning=ExperimentalWarning`,
      VOLLEY_TEST_REPORT: report,
    },
  )
  let stderr = ''
  child.stderr?.on('data', (text) => {
    stderr += text
  })
  child.stdout?.resume()
  const exit = once(child, 'exit')
  t.teardown(() => child.kill('SIGKILL'))
  if (!(await until(() => stderr.includes('listening on ')))) throw new Error(stderr)
  const url = /listening on (http:\S+)/.exec(stderr)?.[1]
  const job = {
    source: { rows: [{ a: 1 }], schema: { a: 'float64' } },
    steps: [{ select: [asBytes(take(col('a')).alias('b'))] }],
  }
  const response = await fetch(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/x-ndjson' },
    body: JSON.stringify(job),
  })
  const answer = { status: response.status, text: await response.text() }
  child.kill('SIGTERM')
  await exit
  return {
    answer,
    report: JSON.parse(await readFile(report, 'utf8')) as Report,
    imported: (await pidsIn(join(directory, 'imported'))).filter((pid) => pid !== process.pid),
    called: await pidsIn(join(directory, 'called')),
  }
}

/** What stands for bringing code to life: modules that do, and the user's own. */
const reviving =
  /\/codec\/(closure\/(revive|load|make-functions|value-table|decode)|prepare)\.ts$|\/run-(task|call|expr)\.ts$|\/hostile\.mjs$|\/user\.mjs$/

for (const args of [[], ['--allow-inline-udfs']]) {
  const allowed = args.length > 0
  test(`the API process ${allowed ? 'passes a hostile body on' : 'refuses a hostile body'} without evaluating, parsing or importing it`, {
    timeout: 240_000,
  }, async (t) => {
    const { answer, report, imported, called } = await submit(t, args)
    if (allowed) {
      t.strictSame(answer, { status: 200, text: '{"b":2}\n' })
      t.equal(called.length, 1, 'a worker called it')
      t.equal(imported.length, 1, 'a worker imported what it imports')
    } else {
      t.equal(answer.status, 403)
      t.match(answer.text, /wire_inline_refused/)
      t.strictSame(called, [])
      t.strictSame(imported, [])
    }
    t.notOk([...imported, ...called].includes(report.pid), 'and not in the process of the API')
    t.strictSame(
      report.loaded.filter((url) => reviving.test(url)),
      [],
    )
    t.equal(report.scripts, 0)
    t.equal(report.parsed, 0)
    t.ok(
      report.loaded.some((url) => url.endsWith('/codec/udf-codec.ts')),
      'the process was watched',
    )
  })
}
