import t from 'tap'
import { nearest } from '../../functions/nearest.ts'

t.test('nearest() finds the name that was meant', async (t) => {
  t.equal(nearest('dely', ['distance', 'delay', 'origin']), 'delay')
  t.equal(nearest('ORIGN', ['distance', 'delay', 'origin']), 'origin')
  t.equal(nearest('x', ['distance', 'delay']), undefined)
})

t.test('nearest() does not look for long names', async (t) => {
  t.equal(nearest('a'.repeat(65), ['a'.repeat(65)]), undefined)
  const names = Array.from({ length: 3000 }, (_, i) => `column_${10_000 + i}`)
  t.equal(nearest('colum_10003', names), 'column_10003')
})
