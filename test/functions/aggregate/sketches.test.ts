import t from 'tap'
import { HyperLogLog, hashOf } from '../../../functions/aggregate/hyper-log-log.ts'
import { TDigest } from '../../../functions/aggregate/t-digest.ts'

t.setTimeout(120_000)

t.test('HyperLogLog counts few values exactly', (t) => {
  const sketch = new HyperLogLog()
  for (const value of ['a', 'b', 'a', '', 1, 1.5, 2n, -0, 0, null, true, Uint8Array.of(1), [1n]]) sketch.add(value)
  t.equal(sketch.count(), 11)
  t.end()
})

for (const size of [1000, 2000, 50_000, 1_000_000]) {
  t.test(`HyperLogLog counts ${size} values within two per cent`, (t) => {
    const [numbers, texts] = [new HyperLogLog(), new HyperLogLog()]
    for (let i = 0; i < size; i++) {
      numbers.add(BigInt(i))
      if (i < 100_000) texts.add(`user-${i}`)
    }
    t.ok(Math.abs(numbers.count() / size - 1) < 0.02, `${numbers.count()}`)
    t.ok(Math.abs(texts.count() / Math.min(size, 100_000) - 1) < 0.02, `${texts.count()}`)
    t.end()
  })
}

t.test('HyperLogLog sketches merge, the small ones and the large ones', (t) => {
  const sketch = (from: number, to: number) => {
    const made = new HyperLogLog()
    for (let i = from; i < to; i++) made.add(i)
    return made.toBytes()
  }
  const small = new HyperLogLog()
  small.merge(sketch(0, 10))
  small.merge(sketch(5, 20))
  t.equal(small.count(), 20)
  const large = new HyperLogLog()
  large.merge(sketch(0, 30_000))
  large.merge(sketch(20_000, 60_000))
  large.merge(sketch(0, 5))
  t.ok(Math.abs(large.count() / 60_000 - 1) < 0.02)
  t.equal(sketch(0, 10).length, 81)
  t.equal(sketch(0, 30_000).length, 16_385)
  t.end()
})

t.test('hashes of close values are far apart', (t) => {
  const hashes = new Set<number>()
  for (let i = 1; i <= 200_000; i++)
    hashes
      .add(hashOf(i))
      .add(hashOf(`k${i}`))
      .add(hashOf(BigInt(i) << 32n))
  t.equal(hashes.size, 600_000)
  t.equal(hashOf(0), hashOf(-0))
  t.end()
})

t.test('TDigest is exact for few values', (t) => {
  const digest = new TDigest()
  for (const value of [5, 1, 3, 2, 4]) digest.add(value)
  t.equal(digest.quantile(0), 1)
  t.equal(digest.quantile(0.5), 3)
  t.equal(digest.quantile(0.25), 2)
  t.equal(digest.quantile(1), 5)
  t.equal(digest.quantile(0.1), 1.4)
  t.end()
})

t.test('TDigest finds the quantiles of many values within half a per cent, finest at the ends', (t) => {
  const digest = new TDigest()
  const size = 100_000
  for (let i = 0; i < size; i++) digest.add((i * 7919) % size)
  for (const share of [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]) {
    const error = Math.abs(digest.quantile(share) / size - share)
    t.ok(error < 0.005 * Math.min(1, 4 * Math.sqrt(share * (1 - share)) + 0.1), `${share}: ${error}`)
  }
  t.ok(digest.parts().means.length <= 200, `${digest.parts().means.length} means`)
  t.end()
})

t.test('TDigest sketches merge', (t) => {
  const whole = new TDigest()
  for (let part = 0; part < 10; part++) {
    const digest = new TDigest()
    for (let i = 0; i < 2000; i++) digest.add(part * 2000 + i)
    const { means, weights } = digest.parts()
    whole.merge(means, weights, ...digest.bounds())
  }
  t.equal(whole.total, 20_000)
  t.ok(Math.abs(whole.quantile(0.5) - 10_000) < 200)
  t.equal(whole.quantile(1), 19_999)
  t.equal(whole.quantile(0), 0)
  t.end()
})
