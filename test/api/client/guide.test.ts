// docs/guide/http-jobs.md from outside: its shell commands and its Python program against a server with its functions, the
// program behind a network that breaks off.

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { spawnServer } from '../spawn-server.ts'
import { token } from '../with-server.ts'
import { cuttingProxy } from './cutting-proxy.ts'

const run = promisify(execFile)
const guide = await readFile(new URL('../../../docs/guide/http-jobs.md', import.meta.url), 'utf8')
const blocks = (language: string): readonly string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code)

const sales = { region: ['north', 'south', 'north'], net: [10, 20, -1] }
const python = process.env.VOLLEY_TEST_PYTHON ?? 'python3'
const can = (program: string, args: readonly string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  )

test('the guide to jobs over HTTP', { timeout: 240_000 }, async (t) => {
  // Its module imports the package by name, so it stands within it.
  const directory = t.testdir({ 'functions.ts': blocks('ts').find((code) => code.startsWith('// functions.ts')) ?? '' })
  const at = (name: string): string => join(directory, name)
  const ctx = new SessionContext({ backend: 'in-process' })
  await ctx.fromColumns(sales).writeParquet(at('sales.parquet'))
  const many = ctx.fromColumns({
    region: Array.from({ length: 200_000 }, (_, i) => `region ${i}`),
    net: Float64Array.from({ length: 200_000 }, (_, i) => i),
  })
  await many.writeParquet(at('many.parquet'))
  const { url } = await spawnServer(t, [
    ...['--table', `sales=${at('sales.parquet')}`, '--table', `many=${at('many.parquet')}`],
    ...['--worker-context', at('functions.ts')],
  ])
  const variables = (url: string) => ({ cwd: directory, env: { ...process.env, VOLLEY_URL: url, VOLLEY_TOKEN: token } })

  const withoutShell =
    (await can('curl', ['--version'])) && (await can('sh', ['-c', ':'])) ? false : 'there is no shell or no curl here'
  await t.test('runs as printed in a shell', { skip: withoutShell }, async (t) => {
    let printed = ''
    for (const code of blocks('sh')) printed += (await run('sh', ['-eu', '-c', code], variables(url))).stdout
    t.match(printed, 'region,net\nnorth,9\nsouth,20\n')
    t.match(printed, '{"region":"north","net":10}\n{"region":"south","net":20}\n')
    t.match(printed, /^id: \d+\nevent: status\ndata: \{"status":"succeeded"\}$/m)
    t.match(printed, '{"region":"north","rate":2,"doubled":4}\n')
    t.match(printed, '{"gross":25}\n')
    t.match(JSON.parse(await readFile(at('job.json'), 'utf8')), { id: 'monday', status: 'succeeded' })
  })

  const withoutPython = (await can(python, ['-c', 'import pyarrow, requests']))
    ? false
    : `${python} has no pyarrow and requests: set VOLLEY_TEST_PYTHON to one that has`
  await t.test('runs as printed in Python, and over five cuts', { skip: withoutPython }, async (t) => {
    const [program = ''] = blocks('python')
    await writeFile(at('job.py'), program)
    t.equal((await run(python, [at('job.py')], variables(url))).stdout, '2 [10, 20]\n')
    await writeFile(at('many.py'), program.replace('from sales where net > 0', 'from many'))
    const proxy = await cuttingProxy(t, url, () =>
      proxy.cuts() < 5 ? 5_000 + Math.floor(Math.random() * 300_000) : undefined,
    )
    t.equal((await run(python, [at('many.py')], variables(proxy.url))).stdout, '200000 [0.0, 1.0]\n')
    t.equal(proxy.cuts(), 5)
  })
})
