// Workers that lie, flood, fall silent: the pool gives a coded error, ends them, and serves the next task.

import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { isAlive, poolOf, runTask, start, until } from './with-pool.ts'

const tricks: readonly (readonly [trick: string, message: RegExp])[] = [
  ['writes garbage', /^Cannot read a message: its length is given as \d+, allowed are 1 to 1048576 bytes$/],
  ['announces a message of 4 GB', /^Cannot read a message: its length is given as 4294967295/],
  ['sends JSON that is no message', /^Cannot accept a worker's message: 'kind' must be a known kind of message$/],
  ['sends an error with a code of its own making', /'error\.code' must be a known code$/],
  ['answers for another task', /^Cannot trust the worker: it sent 'done' out of turn$/],
  ['floods the pool with messages', /it reports more than 100 times a second$/],
  ['announces more bytes than it sends', /^Cannot trust the worker: it sent fewer result bytes than it announced$/],
  ['announces fewer bytes than it sends', /^Cannot trust the worker: it sent more result bytes than it announced$/],
  ['sends bytes with a message that has none', /^Cannot accept a worker's message: 'content' must be empty$/],
  [
    'announces fewer bytes than are in its frame',
    /^Cannot trust the worker: it sent more result bytes than it announced$/,
  ],
  ['closes its result pipe', /it closed its pipes$/],
  ['closes its control channel', /it closed its pipes$/],
]

test('a worker that breaks the protocol is ended with protocol_error', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'rogue')
  for (const [trick, message] of tricks) {
    const run = await start(pool, trick)
    const read = t.rejects(
      async () => {
        for await (const _ of run.stream) {
        }
      },
      { code: 'protocol_error', message },
      trick,
    )
    await t.rejects(run.done, { name: 'WorkerError', code: 'protocol_error' })
    await read
    t.ok(await until(() => !isAlive(run.pid ?? 0)), 'and is gone')
    t.equal((await runTask(pool, 'behaves')).bytes.toString(), 'fine')
  }
})

test('a worker that writes while it has no task is ended', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'rogue')
  const { pid = 0 } = await runTask(pool, 'writes between tasks')
  await delay(100)
  t.ok(await until(() => !isAlive(pid)))
  const next = await runTask(pool, 'behaves')
  t.equal(next.bytes.toString(), 'fine')
  t.not(next.pid, pid)
})
