// What the README and the guide say about the command line: every option is there, and every command runs as printed.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import { commands } from '../../../api/cli/commands.ts'
import { fewVariables, spawnVolley } from '../server-process.ts'
import { until } from '../with-server.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const [readme, guide, configuration] = await Promise.all(
  ['README.md', 'docs/guide/command-line.md', 'docs/reference/configuration.md'].map((page) =>
    readFile(join(root, page), 'utf8'),
  ),
)
const directory = await mkdtemp(join(tmpdir(), 'volley-guide-'))

/** The shell blocks of a page, in their order. */
const shellBlocks = (page = ''): readonly string[] =>
  [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)

/** Runs shell text as somebody would who has the package's commands at hand. */
async function shell(code: string, cwd: string) {
  const run = promisify(execFile)('sh', ['-eu', '-c', code], {
    cwd,
    env: fewVariables({ PATH: `${join(directory, 'bin')}:${process.env.PATH}`, HOME: directory }),
  })
  return run.catch((failed: { readonly stdout: string; readonly stderr: string }) => failed)
}

const has = (program: string): Promise<boolean> =>
  promisify(execFile)('which', [program]).then(
    () => true,
    () => false,
  )

test('the guide names every option of every command', async (t) => {
  for (const command of commands()) {
    const name = command.name()
    const [, section = ''] =
      new RegExp(`^## volley ${name}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(guide ?? '') ?? []
    t.not(section, '', `## volley ${name}`)
    // Sections say which tables of options are theirs by linking to them.
    const linked = [...section.matchAll(/\(#([\w-]+)\)/g)].map(([, anchor = '']) => anchor.replaceAll('-', ' '))
    const options = linked.map((title) =>
      (guide ?? '').split(/^## /m).find((part) => part.toLowerCase().startsWith(title)),
    )
    if (section.includes('(../reference/configuration.md)')) options.push(configuration)
    for (const option of command.options) {
      t.ok([section, ...options].join('').includes(`\`${option.long}`), `volley ${name} ${option.long}`)
    }
  }
})

const withoutShell = (await has('sh')) && (await has('curl')) ? false : 'there is no shell or no curl here'

test('every command of the guide runs as printed', { timeout: 600_000, skip: withoutShell }, async (t) => {
  t.teardown(() => rm(directory, { recursive: true }))
  await mkdir(join(directory, 'bin'))
  const shim = `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'api/cli/volley.js')}" "$@"\n`
  await writeFile(join(directory, 'bin/volley'), shim, { mode: 0o755 })
  const hasJq = await has('jq')
  let printed = ''
  for (const code of shellBlocks(guide)) {
    if (code.includes('jq') && !hasJq) continue
    const { stdout, stderr } = await shell(code, directory)
    t.equal(stderr, '', code)
    printed += stdout
  }
  t.match(printed, '{"region":"south","total":20}\n{"region":"north","total":9}\n')
  t.match(printed, '{"kind":"buy","ms":40}\n{"kind":"view","ms":10}\n')
  t.match(printed, 'word  two'.replace('  ', '    '))
  const [, command = '', message] = /^```\n\$ (.*)\n([\s\S]*?)^```$/m.exec(guide ?? '') ?? []
  t.equal((await shell(command, directory)).stderr, message)
})

test('every command of the README runs as printed', { timeout: 600_000, skip: withoutShell }, async (t) => {
  const scripts = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>
  const [server = '', client = '', sqlClient = '', ...others] = shellBlocks(readme).filter(
    (code) => !code.startsWith('npm '),
  )
  for (const [, script = ''] of shellBlocks(readme)
    .join('')
    .matchAll(/\bnpm (?:run )?(test|start|quickstart|check)\b/g)) {
    t.ok(scripts[script], `npm has a script ${script}`)
  }

  await t.test('the server and its client', async (t) => {
    const [, token = '', options = ''] = /^export VOLLEY_TOKEN=(\S+)\nnpx volley (serve .*)\n$/.exec(server) ?? []
    const args = [...options.split(' ').map((arg) => arg.replace(/^node_modules/, join(root, 'node_modules')))]
    const child = spawnVolley([...args, '--port', '0', '--workers', '2'], {
      VOLLEY_TOKEN: token,
      VOLLEY_STATE_DIR: t.testdir(),
    })
    t.teardown(async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    })
    let stderr = ''
    child.stderr?.on('data', (text) => {
      stderr += text
    })
    t.ok(await until(() => /^listening on /m.test(stderr)), stderr)
    const url = /^listening on (http:\S+)$/m.exec(stderr)?.[1] ?? ''
    const { stdout, stderr: said } = await shell(client.replace('http://127.0.0.1:8642', url), root)
    const bySql = await shell(sqlClient.replace('http://127.0.0.1:8642', url), root)
    t.match(bySql.stdout, /^origin,n\nORD,166341\n/, bySql.stderr)
    t.match(stdout, /^\{"origin":"ORD","n":12891,"hours":[\d.]+\}\n/, said)
    t.equal(stdout.trimEnd().split('\n').length, 5)
  })

  const { stdout, stderr } = await shell(others.join('').replaceAll('npx volley', 'node api/cli/volley.js'), root)
  t.equal(stderr, '')
  t.match(stdout, '{"origin":"ORD","n":166341}\n')
  t.match(stdout, 'origin,n,hours\nORD,12891,')
  t.match(stdout, '3,000,000 rows, 5 columns, parquet\n')
})
