// Expressions of thousands of parts: whatever may be written is compiled, or refused by name.

import t from 'tap'
import { int32, SessionContext } from 'volley'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())
const times = <Item>(count: number, make: (i: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => make(i))
const evaluate = async (text: string) => {
  const found = await ctx
    .fromColumns({ a: [1, 1899, -1], n: [null, 7, null] }, { a: int32, n: int32 })
    .select(`${text} as x`)
    .toRows()
  return found.map(({ x }) => x)
}

t.test('a CASE of 1,900 branches takes the first that is true', async (t) => {
  const branches = (count: number) => times(count, (i) => `when a = ${i} then 't${i}'`).join(' ')
  t.same(await evaluate(`case ${branches(1900)} end`), ['t1', 't1899', null])
  t.same(await evaluate(`case ${branches(1800)} else 'other' end`), ['t1', 'other', 'other'])
})

t.test('a coalesce of 3,000 arguments takes the first that is not null', async (t) => {
  t.same(await evaluate(`coalesce(${times(3000, (i) => `nullif(a, ${1 - i})`)})`), [1, 1899, -1])
  t.same(await evaluate(`coalesce(${times(3000, (i) => `n + ${i}`)}, a)`), [1, 7, -1])
})

t.test('AND and OR over 1,000 conditions', async (t) => {
  t.same(
    await evaluate(
      times(1000, (i) => `a <> ${i + 2} and n is distinct from ${i}`)
        .slice(0, 400)
        .join(' and '),
    ),
    [true, false, true],
  )
  t.same(await evaluate(times(900, (i) => `n = ${i}`).join(' or ')), [null, true, null])
})
