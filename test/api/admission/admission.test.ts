// Who runs and who waits, by itself: no server, no workers.

import { test } from 'tap'
import { Admission, type AdmissionLimits } from '../../../api/admission/admission.ts'

const never = new AbortController().signal
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** An admission whose jobs are ended by name. */
function setUp(limits: AdmissionLimits) {
  const admission = new Admission(limits)
  const order: string[] = []
  const running = new Map<string, Disposable>()
  const come = async (name: string, owner: string, priority = 0): Promise<void> => {
    const place = await admission.enter({ owner, priority, signal: never })
    order.push(name)
    running.set(name, place)
  }
  const end = async (name: string): Promise<void> => {
    running.get(name)?.[Symbol.dispose]()
    await turn()
  }
  return { admission, order, come, end }
}

test('an owner with a thousand jobs delays another owner by no more than one', async (t) => {
  const { admission, order, come, end } = setUp({ maxRunningJobs: 2, maxRunningPerOwner: 2 })
  for (let i = 0; i < 1000; i++) void come(`a${i}`, 'ann')
  void come('b0', 'bob')
  void come('c0', 'cat')
  await turn()
  t.strictSame(order, ['a0', 'a1'])
  t.match(admission.stats, { running: 2, queued: 1000 })
  await end('a0')
  await end('a1')
  t.strictSame(order.slice(2), ['b0', 'c0'])
  await end('b0')
  await end('c0')
  t.strictSame(order.slice(4), ['a2', 'a3'])
})

test('no owner has more running than it may, though there is room', async (t) => {
  const { order, come, end } = setUp({ maxRunningJobs: 4, maxRunningPerOwner: 1 })
  for (const name of ['a0', 'a1']) void come(name, 'ann')
  void come('b0', 'bob')
  await turn()
  t.strictSame(order, ['a0', 'b0'])
  await end('a0')
  t.strictSame(order, ['a0', 'b0', 'a1'])
})

test("a priority counts among the owner's own jobs only", async (t) => {
  const { order, come, end } = setUp({ maxRunningJobs: 1 })
  void come('a0', 'ann')
  void come('a1', 'ann', 5)
  void come('a2', 'ann', 9)
  void come('a3', 'ann', 9)
  void come('b0', 'bob', -9)
  for (const name of ['a0', 'b0', 'a2', 'a3', 'a1']) {
    await turn()
    t.equal(order.at(-1), name)
    await end(name)
  }
})

test('whoever finds no place is told when to come again', async (t) => {
  const admission = new Admission({ maxRunningJobs: 1, maxQueuedJobs: 2, maxQueuedPerOwner: 1 })
  const first = await admission.enter({ owner: 'ann', priority: 0, signal: never })
  const second = admission.enter({ owner: 'ann', priority: 0, signal: never })
  const retry = { headers: { 'retry-after': /^[1-9][0-9]?$/ } }
  t.throws(() => admission.enter({ owner: 'ann', priority: 0, signal: never }), { code: 'too_many_jobs', ...retry })
  const third = admission.enter({ owner: 'bob', priority: 0, signal: never })
  t.throws(() => admission.enter({ owner: 'cat', priority: 0, signal: never }), { code: 'queue_full', ...retry })
  first[Symbol.dispose]()
  first[Symbol.dispose]() // a second time changes nothing
  const held = await third
  t.match(admission.stats, { running: 1, queued: 1 })
  held[Symbol.dispose]()
  ;(await second)[Symbol.dispose]()
  t.match(admission.stats, { running: 0, queued: 0 })
})

test('a wait ends with its signal, or with its time', async (t) => {
  const admission = new Admission({ maxRunningJobs: 1 })
  const first = await admission.enter({ owner: 'ann', priority: 0, signal: never })
  const controller = new AbortController()
  const cancelled = admission.enter({ owner: 'bob', priority: 0, signal: controller.signal })
  controller.abort(new Error('enough'))
  await t.rejects(cancelled, { message: 'enough' })
  t.throws(() => admission.enter({ owner: 'bob', priority: 0, signal: controller.signal }), { message: 'enough' })
  const late = admission.enter({ owner: 'bob', priority: 0, queueTimeoutMs: 5, signal: never })
  await t.rejects(late, { code: 'queue_timeout', message: /within 5 ms/ })
  t.match(admission.stats, { running: 1, queued: 0 })
  first[Symbol.dispose]()
  t.match(admission.stats, { running: 0, queued: 0 })
})
