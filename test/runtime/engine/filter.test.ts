// Filters of several conditions, which are computed in stages or together, by how many rows pass the first ones.

import t from 'tap'
import { Binder } from '../../../functions/bind/binder.ts'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { field, float64, int32, utf8 } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { Filter } from '../../../runtime/engine/filter.ts'
import { PreparedBatch } from '../../../runtime/engine/prepared-batch.ts'
import { interpret } from './interpret.ts'

t.setTimeout(120_000)

const schema = [field('day', int32), field('x', float64), field('y', float64), field('text', utf8)]

/** Rows of days from `first` on, with nulls and NaN in every column but the first. */
function batchFrom(first: number, length: number) {
  const rows = Array.from({ length }, (_, i): readonly Value[] => [
    first + i,
    i % 7 === 3 ? null : i % 11 === 5 ? Number.NaN : i % 5,
    i % 4 === 1 ? null : (i % 9) - 4,
    i % 6 === 2 ? null : `text ${i % 3}`,
  ])
  return {
    length,
    columns: schema.map(({ type }, c) =>
      columnOf(
        rows.map((row) => row[c] ?? null),
        type,
      ),
    ),
  }
}

const conditions = [
  'day >= 100 and day < 130 and x <= 3 and y > 0',
  'day >= 100 and (x is null or y < 0)',
  'day < 130 and y > x',
  "x = 1 and day > 50 and text like '%1' and y <> 2",
  'day < 0 and x > 1',
  'y > 0 and 10 / day < 1',
  'x > 1 and (day < 40 or day > 120) and day <> 20 and x < 4',
]

for (const condition of conditions) {
  t.test(`the rows with ${condition} are those that the interpreter finds, batch after batch`, (t) => {
    const bound = new Binder(schema, catalogue).bind(parseExpr(condition))
    const filter = new Filter(bound)
    // Few pass at first, then all do, then few again; a batch may be empty.
    for (const batch of [
      batchFrom(60, 50),
      batchFrom(0, 0),
      batchFrom(100, 30),
      batchFrom(0, 200),
      batchFrom(300, 20),
    ]) {
      const { positions, count } = filter.select(PreparedBatch.of(batch))
      const wanted = Array.from({ length: batch.length }, (_, row) => row).filter(
        (row) => interpret(bound, batch, row) === true,
      )
      t.same([...positions.subarray(0, count)], wanted)
    }
    t.end()
  })
}
