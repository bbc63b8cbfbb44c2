// Sorting: by several keys, stably, nulls where the key says, NaN greatest; against a plain comparison sort.

import fc from 'fast-check'
import t from 'tap'
import type { Batch } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import type { SortNode } from '../../../functions/expr/node.ts'
import { col, functions as f } from '../../../functions/index.ts'
import { compareValues } from '../../../functions/scalar/order.ts'
import {
  bool,
  type DataType,
  decimal128,
  field,
  float32,
  float64,
  int32,
  int64,
  type Schema,
  timestamp,
  uint32,
  uint64,
  utf8,
} from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { batchOf, randomTable } from './random-columns.ts'
import { rowsIn, runProgram } from './run-program.ts'
import { show } from './values.ts'

t.setTimeout(120_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 300)
t.comment(`SEED=${seed} repeats this run`)

const key = (name: string, descending = false, nullsFirst = descending): SortNode => ({
  kind: 'sort',
  input: col(name).node,
  descending,
  nullsFirst,
})

/** Sorts values of one column `a`; the second column numbers the rows. */
function sorted(values: readonly Value[], type: DataType, keys: readonly SortNode[], limit?: number) {
  const schema: Schema = [field('a', type), field('row', int32)]
  const rows = values.map((_, i) => i)
  const batch: Batch = { length: values.length, columns: [columnOf(values, type), columnOf(rows, int32)] }
  const op = { op: 'sort', keys, ...(limit === undefined ? {} : { limit }) } as const
  return rowsIn(runProgram(schema, [op], [batch]))
}
const valuesSorted = (values: readonly Value[], type: DataType, ...keys: readonly SortNode[]): readonly Value[] =>
  sorted(values, type, keys).map(([value]) => value ?? null)

t.test('sort puts NaN after infinity and keeps -0 and 0 as they came', (t) => {
  const values = [NaN, 1, -Infinity, null, 0, -0, Infinity, -1]
  t.same(valuesSorted(values, float64, key('a')), [-Infinity, -1, 0, -0, 1, Infinity, NaN, null])
  t.same(valuesSorted(values, float64, key('a', true)), [null, NaN, Infinity, 1, 0, -0, -1, -Infinity])
  t.same(valuesSorted(values, float64, key('a', true, false)).slice(-2), [-Infinity, null])
  t.same(valuesSorted(values, float64, key('a', false, true)).slice(0, 2), [null, -Infinity])
  t.end()
})

t.test('sort tells apart what doubles cannot', (t) => {
  const near = [9007199254740993n, 9007199254740992n, 9007199254740994n, -9223372036854775808n, 9223372036854775807n]
  t.same(valuesSorted(near, int64, key('a')), [
    -9223372036854775808n,
    9007199254740992n,
    9007199254740993n,
    9007199254740994n,
    9223372036854775807n,
  ])
  t.same(valuesSorted([18446744073709551615n, 1n, 18446744073709551614n], uint64, key('a', true)), [
    18446744073709551615n,
    18446744073709551614n,
    1n,
  ])
  t.end()
})

t.test('sort orders strings by their UTF-8 bytes', (t) => {
  const words = ['b', 'a', '', 'ab', 'ß', '\uffff', '😀', 'A', 'aaaaaaaaaaaaaaaab', 'aaaaaaaaaaaaaaaaa']
  const byBytes = ['', 'A', 'a', 'aaaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaab', 'ab', 'b', 'ß', '\uffff', '😀']
  t.same(valuesSorted(words, utf8, key('a')), byBytes)
  t.end()
})

t.test('sort tells apart the smallest numbers there are', (t) => {
  const values = Array.from({ length: 60 }, (_, i) => (i % 3) * 5e-324)
  const wanted = [0, 5e-324, 1e-323].flatMap((value) => new Array<number>(20).fill(value))
  t.same(valuesSorted(values, float64, key('a')), wanted)
  t.same(valuesSorted(values, float64, key('a', true), key('row')), wanted.toReversed())
  t.end()
})

