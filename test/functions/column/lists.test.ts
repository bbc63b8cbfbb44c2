// Columns of lists whose items stand in a column: whatever is done to them gives the lists that it gives of plain values.

import fc from 'fast-check'
import t from 'tap'
import { fromRecordBatch, toRecordBatch } from '../../../functions/column/arrow.ts'
import { type Column, type ObjectColumn, valueAt } from '../../../functions/column/column.ts'
import { listItems } from '../../../functions/column/lists.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { sliceBatch } from '../../../functions/column/slice.ts'
import { resolveDictionary, takeRows } from '../../../functions/column/take.ts'
import { toArrowSchema } from '../../../functions/types/arrow.ts'
import { bool, type DataType, decimal128, field, float64, int64, list, utf8 } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { valueFor } from '../../runtime/engine/random-columns.ts'
import { show } from '../../runtime/engine/values.ts'

t.setTimeout(120_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 100)
t.comment(`SEED=${seed} repeats this run`)

/** The column through Arrow and back: its items stand in a column then. */
function viaArrow(column: Column, type: DataType): ObjectColumn {
  const schema = [field('l', type)]
  const batch = toRecordBatch({ length: column.length, columns: [column] }, schema, toArrowSchema(schema))
  const [back] = fromRecordBatch(batch, schema).columns
  if (back?.storage !== 'object') throw new Error('not a column of lists')
  return back
}

const textOf = (column: Column): string =>
  Array.from({ length: column.length }, (_, row) => show(valueAt(column, row))).join('; ')

const lists = fc.constantFrom<DataType>(utf8, float64, int64, bool, decimal128(9, 2), list(utf8)).chain((item) =>
  fc.record({
    type: fc.constant(list(item)),
    values: fc.array(fc.option(fc.array(fc.option(valueFor(item)), { maxLength: 4 })), { minLength: 1, maxLength: 12 }),
    from: fc.nat(12),
    to: fc.nat(12),
    picked: fc.array(fc.nat(11), { maxLength: 12 }),
  }),
)

t.test('slices and picked rows of lists are those of their values, through Arrow too', (t) => {
  fc.assert(
    fc.property(lists, ({ type, values, from, to, picked }) => {
      const check = (column: Column, wanted: readonly Value[]): void => {
        const text = textOf(columnOf(wanted, type))
        for (const each of [column, viaArrow(column, type)])
          if (textOf(each) !== text) throw new Error(`wanted ${text}, got ${textOf(each)}`)
      }
      const column = viaArrow(columnOf(values, type), type)
      if (listItems(column) === undefined) throw new Error('its items are not in a column')
      check(column, values)
      const [start, end] = [Math.min(from, to, values.length), Math.min(Math.max(from, to), values.length)]
      const [slice = column] = sliceBatch({ length: values.length, columns: [column] }, start, end).columns
      check(slice, values.slice(start, end))
      const rows = picked.map((row) => row % values.length)
      check(
        takeRows(resolveDictionary(column), Int32Array.from(rows), rows.length),
        rows.map((row) => values[row] ?? null),
      )
      if (end === start) return
      const again = rows.map((row) => row % (end - start))
      check(
        takeRows(resolveDictionary(slice), Int32Array.from(again), again.length),
        again.map((row) => values[start + row] ?? null),
      )
    }),
    { seed, numRuns },
  )
  t.end()
})

t.test('a copy of such a column with other nulls has these', (t) => {
  const type = list(utf8)
  const column = viaArrow(columnOf([['a'], ['b']], type), type)
  const copy: ObjectColumn = { ...column, valid: Uint8Array.of(0, 1) }
  t.same(textOf(copy), 'null; ["b"]')
  t.same(textOf(viaArrow(copy, type)), 'null; ["b"]')
  t.end()
})
