// The job store by itself: what it keeps whatever happens to a call, to its file and to its disk.

import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { createMetrics } from '../../../api/metrics/definitions.ts'
import { JobStore } from '../../../api/store/job-store.ts'
import { newJob } from './new-job.ts'

async function directoryFor(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'volley-state-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const idsIn = async (store: JobStore): Promise<readonly string[]> =>
  (await store.call('list', { limit: 100 })).map(({ id }) => id)

/** Opens a store, asks it once and closes it. */
async function look(directory: string): Promise<readonly string[]> {
  const store = new JobStore(directory, createMetrics())
  try {
    return await idsIn(store)
  } finally {
    await store.close()
  }
}

t.test('a call that fails takes none with it that came at the same time', async (t) => {
  const directory = await directoryFor(t)
  const store = new JobStore(directory, createMetrics())
  const inserts = ['first', 'a', 'bad', 'b'].map((id) =>
    store.call('insert', newJob(id, id === 'bad' ? { resource: null as unknown as string } : {})),
  )
  const [, a, bad, b] = await Promise.allSettled(inserts)
  t.match(a, { status: 'fulfilled', value: { kind: 'inserted' } })
  t.match(bad, { status: 'rejected', reason: { message: /NOT NULL/ } })
  t.match(b, { status: 'fulfilled', value: { kind: 'inserted' } })
  await store.close()
  t.same(await look(directory), ['b', 'a', 'first'])
})

t.test('a store that is closed has answered everything, and then says that it is closed', async (t) => {
  const store = new JobStore(await directoryFor(t), createMetrics())
  const inserts = Array.from({ length: 600 }, (_, i) => store.call('insert', newJob(`job-${i}`)))
  await store.call('get', 'job-0')
  await store.close()
  t.equal(new Set((await Promise.all(inserts)).map(({ kind }) => kind)).size, 1)
  await t.rejects(store.call('get', 'job-0'), { code: 'closed' })
})

t.test('a database that cannot be used is refused with a way out, and stays as it is', async (t) => {
  const directory = await directoryFor(t)
  const path = join(directory, 'jobs.db')
  const store = new JobStore(directory, createMetrics())
  for (let i = 0; i < 20; i++) {
    await store.call('insert', newJob(`job-${i}`, { document: Buffer.alloc(20_000, i) }))
  }
  await t.rejects(look(directory), { code: 'storage_failed', message: /another server has it open; stop that one/ })
  await store.close()
  await copyFile(path, `${path}.whole`)

  const file = await open(path, 'r+')
  await file.write(Buffer.alloc(4096, 0xff), 0, 4096, 2 * 4096)
  await file.close()
  await t.rejects(look(directory), { code: 'storage_failed', message: /it is damaged .* restore it from a backup/ })
  const header = await open(path, 'r+')
  await header.write('no database, but someone’s letter', 0)
  await header.close()
  await t.rejects(look(directory), { code: 'storage_failed', message: /it is damaged \(file is not a database\)/ })

  await copyFile(`${path}.whole`, path)
  const later = new DatabaseSync(path)
  later.exec('pragma user_version = 99')
  later.close()
  await t.rejects(look(directory), {
    code: 'storage_failed',
    message: `Cannot use the job store "${path}": a later version of Volley has written it; use that one, or another state directory`,
  })
  await copyFile(`${path}.whole`, path)
  t.equal((await look(directory)).length, 20)
})

const run = promisify(execFile)
const canMount = await run('unshare', ['-rm', 'true']).then(Boolean, () => false)
const skip = canMount ? false : 'no file systems can be mounted here'

t.test('on a full disk a call fails, nothing is lost, and it goes on once there is room', { skip }, async (t) => {
  const directory = await directoryFor(t)
  const script = fileURLToPath(new URL('./fixtures/fill-disk.ts', import.meta.url))
  const commands = `mount -t tmpfs -o size=2m none "$0" && exec "$1" "$2" "$0"`
  const { stdout } = await run('unshare', ['-rm', 'sh', '-c', commands, directory, process.execPath, script])
  const { refusal, ...others } = JSON.parse(stdout)
  t.match(refusal, {
    code: 'storage_failed',
    message: 'Cannot write to the job store: database or disk is full; make room where the state directory is',
  })
  t.same(others, { lost: 0, after: 'inserted' })
})