t.test('sort is stable, and a limit gives the first rows of the same order', (t) => {
  const values = Array.from({ length: 500 }, (_, i) => i % 7)
  const all = sorted(values, int32, [key('a')])
  t.same(
    all.map(([value, row]) => `${value} ${row}`),
    values.map((value, row) => `${value} ${row}`).sort((x, y) => parseInt(x, 10) - parseInt(y, 10)),
  )
  t.same(sorted(values, int32, [key('a')], 75), all.slice(0, 75))
  t.same(sorted(values, int32, [key('a')], 0), [])
  t.same(sorted(values, int32, [key('a')], 9999), all)
  t.end()
})

t.test('sort takes expressions as keys', (t) => {
  const bySize: SortNode = { kind: 'sort', input: f.abs?.(col('a')).node as never, descending: true, nullsFirst: false }
  t.same(valuesSorted([1, -5, 3, null, -2], int32, bySize), [-5, 3, -2, 1, null])
  t.end()
})

t.test('sort gives nothing for no batches', (t) => {
  t.same(runProgram([field('a', int32)], [{ op: 'sort', keys: [key('a')] }], []), [])
  t.end()
})

const types = [int32, uint32, int64, uint64, float32, float64, utf8, bool, decimal128(20, 4), timestamp('ms')]

/** Few values and many rows, so that keys are equal often. */
const repeated = randomTable(types, 3, 6).chain((table) => {
  const rows = table.columns[0]?.values.length ?? 0
  if (rows === 0) return fc.constant(table)
  return fc.array(fc.nat(rows - 1), { maxLength: 120 }).map((picks) => ({
    ...table,
    before: 0,
    after: 0,
    columns: table.columns.map((column) => ({ ...column, values: picks.map((pick) => column.values[pick] ?? null) })),
  }))
})

t.test('sort gives the order of a comparison sort, however the rows come in batches', (t) => {
  const keys = fc.array(fc.record({ column: fc.nat(2), descending: fc.boolean(), nullsFirst: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(
    fc.property(repeated, keys, fc.nat(120), fc.option(fc.nat(130)), (table, chosen, cut, limit) => {
      const { schema } = table
      const nodes = chosen.map(({ column, ...how }): SortNode => {
        const name = schema[column % schema.length]?.name ?? ''
        return { kind: 'sort', input: { kind: 'column', name }, ...how }
      })
      const length = batchOf(table).length
      const at = Math.min(cut, length)
      const batches = [batchOf(table, 0, at), batchOf(table, at, length)]
      const rows = rowsIn([batchOf(table)])
      const wanted = rows
        .map((row, i) => ({ row, i }))
        .sort((x, y) => compareRows(x.row, y.row, chosen, schema) || x.i - y.i)
        .slice(0, limit ?? length)
      const op = { op: 'sort', keys: nodes, ...(limit === null ? {} : { limit }) } as const
      const got = rowsIn(runProgram(schema, [op], batches))
      const text = (all: readonly (readonly Value[])[]): string =>
        all.map((row) => row.map(show).join(' | ')).join('\n')
      if (text(got) !== text(wanted.map(({ row }) => row))) throw new Error(`got\n${text(got)}`)
    }),
    { seed, numRuns },
  )
  t.end()
})

function compareRows(
  x: readonly Value[],
  y: readonly Value[],
  keys: readonly { column: number; descending: boolean; nullsFirst: boolean }[],
  schema: Schema,
): number {
  for (const { column, descending, nullsFirst } of keys) {
    const [a, b] = [x[column % schema.length] ?? null, y[column % schema.length] ?? null]
    if (a === null && b === null) continue
    if (a === null || b === null) return (a === null) === nullsFirst ? -1 : 1
    const order = compareValues(a, b)
    if (order !== 0) return descending ? -order : order
  }
  return 0
}
