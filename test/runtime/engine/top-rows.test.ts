// The first rows in an order out of many batches: the same as the beginning of the whole order.

import t from 'tap'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { sliceBatch } from '../../../functions/column/slice.ts'
import type { SortNode } from '../../../functions/expr/node.ts'
import { type DataType, field, float64, int32, int64, type Schema, utf8 } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { rowsIn, runProgram } from './run-program.ts'

t.setTimeout(120_000)

const key = (name: string, descending: boolean, nullsFirst: boolean): SortNode => ({
  kind: 'sort',
  input: { kind: 'column', name },
  descending,
  nullsFirst,
})

/** Rows of a value and their number, in batches, sorted with a limit and without: where the two differ first. */
function bothWays(type: DataType, value: (row: number) => Value, keys: readonly SortNode[], limit: number) {
  const schema: Schema = [field('a', type), field('row', int32)]
  const batches = Array.from({ length: 8 }, (_, b) => {
    const rows = Array.from({ length: 3000 }, (_, i) => b * 3000 + i)
    return { length: rows.length, columns: [columnOf(rows.map(value), type), columnOf(rows, int32)] }
  })
  const top = rowsIn(runProgram(schema, [{ op: 'sort', keys, limit }], batches))
  const sorted = runProgram(schema, [{ op: 'sort', keys }], batches)
  const all = rowsIn(sorted.map((batch) => sliceBatch(batch, 0, limit)))
  return { rows: top.length, difference: all.findIndex((row, i) => !row.every((v, c) => Object.is(v, top[i]?.[c]))) }
}

const scattered = (row: number): number => (row * 7919) % 10_007
const cases: readonly (readonly [string, DataType, (row: number) => Value])[] = [
  ['numbers', float64, (row) => scattered(row) / 8],
  ['numbers with nulls', float64, (row) => (row % 3 === 0 ? null : scattered(row))],
  ['mostly nulls', float64, (row) => (row % 20_000 === 7 ? scattered(row) : null)],
  ['NaN and infinities', float64, (row) => [Number.NaN, Infinity, -Infinity, null, row][row % 5] ?? null],
  ['few values', int32, (row) => row % 3],
  ['integers that doubles cannot tell apart', int64, (row) => 9007199254740992n + BigInt(scattered(row))],
  ['texts with a common beginning', utf8, (row) => `common-${scattered(row)}`],
]

for (const [name, type, value] of cases) {
  t.test(`sort with a limit gives the beginning of the whole order: ${name}`, (t) => {
    for (const [descending, nullsFirst] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      for (const limit of [1, 100, 3000]) {
        const first = key('a', descending, nullsFirst)
        const one = bothWays(type, value, [first], limit)
        t.same(one, { rows: limit, difference: -1 }, `${limit} of ${descending}, ${nullsFirst}`)
        const two = bothWays(type, value, [first, key('row', !descending, false)], limit)
        t.same(two, { rows: limit, difference: -1 }, `${limit} of ${descending}, ${nullsFirst}, by two keys`)
      }
    }
    t.end()
  })
}

t.test('sort with a limit of nothing gives nothing', (t) => {
  t.same(bothWays(int32, scattered, [key('a', false, false)], 0), { rows: 0, difference: -1 })
  t.end()
})

t.test('sort of a column by itself puts nulls, NaN and zeros where they belong', (t) => {
  const values = Array.from({ length: 3000 }, (_, i) => [null, i % 7, -0, 0, i / 3 - 400][i % 5] as number | null)
  const schema: Schema = [field('a', float64)]
  const sort = (descending: boolean, nullsFirst: boolean, own: readonly (number | null)[]): readonly Value[] => {
    const batch = { length: own.length, columns: [columnOf(own, float64)] }
    const op = { op: 'sort', keys: [key('a', descending, nullsFirst)] } as const
    return rowsIn(runProgram(schema, [op], [batch])).map(([value]) => value ?? null)
  }
  const compare = (a: number, b: number): number =>
    Number.isNaN(a) || Number.isNaN(b)
      ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
      : Number(a > b) - Number(a < b)
  for (const own of [
    values,
    [...values, Number.NaN],
    [...values, Infinity, -Infinity],
    values.filter((v) => v !== null),
  ]) {
    const numbers = own.filter((value) => value !== null)
    const nulls = new Array<null>(own.length - numbers.length).fill(null)
    t.same(sort(false, false, own), [...numbers.toSorted(compare), ...nulls])
    t.same(sort(true, true, own), [...nulls, ...numbers.toSorted((a, b) => compare(b, a))])
    t.same(sort(false, true, own), [...nulls, ...numbers.toSorted(compare)])
  }
  t.end()
})
