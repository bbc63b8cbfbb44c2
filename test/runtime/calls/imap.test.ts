// imap and imapUnordered: results one by one from real workers, and what becomes of calls and sources when somebody leaves.

import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Test, test } from 'tap'
import { type ImapOptions, WorkerPool } from 'volley'

async function collected<Item>(results: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of results) items.push(item)
  return items
}

/** What came before the error, and the error. */
async function untilError<Item>(results: AsyncIterable<Item>) {
  const items: Item[] = []
  try {
    for await (const item of results) items.push(item)
  } catch (error) {
    return { items, error: error as Error & { code: string; details: { item?: number } } }
  }
  throw new Error(`it did not fail, and gave ${items.length}`)
}

/** Numbers without end; it knows how many were taken and whether it was told to stop. */
class Numbers {
  taken = 0
  hasEnded = false;

  *[Symbol.iterator]() {
    try {
      for (; ; this.taken += 1) yield this.taken
    } finally {
      this.hasEnded = true
    }
  }

  async *later() {
    yield* this
  }
}

const sleep = async (ms: number, i: number) => {
  await new Promise((resolve) => setTimeout(resolve, ms))
  return i
}
const oneByOne: ImapOptions = { chunkSize: 1 }
const isQuiet = (t: Test, pool: WorkerPool) => t.match(pool.stats(), { busy: 0, queued: 0 }, 'nothing is running')

