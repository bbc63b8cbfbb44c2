// Temporary directories: they go with their process, and what a killed one left goes with the next.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { mayBeRunning, processName } from '../../../runtime/bytes/process-name.ts'

t.setTimeout(120_000)

const scratch = new URL('../../../runtime/bytes/scratch.ts', import.meta.url).href

/** A process that runs code with the functions of the module, below a temporary directory of its own choosing. */
function run(code: string, TMPDIR: string) {
  const script = `import * as scratch from ${JSON.stringify(scratch)}; ${code}`
  const args = ['--input-type=module', '--eval', script]
  return spawn(process.execPath, args, { env: { ...process.env, TMPDIR }, stdio: ['ignore', 'pipe', 'inherit'] })
}

t.test('a process that exits leaves none', async (t) => {
  const directory = t.testdir()
  await once(run(`scratch.makeScratch('pool')`, directory), 'exit')
  t.strictSame(await readdir(directory), [])
})

t.test('removeLeftScratch() removes those of killed processes and no others', async (t) => {
  const directory = t.testdir()
  await once(run(`scratch.makeScratch('store'); process.kill(process.pid, 'SIGKILL')`, directory), 'exit')
  const [left = ''] = await readdir(directory)
  t.match(left, /^volley-store-[0-9a-f]{8}-\d+-\d+-\w{6}$/)
  const [, place = '', pid = '', start = ''] = /^volley-store-(\w+)-(\d+)-(\d+)/.exec(left) ?? []

  const living = run(`scratch.makeScratch('pool'); console.log(); setInterval(() => {}, 1000)`, directory)
  await once(living.stdout, 'data')
  const [own = ''] = (await readdir(directory)).filter((name) => name !== left)
  const elsewhere = `volley-pool-${place === '00000000' ? '11111111' : '00000000'}-${pid}-${start}-aaaaaa`
  const linked = `volley-pool-${place}-${pid}-${start}-bbbbbb`
  const others = ['volley-results-notes', `${left}.txt`]
  for (const name of [elsewhere, ...others]) await mkdir(join(directory, name))
  await symlink(join(directory, others[0] ?? ''), join(directory, linked))

  await once(run(`await scratch.removeLeftScratch()`, directory), 'exit')
  t.strictSame((await readdir(directory)).toSorted(), [own, elsewhere, linked, ...others].toSorted())

  const ended = once(living, 'exit')
  living.kill('SIGKILL')
  await ended
  await once(run(`await scratch.removeLeftScratch()`, directory), 'exit')
  t.notOk((await readdir(directory)).includes(own))
})

t.test('mayBeRunning() knows a process from a later one with its id', async (t) => {
  t.ok(mayBeRunning(processName))
  t.ok(mayBeRunning(`${process.pid}-0`), 'where the system does not tell when it started, the id counts')
  if (process.platform === 'linux') t.notOk(mayBeRunning(`${process.pid}-1`))
  const child = run('', t.testdir())
  await once(child, 'exit')
  t.notOk(mayBeRunning(`${child.pid}-0`))
})
