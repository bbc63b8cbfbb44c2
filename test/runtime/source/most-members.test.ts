// Members are counted before a line is parsed, whatever stands in its strings.

import fc from 'fast-check'
import { test } from 'tap'
import { hasMoreMembers } from '../../../runtime/source/json/most-members.ts'

const largest = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value).map(largest)
  return Math.max(0, Array.isArray(value) ? 0 : Object.keys(value).length, ...inner)
}

test('hasMoreMembers() agrees with the parser', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 1, max: 6 }), (value, limit) => {
      return hasMoreMembers(JSON.stringify(value), limit) === largest(value) > limit
    }),
    { numRuns: 2000 },
  )
  const tricky = { 'a,b': '{"c":1,"d":2,', '\\': '\\"', '"': ['}', ','], e: '\\\\"' }
  t.equal(hasMoreMembers(JSON.stringify(tricky), 4), false)
  t.equal(hasMoreMembers(JSON.stringify(tricky), 3), true)
  t.equal(hasMoreMembers('{"a": 1, "b', 3), false, 'a text that ends too early')
})
