// Parts and truncation of whole columns of dates and timestamps, against the row functions.

import t from 'tap'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import { valueAt } from '../../../functions/column/column.ts'
import { resolveScalar } from '../../../functions/contract/scalar.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import { utf8 } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { columnOf } from '../../conformance/cases.ts'

t.setTimeout(120_000)

/** What the columns form and the row form give; undefined when the columns form leaves the column to the rows. */
function both(fn: string, part: string, type: string, values: readonly Value[]) {
  const args = [
    { type: utf8, nullable: false, literal: part },
    { type: parseType(type), nullable: true },
  ]
  const kernel = resolveScalar(catalogue.scalar(fn)!, args).kernel()
  const column = columnOf(parseType(type), values)
  const result = kernel.columns?.([{ constant: part }, { column: column as never }], values.length)
  const row = kernel.row as (part: string, value: Value) => Value
  return {
    columns: result && values.map((value, i) => (value === null ? null : valueAt(result, i))),
    rows: values.map((value) => (value === null ? null : row(part, value))),
  }
}

const seconds = [0n, -1n, 59n, 60n, -61n, 1_709_210_096n, -62_135_596_800n, 4_102_444_799n, 951_782_400n]
const instants: Record<string, readonly Value[]> = {
  'timestamp(s)': [...seconds, null],
  'timestamp(ms)': [...seconds.map((s) => s * 1000n + 999n), null],
  'timestamp(us)': [...seconds.filter((s) => s > -3_000_000_000n).map((s) => s * 1_000_000n - 1n), null],
  date32: [0, -1, 19_782, -719_162, 2_932_896, null],
}

for (const [type, values] of Object.entries(instants)) {
  for (const part of [
    'year',
    'isoyear',
    'quarter',
    'month',
    'week',
    'day',
    'doy',
    'dow',
    'isodow',
    'hour',
    'minute',
    'second',
  ]) {
    t.test(`date_part('${part}') of a column of ${type} is that of its rows`, (t) => {
      const { columns, rows } = both('date_part', part, type, values)
      t.same(columns, rows)
      t.end()
    })
  }
}

for (const unit of ['millisecond', 'second', 'minute', 'hour']) {
  for (const type of ['timestamp(s)', 'timestamp(ms)', 'timestamp(us)']) {
    t.test(`date_trunc('${unit}') of a column of ${type} is that of its rows`, (t) => {
      const { columns, rows } = both('date_trunc', unit, type, instants[type]!)
      t.same(columns, rows)
      t.end()
    })
  }
}

t.test('columns that doubles do not hold are left to the rows', (t) => {
  t.equal(both('date_part', 'year', 'timestamp(us)', [1n, 2n ** 53n]).columns, undefined)
  t.equal(both('date_part', 'year', 'timestamp(ns)', [1n]).columns, undefined)
  t.equal(both('date_part', 'year', 'timestamp(us,Europe/Rome)', [1n]).columns, undefined)
  t.equal(both('date_trunc', 'hour', 'timestamp(us)', [-(2n ** 60n)]).columns, undefined)
  t.end()
})
