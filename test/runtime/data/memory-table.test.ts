// What fromArrow() takes: tables and batches of this copy of apache-arrow, and of its CommonJS build.

import { createRequire } from 'node:module'
import type * as Arrow from 'apache-arrow'
import t from 'tap'
import { SessionContext } from 'volley'

t.setTimeout(120_000)

const arrow = createRequire(import.meta.url)('apache-arrow') as typeof Arrow
const ctx = new SessionContext({ backend: 'in-process' })
t.teardown(() => ctx.close())

const vector = (values: readonly unknown[], type: Arrow.DataType) => arrow.vectorFromArray(values, type)
const table = new arrow.Table({
  n: vector([1n, null, 3n], new arrow.Int64()),
  d: vector(['x', null, 'x'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
  l: vector([[1n], [], null], new arrow.List(new arrow.Field('item', new arrow.Int64(), true))),
  s: vector([{ p: 1 }, null, { p: 3 }], new arrow.Struct([new arrow.Field('p', new arrow.Float64(), true)])),
  t: vector([new Date(0), null, new Date(1000)], new arrow.TimestampMillisecond()),
  b: vector([true, null, false], new arrow.Bool()),
})
const rows = [
  { n: 1, d: 'x', l: [1], s: { p: 1 }, t: '1970-01-01T00:00:00.000', b: true },
  { n: null, d: null, l: [], s: null, t: null, b: null },
  { n: 3, d: 'x', l: null, s: { p: 3 }, t: '1970-01-01T00:00:01.000', b: false },
]

t.test('fromArrow() reads tables and batches of the CommonJS build', async (t) => {
  t.same(await ctx.fromArrow(table).toRows({ json: true }), rows)
  t.same(await ctx.fromArrow(table.slice(1, 3)).toRows({ json: true }), rows.slice(1))
  t.same(await ctx.fromArrow(table.batches).toRows({ json: true }), rows)
  t.same(await ctx.fromArrow(new arrow.Table(table.schema)).toRows({ json: true }), [])
})

t.test('fromArrow() refuses what is no Arrow data', (t) => {
  for (const given of [{}, [], [{}], null, 'a.arrow', { schema: {}, batches: [] }]) {
    t.throws(() => ctx.fromArrow(given as never), { code: 'invalid_argument' }, JSON.stringify(given))
  }
  t.end()
})

t.test('lists of nothing but nulls are read like others', async (t) => {
  const rows = [
    { a: [null], b: 1 },
    { a: [], b: null },
    { a: null, b: 2 },
  ]
  t.same(await ctx.fromRows(rows).toRows({ json: true }), rows)
})
