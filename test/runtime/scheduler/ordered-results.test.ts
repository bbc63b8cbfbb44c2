// Several tasks' bytes as one run, with a backend whose tasks the test drives: order, read-prefetcher, failures, leaving.

import t from 'tap'
import type { Backend } from '../../../runtime/backend.ts'
import { orderedResults } from '../../../runtime/scheduler/ordered-results.ts'
import { DrivenBackend, namedRequests, turns } from '../driven-backend.ts'

t.setTimeout(120_000)

const MIB = 1024 * 1024

/** Tasks named `a`, `b`, … through a backend of `concurrency`. */
function setUp(count: number, concurrency: number, signal = new AbortController().signal) {
  const backend = new DrivenBackend(concurrency)
  const done: number[] = []
  const events = { taskEvents: () => ({}), onTaskDone: (index: number) => void done.push(index) }
  return { backend, done, results: orderedResults(namedRequests(count), backend, events, signal) }
}

const text = (words: string): Uint8Array => Buffer.from(words)
async function readAll(results: AsyncIterable<Uint8Array>): Promise<string> {
  let all = ''
  for await (const chunk of results) all += Buffer.from(chunk).toString()
  return all
}

t.test('bytes come in the order of the tasks, whichever is done first', async (t) => {
  const { backend, done, results } = setUp(3, 3)
  const all = readAll(results)
  await turns()
  t.equal(backend.started, 'abc')
  for (const i of [2, 1, 0]) {
    backend.tasks[i]?.write(text(`${i}x`), text(`${i}y`))
    backend.tasks[i]?.end()
    await turns()
  }
  t.equal(await all, '0x0y1x1y2x2y')
  t.same(done, [2, 1, 0])
})

t.test('no more tasks run at once than the backend has places for', async (t) => {
  const { backend, results } = setUp(4, 2)
  const all = readAll(results)
  await turns()
  t.equal(backend.started, 'ab')
  backend.tasks[1]?.end()
  await turns()
  t.equal(backend.started, 'abc')
  backend.tasks[0]?.end()
  await turns()
  t.equal(backend.started, 'abcd')
  for (const task of backend.tasks) task.end()
  t.equal(await all, '')
})

t.test('what is read prefetcher is bounded, and so is what a slow reader is waiting for', async (t) => {
  const { backend, results } = setUp(2, 2)
  const first = results.next()
  await turns()
  const [a, b] = backend.tasks
  for (let i = 0; i < 60; i++) b?.write(new Uint8Array(MIB))
  for (let i = 0; i < 60; i++) a?.write(new Uint8Array(MIB))
  await first
  await turns(200)
  t.ok((a?.taken ?? 0) <= 3, `of the task being read ${a?.taken} MiB were taken`)
  t.ok((b?.taken ?? 0) <= 33, `of the next task ${b?.taken} MiB were taken`)
  a?.end()
  b?.end()
  let bytes = MIB
  for await (const chunk of results) bytes += chunk.length
  t.equal(bytes, 120 * MIB, 'nothing is lost')
})

t.test('the first failure ends all tasks and is what the reader gets', async (t) => {
  const { backend, results } = setUp(3, 2)
  const first = results.next()
  await turns()
  backend.tasks[0]?.write(text('a'))
  t.equal(Buffer.from((await first).value ?? []).toString(), 'a')
  const failure = new Error('b broke')
  backend.tasks[1]?.fail(failure)
  await t.rejects(results.next(), failure)
  t.ok(backend.tasks[0]?.signal.aborted)
  t.equal(backend.started, 'ab', 'nothing more is started')
})

t.test('bytes that came before a failure are read first', async (t) => {
  const { backend, results } = setUp(1, 1)
  const seen: string[] = []
  const all = (async () => {
    for await (const chunk of results) seen.push(Buffer.from(chunk).toString())
  })()
  await turns()
  backend.tasks[0]?.write(text('x'), text('y'))
  await turns()
  backend.tasks[0]?.fail(new Error('broke'))
  await t.rejects(all, { message: 'broke' })
  t.same(seen, ['x', 'y'])
})

t.test('aborting the signal ends all tasks with its reason', async (t) => {
  const controller = new AbortController()
  const { backend, results } = setUp(3, 2, controller.signal)
  const next = results.next()
  await turns()
  const reason = new Error('fetch')
  controller.abort(reason)
  await t.rejects(next, reason)
  t.ok(backend.tasks.every(({ signal }) => signal.aborted && signal.reason === reason))
})

t.test('a job that was aborted ends once its tasks have, since they may still write files', async (t) => {
  const controller = new AbortController()
  const done = Promise.withResolvers<never>()
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    yield text('a')
    await new Promise((_, reject) => controller.signal.addEventListener('abort', reject))
  }
  const backend: Backend = {
    concurrency: 1,
    run: async () => ({ pid: 1, stream: stream(), done: done.promise }),
    close: async () => {},
  }
  const events = { taskEvents: () => ({}), onTaskDone: () => {} }
  const all = readAll(orderedResults(namedRequests(1), backend, events, controller.signal))
  let hasEnded = false
  const ended = t.rejects(all, { message: 'enough' }).finally(() => {
    hasEnded = true
  })
  await turns()
  controller.abort(new Error('enough'))
  await turns()
  t.notOk(hasEnded)
  done.reject(new Error('it was cancelled'))
  await ended
})

t.test('leaving the loop ends all tasks and waits until they have ended', async (t) => {
  const { backend, results } = setUp(3, 3)
  const next = results.next()
  await turns()
  backend.tasks[0]?.write(text('a'))
  await next
  await results.return(undefined)
  t.ok(backend.tasks.every(({ signal }) => signal.aborted))
  t.same(await results.next(), { done: true, value: undefined })
})

t.test('no tasks give no bytes', async (t) => {
  t.equal(await readAll(setUp(0, 2).results), '')
})