test('results one by one', { timeout: 300_000 }, async (t) => {
  await using pool = WorkerPool.fork({ workers: 2, graceMs: 50 })
  await pool.ready()
  const items = Array.from({ length: 300 }, (_, i) => i)
  const doubled = items.map((n) => 2 * n)
  const double = (n: number) => 2 * n

  await t.test('imap() gives them in the order of the items, from any iterable and in any chunks', async (t) => {
    t.strictSame(await collected(pool.imap(double, items)), doubled)
    t.strictSame(await collected(pool.imap(double, new Set(items), { chunkSize: 7 })), doubled)
    t.strictSame(await collected(pool.imap(double, items.values(), { concurrency: 1, buffer: 1 })), doubled)
    const later = async function* () {
      yield* items
    }
    t.strictSame(await collected(pool.imap(double, later(), { chunkSize: 50 })), doubled)
    t.strictSame(await collected(pool.imap(double, later(), { timeoutMs: 60_000 })), doubled)
    t.strictSame(await collected(pool.imap(double, [])), [])
    t.strictSame(await collected(pool.imap((word: string) => word + word, 'ab')), ['aa', 'bb'])
    const promises = [Promise.resolve(1), 2] as unknown as number[]
    t.strictSame(await collected(pool.imap(double, promises)), [2, 4], 'promises of a sync source are awaited')
  })

  await t.test('imapUnordered() gives all of them once, the quick before the slow', async (t) => {
    t.strictSame(
      (await collected(pool.imapUnordered(double, items))).toSorted((a, b) => a - b),
      doubled,
    )
    t.strictSame(await collected(pool.imapUnordered(sleep, [400, 1, 2, 3, 4], oneByOne)), [1, 2, 3, 4, 0])
    t.strictSame(await collected(pool.imap(sleep, [100, 1, 2, 3, 4], oneByOne)), [0, 1, 2, 3, 4])
  })

  await t.test('nothing is called before the first result is asked for', async (t) => {
    const numbers = new Numbers()
    const results = pool.imap(double, numbers)
    await delay(20)
    t.equal(numbers.taken, 0)
    t.strictSame(await results.return?.(), { done: true, value: undefined })
    t.strictSame(await results.next(), { done: true, value: undefined })
  })

  await t.test('a slow reader holds the calls up', async (t) => {
    for (const order of ['imap', 'imapUnordered'] as const) {
      for (const source of ['sync', 'async']) {
        const numbers = new Numbers()
        const given = source === 'sync' ? numbers : numbers.later()
        const results = pool[order](double, given, { chunkSize: 1, concurrency: 2, buffer: 3 })
        for (let read = 0; read < 10; read++) await results.next()
        await delay(100)
        t.ok(numbers.taken <= 10 + 3 + 2, `${numbers.taken} taken`)
        isQuiet(t, pool)
        await results[Symbol.asyncDispose]()
        t.ok(numbers.hasEnded, 'the source was told')
      }
    }
  })

  await t.test('leaving the loop stops what is running and ends the source', async (t) => {
    for (const order of ['imap', 'imapUnordered'] as const) {
      const numbers = new Numbers()
      const forever = (n: number) => {
        if (n === 0) return n
        for (;;);
      }
      for await (const first of pool[order](forever, numbers, oneByOne)) {
        t.equal(first, 0)
        break
      }
      t.ok(numbers.hasEnded)
      isQuiet(t, pool)
    }
  })

  await t.test(
    'return() needs not wait for the result that is waited for, nor for a source that does not answer',
    async (t) => {
      const slow = pool.imap((ms: number) => new Promise((resolve) => setTimeout(resolve, ms)), [600_000])
      const waiting = slow.next()
      await delay(50)
      await slow.return?.()
      t.strictSame(await waiting, { done: true, value: undefined })
      const silent = (async function* (): AsyncGenerator<number> {
        await new Promise(() => {})
      })()
      const results = pool.imap(double, silent)
      const next = results.next()
      await results.return?.()
      t.strictSame(await next, { done: true, value: undefined })
    },
  )

  await t.test('those who ask at the same time are answered in order', async (t) => {
    const results = pool.imap(double, items)
    const asked = await Promise.all(Array.from({ length: 302 }, () => results.next()))
    t.strictSame(
      asked.slice(0, 300).map(({ value }) => value),
      doubled,
    )
    t.ok(asked.slice(300).every(({ done }) => done))
  })

  await t.test('a signal stops them, whether somebody waits or not', async (t) => {
    const controller = new AbortController()
    const numbers = new Numbers()
    const results = pool.imap(double, numbers, { signal: controller.signal })
    await results.next()
    controller.abort()
    await delay(20)
    t.ok(numbers.hasEnded, 'at once')
    await t.rejects(results.next(), { code: 'cancelled' })
    t.strictSame(await results.next(), { done: true, value: undefined })
    isQuiet(t, pool)
    const endless = pool.imapUnordered(sleep, [600_000, 600_000], { signal: AbortSignal.timeout(200) })
    await t.rejects(endless.next(), { code: 'cancelled' })
    await t.rejects(pool.imap(double, items, { signal: AbortSignal.abort() }).next(), { code: 'cancelled' })
  })

  await t.test('what comes before the item that fails is given, then its error', async (t) => {
    const numbers = new Numbers()
    const fail = (n: number) => {
      if (n === 123) throw new TypeError('not that one')
      return n
    }
    for (const more of [{}, { chunkSize: 1 }, { chunkSize: 50 }, { chunkSize: 200 }]) {
      const { items, error } = await untilError(pool.imap(fail, numbers, more))
      t.strictSame(
        items,
        Array.from({ length: 123 }, (_, i) => i),
      )
      t.match(error, { code: 'udf_failed', message: /not that one/, details: { item: 123 } })
      t.notOk('call' in error.details)
      t.ok(numbers.hasEnded)
      Object.assign(numbers, { taken: 0, hasEnded: false })
    }
    const unordered = await untilError(pool.imapUnordered(fail, numbers))
    t.equal(new Set(unordered.items).size, unordered.items.length)
    t.match(unordered.error, { code: 'udf_failed', details: { item: 123 } })
    const unsendable = await untilError(pool.imap((n: unknown) => n, [...Array(40).keys(), Symbol('no')]))
    t.equal(unsendable.items.length, 40)
    t.match(unsendable.error, { code: 'closure_unserializable', details: { item: 40 } })
    const unreturnable = await untilError(pool.imap((n: number) => (n === 9 ? () => n : n), items, { chunkSize: 20 }))
    t.equal(unreturnable.items.length, 9)
    t.match(unreturnable.error, { code: 'closure_unserializable', details: { item: 9 } })
    isQuiet(t, pool)
  })

  await t.test('so does the error of a source', async (t) => {
    const failing = function* () {
      yield* [0, 1, 2]
      throw new RangeError('no more')
    }
    for (const chunkSize of [1, 2, 10]) {
      const { items, error } = await untilError(pool.imap(double, failing(), { chunkSize }))
      t.strictSame(items, [0, 2, 4])
      t.match(error, { message: 'no more' })
    }
  })

  await t.test('a worker that is lost, and a call that takes too long, fail their item', async (t) => {
    const lost = await untilError(pool.imap((n: number) => (n === 3 ? process.exit(1) : n), items, oneByOne))
    t.strictSame(lost.items, [0, 1, 2])
    t.match(lost.error, { code: 'worker_lost', details: { item: 3 } })
    const slow = await untilError(pool.imap(sleep, [1, 600_000], { timeoutMs: 300 }))
    t.match(slow.error, { code: 'timeout', details: { item: 1 } })
  })

  await t.test('with retries a call is made again whose worker was lost, and only then', async (t) => {
    const marker = `${t.testdir()}/lost-once`
    const once = (n: number) => {
      if (n === 3 && !existsSync(marker)) {
        writeFileSync(marker, '')
        process.exit(1)
      }
      if (n === 300) throw new Error('thrown')
      return n
    }
    t.strictSame(await collected(pool.imap(once, items, { chunkSize: 2, retries: 1 })), items)
    const dies = await untilError(pool.imapUnordered(() => process.exit(1), [1], { retries: 2 }))
    t.equal(dies.error.code, 'worker_lost')
    await t.rejects(pool.runWith({ retries: 5 }, once, 300), { code: 'udf_failed' })
    t.throws(() => pool.imap(once, items, { retries: -1 }), { code: 'invalid_argument' })
  })

  await t.test('what cannot be meant is refused at once', (t) => {
    t.throws(() => pool.imap(double, 5 as never), { code: 'invalid_argument', message: /Cannot map over a number/ })
    t.throws(() => pool.imap(double, [1], { chunkSize: 0 }), { code: 'invalid_argument' })
    t.throws(() => pool.imap(double, [1], { buffer: 1.5 }), { code: 'invalid_argument' })
    t.throws(() => pool.imap(double, [1], { chunksize: 2 } as never), { message: /Did you mean "chunkSize"/ })
    t.throws(() => pool.imap(double, [1], { chunkSize: 2, timeoutMs: 5 }), {
      message: /chunkSize = 2: calls with timeoutMs travel alone/,
    })
    t.throws(() => pool.imapUnordered(class {} as never, [1]), { message: /Cannot call class/ })
    t.end()
  })

  await t.test('map() takes a size of chunks, and ends when it is told of an error by its listener', async (t) => {
    t.strictSame(await pool.map(double, items, { chunkSize: 100 }), doubled)
    const numbers = new Numbers()
    const onProgress = () => {
      throw new Error('stop here')
    }
    await t.rejects(pool.map(double, numbers, { onProgress }), { message: 'stop here' })
    t.ok(numbers.hasEnded)
    isQuiet(t, pool)
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    // An AbortSignal.timeout would not keep the process, nor does a pool without work.
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    await t.rejects(pool.map(double, silent, { signal: stop.signal }), { code: 'cancelled' })
  })

  await t.test('a pool that is closed ends them', async (t) => {
    const other = WorkerPool.fork({ workers: 1, graceMs: 50 })
    const results = other.imap(sleep, [1, 600_000], oneByOne)
    await results.next()
    const next = results.next()
    await other.close()
    await t.rejects(next, { code: 'closed' })
  })
})
