// Merging sorted runs against sorting: the same rows in the same order, equal ones as they came.

import fc from 'fast-check'
import t from 'tap'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { compareValues } from '../../../functions/scalar/order.ts'
import { type DataType, float64, int64, utf8 } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { mergeRuns } from '../../../runtime/engine/sort/merge-runs.ts'
import { rowKeysOf } from '../../../runtime/engine/sort/sort.ts'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 400)
t.comment(`SEED=${seed} repeats this run`)

type Row = readonly [number | null, bigint | null, string | null]
const types: readonly DataType[] = [float64, int64, utf8]

const row = fc.tuple<[number | null, bigint | null, string | null]>(
  fc.option(fc.constantFrom(-Infinity, -1, 0, 1, 2.5, Infinity, NaN), { freq: 4 }),
  fc.option(fc.constantFrom(-(2n ** 60n), 2n ** 60n, 2n ** 60n + 1n, 3n), { freq: 4 }),
  fc.option(fc.constantFrom('', 'prefix', 'prefix and a', 'prefix and b', 'ü'), { freq: 4 }),
)
const order = fc.record({ descending: fc.boolean(), nullsFirst: fc.boolean() })

/** How SQL orders two rows by some of their columns. */
function compareRows(
  keys: readonly number[],
  directions: readonly { readonly descending: boolean; readonly nullsFirst: boolean }[],
): (a: Row, b: Row) => number {
  return (a, b) => {
    for (const [k, column] of keys.entries()) {
      const { descending = false, nullsFirst = false } = directions[k] ?? {}
      const [x, y]: readonly Value[] = [a[column] ?? null, b[column] ?? null]
      if (x === null && y === null) continue
      if (x === null || x === undefined) return nullsFirst ? -1 : 1
      if (y === null || y === undefined) return nullsFirst ? 1 : -1
      const compared = compareValues(x, y)
      if (compared !== 0) return descending ? -compared : compared
    }
    return 0
  }
}

const columnsOf = (rows: readonly Row[], keys: readonly number[]) =>
  keys.map((key) =>
    columnOf(
      rows.map((values) => values[key] ?? null),
      types[key] ?? utf8,
    ),
  )
const keysArbitrary = fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 })

t.test('runs are merged to what sorting gives, whatever the keys and the limit', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.array(row, { maxLength: 9 }), { maxLength: 6 }),
      keysArbitrary,
      fc.array(order, { minLength: 3, maxLength: 3 }),
      fc.nat(60),
      (parts, keys, directions, limit) => {
        const compare = compareRows(keys, directions)
        const rows = parts.flatMap((part) => part.toSorted(compare))
        const columns = columnsOf(rows, keys)
        const wanted = Math.min(limit, rows.length)
        const rowKeys = rowKeysOf(columns, directions)
        const numbered = {
          rows: Int32Array.from(rows.keys()),
          numbers: rowKeys[0]?.leading().numbers.slice() ?? new Float64Array(0),
        }
        const merged = mergeRuns(rowKeys, numbered, wanted)
        const expected = [...rows.keys()].sort((a, b) => compare(rows[a] as Row, rows[b] as Row) || a - b)
        return merged?.rows.slice(0, wanted).join() === expected.slice(0, wanted).join()
      },
    ),
    { seed, numRuns },
  )
  t.end()
})

t.test('rows in no order are left to sorting', (t) => {
  const rows = Array.from({ length: 1000 }, (_, i): Row => [null, null, `${(i * 7919) % 1000}`])
  const keys = rowKeysOf(columnsOf(rows, [2]), [{ descending: false, nullsFirst: false }])
  const numbers = keys[0]?.leading().numbers ?? new Float64Array(0)
  t.equal(mergeRuns(keys, { rows: Int32Array.from(rows.keys()), numbers }, 1000), undefined)
  t.end()
})
