// Every built-in aggregate, of every type it takes: partial states of any partitions, as Arrow bytes, merge into what one
// phase gives.

import { RecordBatchReader } from 'apache-arrow'
import fc from 'fast-check'
import t from 'tap'
import { aggregateFunctions } from '../../../functions/catalogue/catalogue.ts'
import { builtInNames } from '../../../functions/catalogue/function-names.ts'
import { fromRecordBatch } from '../../../functions/column/arrow.ts'
import type { Batch } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { PlanError } from '../../../functions/errors.ts'
import type { AggregateNode } from '../../../functions/expr/node.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { fromArrowSchema } from '../../../functions/types/arrow.ts'
import {
  bool,
  type DataType,
  displayType,
  field,
  float64,
  int8,
  type Schema,
  utf8,
} from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { BatchEncoder } from '../../../runtime/data/batch-encoder.ts'
import type { AggregateOp } from '../../../runtime/program/program.ts'
import { schemaAfter } from '../../../runtime/program/schema.ts'
import { allTypes, valueFor } from './random-columns.ts'
import { rowsIn, runProgram } from './run-program.ts'
import { outcome, show } from './values.ts'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 40)
t.comment(`SEED=${seed} repeats this run`)

/** `k` to group by, `n` and `x` numbers, `s` and `b` as their names say, `v` of any type. */
const texts: Readonly<Record<string, readonly string[]>> = {
  count: ['count(v)', 'count(distinct v)', 'count(*)', 'count(v, n)', 'count(distinct n, s)'],
  sum: ['sum(n)', 'sum(distinct n)', 'sum(x) filter (where b)'],
  avg: ['avg(n)', 'avg(distinct x)'],
  min: ['min(v)', 'min(s)'],
  max: ['max(v)', 'max(s) filter (where n > 0)'],
  var: ['var(n)', 'var(x)'],
  var_pop: ['var_pop(n)', 'var_pop(distinct n)'],
  stddev: ['stddev(n)', 'stddev(x)'],
  stddev_pop: ['stddev_pop(n)'],
  covar_samp: ['covar_samp(x, n)'],
  covar_pop: ['covar_pop(x, n)'],
  corr: ['corr(x, n)'],
  regr_slope: ['regr_slope(x, n)'],
  regr_intercept: ['regr_intercept(x, n)'],
  regr_count: ['regr_count(x, n)'],
  regr_r2: ['regr_r2(x, n)'],
  regr_avgx: ['regr_avgx(x, n)'],
  regr_avgy: ['regr_avgy(x, n)'],
  regr_sxx: ['regr_sxx(x, n)'],
  regr_syy: ['regr_syy(x, n)'],
  regr_sxy: ['regr_sxy(x, n)'],
  median: ['median(x)', 'median(n)', 'median(distinct n)'],
  percentile_cont: ['percentile_cont(x, 0.3)', 'percentile_cont(0.9) within group (order by n desc)'],
  approx_percentile_cont: ['approx_percentile_cont(n, 0.5)'],
  approx_percentile_cont_with_weight: ['approx_percentile_cont_with_weight(n, abs(n), 0.5)'],
  approx_median: ['approx_median(n)'],
  bool_and: ['bool_and(b)'],
  bool_or: ['bool_or(b) filter (where n > 0)'],
  bit_and: ['bit_and(n)'],
  bit_or: ['bit_or(n)'],
  bit_xor: ['bit_xor(n)', 'bit_xor(distinct n)'],
  array_agg: [
    'array_agg(v)',
    'array_agg(v order by n desc, s)',
    'array_agg(distinct s)',
    'array_agg(v) filter (where b)',
  ],
  string_agg: ["string_agg(s, ',')", "string_agg(s, '-' order by x desc nulls last)"],
  any_value: ['any_value(v)', 'any_value(s) filter (where n > 0)'],
  first_value: ['first_value(v)', 'first_value(v order by n)', 'first_value(v) ignore nulls'],
  last_value: ['last_value(v)', 'last_value(v order by x desc)'],
  nth_value: ['nth_value(v, 2)', 'nth_value(v, 2 order by n)'],
  approx_distinct: ['approx_distinct(v)', 'approx_distinct(s)'],
}

// grouping reads no rows; see test/runtime/grouping-sets.test.ts.
const aggregates = aggregateFunctions.filter(({ name }) => name !== 'grouping')

t.test('every built-in aggregate is tried here', (t) => {
  t.same(Object.keys(texts).sort(), aggregates.map(({ name }) => name).sort())
  t.end()
})

const types = allTypes.filter(({ kind }) => kind !== 'null')
/** Few values, so that they meet; numbers whose sums are exact. */
const row = fc.record({
  k: fc.option(fc.integer({ min: 0, max: 2 })),
  n: fc.option(fc.integer({ min: -5, max: 5 })),
  x: fc.option(fc.integer({ min: -8, max: 8 }).map((eighths) => eighths / 8)),
  s: fc.option(fc.constantFrom('', 'a', 'é', 'bb', '😀')),
  b: fc.option(fc.boolean()),
})

