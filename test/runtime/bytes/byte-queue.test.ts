// The hand-over of bytes: order, counting, ends, and what its owner is told of room.

import fc from 'fast-check'
import t from 'tap'
import { ByteQueue } from '../../../runtime/bytes/byte-queue.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values)

t.test('next() gives chunks in order, then the end again and again', async (t) => {
  const queue = new ByteQueue()
  queue.push(bytes(1, 2))
  queue.push(bytes(3))
  queue.end()
  t.notOk(queue.isDrained)
  t.strictSame([await queue.next(), await queue.next()], [bytes(1, 2), bytes(3)])
  t.ok(queue.isDrained)
  t.strictSame([await queue.next(), await queue.next()], [undefined, undefined])
})

t.test('next() waits for a chunk, for the end or for an error', async (t) => {
  const queue = new ByteQueue()
  const first = queue.next()
  queue.push(bytes(1))
  t.strictSame(await first, bytes(1))
  const second = queue.next()
  queue.end()
  t.equal(await second, undefined)
  const failing = new ByteQueue()
  const third = failing.next()
  failing.fail(new Error('gone'))
  await t.rejects(third, { message: 'gone' })
})

t.test('next() gives at most as many bytes as it is asked for, and the rest later', async (t) => {
  const queue = new ByteQueue()
  const waiting = queue.next(2)
  queue.push(bytes(1, 2, 3, 4, 5))
  t.strictSame(await waiting, bytes(1, 2))
  t.equal(queue.bytes, 3)
  t.strictSame([await queue.next(1), await queue.next(9)], [bytes(3), bytes(4, 5)])
  t.equal(queue.bytes, 0)
})

t.test('next() throws a failure after what came before it; the first failure stays', async (t) => {
  const queue = new ByteQueue()
  queue.push(bytes(1))
  queue.fail(new Error('first'))
  queue.fail(new Error('second'))
  queue.end()
  t.strictSame(await queue.next(), bytes(1))
  await t.rejects(queue.next(), { message: 'first' })
  await t.rejects(queue.next(), { message: 'first' })
})

t.test('next() refuses a second read beside one that waits', async (t) => {
  const queue = new ByteQueue()
  const first = queue.next()
  await t.rejects(queue.next(), { name: 'TypeError', message: /the last read is still waiting/ })
  queue.push(bytes(1))
  t.strictSame(await first, bytes(1))
})

t.test('the owner is told of every chunk that is taken, when it no longer counts', async (t) => {
  const told: (readonly [taken: number, waiting: number])[] = []
  const queue: ByteQueue = new ByteQueue((taken) => told.push([taken, queue.bytes]))
  queue.push(bytes(1, 2, 3))
  queue.push(bytes(4))
  t.equal(queue.bytes, 4)
  t.strictSame(told, [])
  await queue.next()
  await queue.next()
  const waiting = queue.next()
  queue.push(bytes(5, 6))
  t.strictSame(told, [
    [3, 1],
    [1, 0],
    [2, 0],
  ])
  t.strictSame(await waiting, bytes(5, 6))
})

t.test('clear() drops what waits and leaves the end to come', async (t) => {
  const queue = new ByteQueue()
  queue.push(bytes(1, 2))
  queue.clear()
  t.equal(queue.bytes, 0)
  queue.end()
  t.ok(queue.isDrained)
  t.equal(await queue.next(), undefined)
})

t.test(
  'whatever the order of pushes and reads, every byte comes once, in order, and counts until it is taken',
  async () => {
    const push = fc.uint8Array({ minLength: 1, maxLength: 9 })
    const read = fc.integer({ min: 1, max: 9 })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(push, read), { maxLength: 60 }), async (steps) => {
        let [pushed, taken, isWaiting] = [0, 0, false]
        const queue: ByteQueue = new ByteQueue((count) => {
          taken += count
        })
        const reads: Promise<Uint8Array | undefined>[] = []
        for (const step of steps) {
          if (typeof step !== 'number') {
            pushed += step.length
            queue.push(step)
            isWaiting = false
          } else if (!isWaiting) {
            isWaiting = queue.bytes === 0
            reads.push(queue.next(step))
          }
          if (queue.bytes !== pushed - taken) return false
        }
        queue.end()
        while (!queue.isDrained) reads.push(queue.next())
        const received = (await Promise.all(reads)).flatMap((chunk) => [...(chunk ?? [])])
        return received.join() === steps.flatMap((step) => (typeof step === 'number' ? [] : [...step])).join()
      }),
    )
  },
)
