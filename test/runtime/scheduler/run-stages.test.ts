// Stages one after another, with a backend whose tasks the test drives: what goes on to which task, stopping early,
// failures, and that nothing of a store is left.

import t from 'tap'
import type { TaskInput } from '../../../runtime/backend.ts'
import { frameHeader } from '../../../runtime/codec/partition-frames.ts'
import { type StageRequests, stageResults } from '../../../runtime/scheduler/run-stages.ts'
import { DrivenBackend, namedRequests, turns } from '../driven-backend.ts'

t.setTimeout(120_000)

const text = (words: string): Uint8Array => Buffer.from(words)
const forShare = (partition: number, words: string): Uint8Array[] => [frameHeader(partition, words.length), text(words)]

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let all = ''
  for await (const chunk of chunks) all += Buffer.from(chunk).toString()
  return all
}
const inputOf = async (backend: DrivenBackend, task: number): Promise<string> => {
  const input: TaskInput | undefined = backend.tasks[task]?.request.input
  return input === undefined ? 'none' : readText(input.read())
}

/** Runs stages; the second has tasks named `A`, `B`, … */
function setUp(stages: readonly StageRequests[], concurrency = 2, signal = new AbortController().signal) {
  const backend = new DrivenBackend(concurrency)
  const done: string[] = []
  const results = stageResults(
    stages,
    backend,
    (stage) => ({ taskEvents: () => ({}), onTaskDone: (index) => void done.push(`${stage}.${index}`) }),
    signal,
  )
  return { backend, done, all: readText(results) }
}

t.test('without repartitioning, one task takes all results in the order of their tasks', async (t) => {
  const { backend, done, all } = setUp([{ requests: namedRequests(3) }, { requests: namedRequests(1, 'A') }], 3)
  await turns()
  t.equal(backend.started, 'abc')
  for (const i of [2, 0, 1]) {
    backend.tasks[i]?.write(text(`${i}x`), text(`${i}y`))
    backend.tasks[i]?.end()
    await turns()
  }
  t.equal(backend.started, 'abcA')
  t.equal(await inputOf(backend, 3), '0x0y1x1y2x2y')
  backend.tasks[3]?.write(text('result'))
  backend.tasks[3]?.end()
  t.equal(await all, 'result')
  t.same(done, ['0.2', '0.0', '0.1', '1.0'])
})

t.test('partitioned results go to the tasks they are for, in the order of those they come from', async (t) => {
  const { backend, all } = setUp([{ requests: namedRequests(2), partitions: 2 }, { requests: namedRequests(2, 'A') }])
  await turns()
  backend.tasks[1]?.write(...forShare(0, 'b0'), ...forShare(1, 'b1'))
  await turns()
  backend.tasks[0]?.write(...forShare(1, 'a1'), ...forShare(0, 'a0'), ...forShare(1, '!'))
  for (const task of backend.tasks) task.end()
  await turns()
  t.equal(backend.started, 'abAB')
  t.equal(await inputOf(backend, 2), 'a0b0')
  t.equal(await inputOf(backend, 3), 'a1!b1')
  backend.tasks[3]?.write(text('second'))
  backend.tasks[3]?.end()
  await turns()
  backend.tasks[2]?.write(text('first '))
  backend.tasks[2]?.end()
  t.equal(await all, 'first second')
})

t.test('with fetch rows from the first tasks the others are stopped, and what they wrote is left out', async (t) => {
  const { backend, done, all } = setUp(
    [{ requests: namedRequests(5), fetch: 10 }, { requests: namedRequests(1, 'A') }],
    3,
  )
  await turns()
  t.equal(backend.started, 'abc')
  backend.tasks[2]?.write(text('c'))
  backend.tasks[2]?.end(10)
  await turns()
  t.equal(backend.started, 'abcd', 'rows of a later task are not fetch')
  backend.tasks[0]?.write(text('a'))
  backend.tasks[0]?.end(4)
  await turns()
  backend.tasks[1]?.write(text('b'))
  backend.tasks[3]?.write(text('d'))
  await turns()
  backend.tasks[1]?.end(6)
  await turns()
  t.ok(backend.tasks[3]?.signal.aborted, 'a task that is not needed is stopped')
  const last = backend.tasks.findIndex(({ name }) => name === 'A')
  t.ok(last > 0, 'the next stage runs')
  t.equal(await inputOf(backend, last), 'ab')
  backend.tasks[last]?.end(10)
  t.equal(await all, '')
  t.same(done, ['0.2', '0.0', '0.1', '1.0'])
})

t.test('a task that fails although it was not needed any more does not fail the job', async (t) => {
  const { backend, all } = setUp([{ requests: namedRequests(2), fetch: 1 }, { requests: namedRequests(1, 'A') }])
  await turns()
  backend.tasks[0]?.end(1)
  backend.tasks[1]?.fail(new Error('too late'))
  await turns()
  backend.tasks[2]?.end()
  t.equal(await all, '')
})

t.test('the first failure of a stage ends its other tasks and the job', async (t) => {
  const { backend, all } = setUp([{ requests: namedRequests(4) }, { requests: namedRequests(1, 'A') }])
  await turns()
  const failure = new Error('b broke')
  backend.tasks[1]?.fail(failure)
  await t.rejects(all, failure)
  t.ok(backend.tasks[0]?.signal.aborted)
  t.equal(backend.started, 'ab', 'nothing more is started')
})

t.test('results that name no partition end the job', async (t) => {
  const { backend, all } = setUp([{ requests: namedRequests(1), partitions: 2 }, { requests: namedRequests(2, 'A') }])
  await turns()
  backend.tasks[0]?.write(...forShare(7, 'x'))
  await turns()
  backend.tasks[0]?.fail(new Error('its result was left'))
  await t.rejects(all, { code: 'protocol_error' })
})

t.test("aborting the signal ends a stage with the signal's reason", async (t) => {
  const controller = new AbortController()
  const { backend, all } = setUp(
    [{ requests: namedRequests(3) }, { requests: namedRequests(1, 'A') }],
    2,
    controller.signal,
  )
  await turns()
  const reason = new Error('fetch')
  controller.abort(reason)
  await t.rejects(all, reason)
  t.ok(backend.tasks.every(({ signal }) => signal.aborted))
})