interface Random {
  readonly type: DataType
  readonly rows: readonly (readonly Value[])[]
  readonly cuts: readonly number[]
  readonly grouped: boolean
}
const random: fc.Arbitrary<Random> = fc.constantFrom(...types).chain((type) => {
  const value = fc.option(valueFor(type), { freq: 3 })
  const rows = fc.array(
    fc.tuple(row, value).map(([{ k, n, x, s, b }, v]): readonly Value[] => [k, n, x, s, b, v]),
    { maxLength: 16 },
  )
  return fc.record({
    type: fc.constant(type),
    rows,
    cuts: fc.array(fc.nat(16), { maxLength: 3 }),
    grouped: fc.boolean(),
  })
})

const schemaOf = (type: DataType): Schema => [
  field('k', int8),
  field('n', int8),
  field('x', float64),
  field('s', utf8),
  field('b', bool),
  field('v', type),
]
const batchOf = (rows: Random['rows'], schema: Schema): Batch => ({
  length: rows.length,
  columns: schema.map(({ type }, i) =>
    columnOf(
      rows.map((values) => values[i] ?? null),
      type,
    ),
  ),
})

function stepOf(text: string, { grouped }: Random, schema: Schema): AggregateOp {
  const node = parseExpr(text, { functions: builtInNames, columns: schema.map(({ name }) => name) }) as AggregateNode
  const by = grouped ? [{ name: 'k', node: { kind: 'column', name: 'k' } as const }] : []
  return { op: 'aggregate', phase: 'single', by, aggregates: [node], schema }
}

function inPartitions(step: AggregateOp, parts: readonly Batch[]): readonly (readonly Value[])[] {
  const partial: AggregateOp = { ...step, phase: 'partial' }
  const schema = schemaAfter(step.schema, partial)
  const states = parts.flatMap((part) => {
    const encoder = new BatchEncoder(schema)
    const chunks = runProgram(step.schema, [partial], [part]).flatMap((batch) => encoder.batch(batch))
    const reader = RecordBatchReader.from(Buffer.concat([...encoder.start(), ...chunks, ...encoder.end()]))
    return [...reader].map((batch) => fromRecordBatch(batch, fromArrowSchema(batch.schema)))
  })
  return rowsIn(runProgram(schema, [{ ...step, phase: 'final' }], states))
}

type Rows = readonly (readonly Value[])[]

/** Whether two results are the same, groups in any order, numbers but for rounding. */
function isAlike(a: Rows, b: Rows): boolean {
  const byKey = (rows: Rows): Rows => [...rows].sort((x, y) => (show(x[0]) < show(y[0]) ? -1 : 1))
  const [left, right] = [byKey(a), byKey(b)]
  return left.length === right.length && left.every((row, i) => row.every((value, c) => isClose(value, right[i]?.[c])))
}

const isClose = (a: Value, b: Value | undefined): boolean =>
  typeof a === 'number' && typeof b === 'number' && Number.isFinite(a)
    ? Math.abs(a - b) <= 1e-9 * (1 + Math.abs(a))
    : show(a) === show(b)

/** The rows, or the code of what went wrong. */
function attempt(compute: () => Rows): Rows | string {
  let rows: Rows = []
  const text = outcome(() => {
    rows = compute()
    return []
  })
  return text === '' ? rows : text
}

for (const [name, calls] of Object.entries(texts)) {
  t.test(`${name}() of any partitions is that of all rows`, (t) => {
    for (const text of calls) {
      let planned = 0
      fc.assert(
        fc.property(random, (data) => {
          const schema = schemaOf(data.type)
          const step = stepOf(text, data, schema)
          try {
            schemaAfter(schema, step)
          } catch (error) {
            if (error instanceof PlanError) return
            throw error
          }
          planned++
          const bounds = [
            0,
            ...data.cuts.map((cut) => Math.min(cut, data.rows.length)).sort((a, b) => a - b),
            data.rows.length,
          ]
          const parts = bounds.slice(1).map((end, i) => batchOf(data.rows.slice(bounds[i], end), schema))
          const wanted = attempt(() => rowsIn(runProgram(schema, [step], [batchOf(data.rows, schema)])))
          const got = attempt(() => inPartitions(step, parts))
          const same = typeof wanted === 'string' || typeof got === 'string' ? wanted === got : isAlike(wanted, got)
          if (!same) throw new Error(`${text} of ${displayType(data.type)}: wanted ${show(wanted)}, got ${show(got)}`)
        }),
        { seed, numRuns },
      )
      t.ok(planned > 5, `${text}: ${planned} runs`)
    }
    t.end()
  })
}
