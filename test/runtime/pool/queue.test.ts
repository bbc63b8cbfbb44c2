// The queue by itself, against what it promises: whatever comes, is served, ends and is given up in whatever order,
// the next is of the highest priority, of the owner with the fewest running, of its job with the fewest, the one that came
// first; and nobody waits while another has more than one turn.

import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { test } from 'tap'
import type { TaskShare } from '../../../runtime/backend.ts'
import { TaskQueue } from '../../../runtime/pool/queue.ts'

interface Waiting {
  readonly name: number
  readonly priority: number
  readonly share: TaskShare
  readonly controller: AbortController
}

const shares = ['ann', 'bob', 'cat'].flatMap((owner) => ['1', '2'].map((job): TaskShare => ({ owner, job })))
const share = fc.constantFrom(...shares)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('come' as const), share, priority: fc.integer({ max: 1, min: -1 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('serve' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), pick: fc.nat() }) },
)

test('who is next follows from who waits and who runs', { timeout: 60_000 }, async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const queue = new TaskQueue<number>(1000)
      let waiting: Waiting[] = []
      const running: Waiting[] = []
      const served: number[] = []
      const runningOf = (test: (share: TaskShare) => boolean): number =>
        running.filter(({ share }) => test(share)).length
      const rank = ({ share, priority }: Waiting): readonly number[] => [
        -priority,
        runningOf(({ owner }) => owner === share.owner),
        runningOf(({ owner, job }) => owner === share.owner && job === share.job),
      ]
      for (const [name, what] of steps.entries()) {
        if (what.kind === 'come') {
          const task = { name, priority: what.priority, share: what.share, controller: new AbortController() }
          waiting.push(task)
          queue.wait({ isolation: 'shared', ...task }, task.controller.signal).then(
            () => served.push(name),
            () => {},
          )
        } else if (what.kind === 'serve') {
          const share = queue.serve(0)
          if (share !== undefined) queue.started(share)
          await turn()
          const next = waiting.find(({ name }) => served.includes(name))
          if (next === undefined) {
            if (waiting.length > 0) throw new Error('nobody was served though some waited')
            continue
          }
          for (const other of waiting) {
            if (compare(rank(other), rank(next)) < 0) throw new Error(`${next.name} was served before ${other.name}`)
            const isSameLine = other.share === next.share && other.priority === next.priority
            if (isSameLine && other.name < next.name) throw new Error(`${next.name} did not come first`)
          }
          waiting = waiting.filter((task) => task !== next)
          running.push(next)
        } else {
          const from = what.kind === 'end' ? running : waiting
          const [task] = from.splice(what.pick % Math.max(1, from.length), 1)
          if (what.kind === 'leave') task?.controller.abort()
          else if (task !== undefined) queue.ended(task.share)
        }
        if (queue.length !== waiting.length) throw new Error(`length ${queue.length} with ${waiting.length} waiting`)
      }
    }),
    { numRuns: 150 },
  )
  t.pass()
})

test('with one worker, owners take turns however many tasks one of them has', async (t) => {
  const queue = new TaskQueue<number>(20_000)
  const order: string[] = []
  const come = (owner: string, job: string): void => {
    void queue
      .wait({ isolation: 'shared', priority: 0, share: { owner, job } }, new AbortController().signal)
      .then(() => order.push(`${owner}${job}`))
  }
  for (let i = 0; i < 10_000; i++) come('a', '1')
  come('b', '1')
  come('b', '1')
  come('a', '2')
  come('c', '1')
  const turns = 10_004
  for (let i = 0; i < turns; i++) {
    const share = queue.serve(0)
    if (share === undefined) break
    queue.started(share)
    queue.ended(share)
  }
  await turn()
  t.strictSame(order.slice(0, 7), ['a1', 'b1', 'c1', 'a2', 'b1', 'a1', 'a1'])
  t.equal(order.length, turns)
  t.equal(queue.length, 0)
})

test('a full queue refuses at once, and a refusal reaches everybody', async (t) => {
  const queue = new TaskQueue<number>(2)
  const wait = (job: string): Promise<number> =>
    queue.wait({ isolation: 'job', priority: 0, share: { owner: '', job } }, new AbortController().signal)
  const first = wait('1')
  const second = wait('2')
  t.equal(queue.next, 'job')
  await t.rejects(wait('3'), { code: 'queue_full' })
  queue.refuse(new Error('closed'))
  await t.rejects(first, { message: 'closed' })
  await t.rejects(second, { message: 'closed' })
  t.equal(queue.next, undefined)
})

/** Which of two lists of numbers comes first. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) if (value !== b[i]) return value - (b[i] ?? 0)
  return 0
}
