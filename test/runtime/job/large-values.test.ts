// Results that no memory holds are refused with a code and, where one is to blame, its row; promptly, and by whoever computes.

import t from 'tap'
import { SessionContext } from 'volley'

t.setTimeout(240_000)

const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())
ctx.registerTable('few', ctx.fromRows([{ x: 0, s: 'ab' }]))
ctx.registerTable('many', ctx.fromRows(Array.from({ length: 2000 }, (_, x) => ({ x, s: 'ab' }))))

const refused: readonly (readonly [sql: string, code: string, row: number | undefined])[] = [
  ["select length(replace(repeat(s, 100000), 'a', repeat('x', 100000))) from few", 'invalid_value', 0],
  ["select length(regexp_replace(repeat(s, 5000), 'a', repeat('x', 100000), 'g')) from few", 'invalid_value', 0],
  ["select length(regexp_replace(repeat('a', 100000), '(a+)', repeat('$1', 4000), 'g')) from few", 'invalid_value', 0],
  ['select length(repeat(s, 200000000)) from few', 'invalid_value', 0],
  ['select length(lpad(s, 2147483647)) from few', 'invalid_value', 0],
  ['select length(concat(repeat(s, 100000000), repeat(s, 100000000), repeat(s, 100000000))) from few', 'size_limit', 0],
  ['select length(repeat(s, 100000000) || repeat(s, 100000000) || repeat(s, 100000000)) from few', 'size_limit', 0],
  ["select length(array_to_string(array_repeat('x', 1000), repeat('y', 1000000))) from few", 'invalid_value', 0],
  ['select array_length(array_repeat(s, 1000000000)) from few', 'invalid_value', 0],
  ['select array_length(range(9223372036854775807)) from few', 'invalid_value', 0],
  ['select flatten(array_repeat(array_repeat(s, 10000), 10000)) from few', 'invalid_value', 0],
  ['select array_repeat(array_repeat(s, 10000), 10000) from few', 'size_limit', undefined],
  ['select repeat(s, 1000000) from many', 'size_limit', 268],
  ["select string_agg(repeat(s, 1000000), ',') from many", 'size_limit', 268],
]

for (const [sql, code, row] of refused) {
  t.test(`${sql} fails with ${code}`, async (t) => {
    await t.rejects(ctx.sql(sql).toRows(), { code, ...(row === undefined ? {} : { details: { row } }) })
  })
}

t.test('an error of a built-in says in which row it was', async (t) => {
  await t.rejects(ctx.sql('select 10 / (x - 3) from many').toRows(), { code: 'division_by_zero', details: { row: 3 } })
  await t.rejects(ctx.sql("select date '2020-01-01' + cast(x * 1000000000 as int) from many").toRows(), {
    code: 'overflow',
    details: { row: 1 },
  })
  await t.rejects(ctx.sql('select x from many where cast(s || x as int) = 1').toRows(), {
    code: 'invalid_cast',
    details: { row: 0 },
  })
  await t.rejects(ctx.sql('select sum(10 / (x - 3)) from many').toRows(), {
    code: 'division_by_zero',
    details: { row: 3 },
  })
})
