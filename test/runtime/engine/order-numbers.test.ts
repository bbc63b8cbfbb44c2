// Sorting numbers by distribution, for every way in which numbers can be spread, against the platform's sort.

import t from 'tap'
import { NumberSorter } from '../../../runtime/engine/sort/order-numbers.ts'

t.setTimeout(120_000)

let state = 1
const next = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
  return (state >>> 0) / 4_294_967_296
}
const ends = [-Infinity, Infinity, 0, -0]
const spreads: Readonly<Record<string, (i: number) => number>> = {
  uniform: () => next() * 1e6 - 5e5,
  exponential: () => Math.exp(next() * 1400 - 700),
  'a few values': () => Math.floor(next() * 5),
  'one value': () => 7,
  ascending: (i) => i,
  descending: (i) => -i,
  'infinities among them': () => (next() < 0.3 ? (ends[Math.floor(next() * 4)] ?? 0) : next()),
  'the whole range of doubles': () => (next() < 0.5 ? -1 : 1) * next() * Number.MAX_VALUE,
  'the smallest doubles': () => Math.floor(next() * 100) * 5e-324,
  'one far away': (i) => (i === 17 ? 1e300 : next()),
  'zeros of both signs': () => (next() < 0.5 ? 0 : -0),
}

for (const [name, spread] of Object.entries(spreads)) {
  t.test(`sort() orders numbers and their positions, stably: ${name}`, (t) => {
    for (const count of [0, 1, 24, 25, 300, 20_000]) {
      const numbers = Float64Array.from({ length: count }, (_, i) => spread(i))
      const wanted = Array.from(numbers, (_, i) => i).sort(
        (a, b) =>
          Number((numbers[a] ?? 0) > (numbers[b] ?? 0)) - Number((numbers[a] ?? 0) < (numbers[b] ?? 0)) || a - b,
      )
      const alone = numbers.slice()
      const sorted = numbers.slice()
      const positions = Int32Array.from(numbers, (_, i) => i)
      const sorter = new NumberSorter()
      sorter.sort(alone, undefined, 0, count)
      sorter.sort(sorted, positions, 0, count)
      const first = wanted.findIndex((position, i) => positions[i] !== position)
      t.equal(first, -1, `${count} numbers, first difference`)
      t.ok(alone.every((number, i) => Object.is(number, sorted[i])))
      t.ok(sorted.every((number, i) => Object.is(number, numbers[wanted[i] ?? 0])))
    }
    t.end()
  })
}

t.test('sort() leaves what stands outside its range, and orders as much as is wanted', (t) => {
  const numbers = Float64Array.from({ length: 10_000 }, () => Math.floor(next() * 5000))
  const before = numbers.slice()
  const inside = numbers.slice(100, 9900).sort()
  new NumberSorter().sort(numbers, undefined, 100, 9900, 600)
  t.same(numbers.slice(0, 100), before.slice(0, 100))
  t.same(numbers.slice(9900), before.slice(9900))
  t.same(numbers.slice(100, 600), inside.slice(0, 500))
  t.same(numbers.slice(100, 9900).sort(), inside)
  t.end()
})
