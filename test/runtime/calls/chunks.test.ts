// Short calls travel together; nobody who makes them can tell, but by the time it takes.

import { test } from 'tap'
import { ChunkSize } from '../../../runtime/calls/call-source.ts'
import { col, float64, udf, WorkerPool } from '../../../runtime/index.ts'

test('chunks grow while calls are short, and shrink when they are not', async (t) => {
  const size = new ChunkSize(2)
  t.equal(size.next(undefined), 1)
  for (const expected of [2, 4, 8, 16, 16]) {
    size.took(1, 0.01)
    t.equal(size.next(undefined), expected)
  }
  t.equal(size.next(100), 16)
  t.equal(size.next(20), 5, 'no worker is left without at the end')
  t.equal(size.next(1), 1)
  size.took(16, 32)
  t.equal(size.next(undefined), 2)
  size.took(2, 2000)
  t.equal(size.next(undefined), 1)
  const fixed = new ChunkSize(2, 5)
  fixed.took(5, 0.01)
  t.equal(fixed.next(undefined), 5)
  t.equal(fixed.next(3), 5)
})

test('many short calls', { timeout: 300_000 }, async (t) => {
  await using pool = WorkerPool.fork({ workers: 2 })
  await pool.ready()
  const items = Array.from({ length: 1000 }, (_, i) => i)

  await t.test('results are in the order of the items, whatever kind of iterable they come from', async (t) => {
    const expected = items.map((i) => [i, 2 * i])
    t.strictSame(await pool.map((n: number, i: number) => [i, 2 * n], items), expected)
    t.strictSame(await pool.map((n: number, i: number) => [i, 2 * n], new Set(items)), expected)
    const later = async function* () {
      yield* items
    }
    t.strictSame(await pool.map((n: number, i: number) => [i, 2 * n], later()), expected)
  })

  await t.test('they take fewer messages than calls', async (t) => {
    const sent = () => pool.stats().sentBytes
    const before = sent()
    await pool.map((n: number) => n, items)
    const together = sent() - before
    await pool.map((n: number) => n, items, { timeoutMs: 60_000 })
    const apart = sent() - before - together
    t.ok(together < apart / 3, `${together} bytes, ${apart} apart`)
  })

  await t.test('calls share no objects, neither arguments nor results', async (t) => {
    const shared = { n: 0 }
    const counts = await pool.map(
      (argument: { n: number }) => {
        argument.n += 1
        return argument
      },
      items.map(() => shared),
    )
    t.ok(counts.every(({ n }) => n === 1))
    t.equal(new Set(counts).size, items.length)
  })

  await t.test('the first call that fails names its item, and ends the others', async (t) => {
    const fail = (n: number) => {
      if (n === 777) throw new TypeError('no sevens')
      return n
    }
    const failed = pool.map(fail, items)
    await t.rejects(failed, { code: 'udf_failed', message: /no sevens/, details: { item: 777 } })
    await failed.catch((error) => t.notOk('call' in error.details))
    await t.rejects(
      pool.map((n: number) => (n === 900 ? () => n : n), items),
      { code: 'closure_unserializable', details: { item: 900 } },
    )
    await t.rejects(
      pool.map((n: unknown) => n, [...items, Symbol('no')]),
      { code: 'closure_unserializable', details: { item: 1000 } },
    )
    t.equal(await pool.run((n: number) => n + 1, 1), 2)
  })

  await t.test('an item that cannot travel with those before it travels alone', async (t) => {
    const seen: string[] = []
    const log = (text: string) => {
      seen.push(text)
      return seen.length
    }
    const rule = udf((a: number) => a + seen.length, [float64], float64, { name: 'counted' })(col('a'))
    const mixed = items.slice(0, 60).map((i) => (i % 20 === 19 ? [i, rule] : [i]))
    const results = await pool.map((item: unknown[]) => [item.length, typeof log(String(item[0]))], mixed)
    t.strictSame(
      results,
      mixed.map(({ length }) => [length, 'number']),
    )
  })

  await t.test('progress counts calls', async (t) => {
    const reports: number[] = []
    await pool.map((n: number) => n, items, { onProgress: ({ done }) => void reports.push(done) })
    t.equal(reports.at(-1), items.length)
    t.strictSame(
      reports,
      reports.toSorted((a, b) => a - b),
    )
  })

  await t.test('a source that fails ends the map with its error, and one that is not used up is told', async (t) => {
    let ended = false
    function* source() {
      try {
        for (let i = 0; ; i += 1) {
          if (i === 300) throw new RangeError('out of items')
          yield i
        }
      } finally {
        ended = true
      }
    }
    await t.rejects(
      pool.map((n: number) => n, source()),
      { message: 'out of items' },
    )
    ended = false
    await t.rejects(
      pool.map((n: { there: { not: number } }) => n.there.not, source() as Iterable<never>),
      { code: 'udf_failed' },
    )
    t.ok(ended)
  })
})
