// Aggregates over random frames against their definition: every frame found by looking at every row, every aggregate
// computed anew over it.

import fc from 'fast-check'
import t from 'tap'
import { builtInNames } from '../../../functions/catalogue/function-names.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { elementKey } from '../../../functions/scalar/list-contract.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { field, float64, int64, type Schema } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { WindowOp } from '../../../runtime/program/program.ts'
import { rowsIn, runProgram } from './run-program.ts'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 400)
t.comment(`SEED=${seed} repeats this run`)

interface Row {
  readonly g: number | null
  readonly k: number | null
  readonly x: number | null
}
const schema: Schema = [field('g', float64), field('k', float64), field('x', float64), field('i', int64)]

const small = fc.option(fc.integer({ min: 0, max: 6 }), { freq: 5 })
const table: fc.Arbitrary<readonly Row[]> = fc.array(fc.record({ g: fc.option(fc.nat(2)), k: small, x: small }), {
  minLength: 1,
  maxLength: 24,
})
const bound = fc.oneof(
  fc.constant({ rank: 0, text: 'unbounded preceding', offset: Number.NEGATIVE_INFINITY }),
  fc.nat(3).map((n) => ({ rank: 1, text: `${n} preceding`, offset: -n })),
  fc.constant({ rank: 2, text: 'current row', offset: 0 }),
  fc.nat(3).map((n) => ({ rank: 3, text: `${n} following`, offset: n })),
  fc.constant({ rank: 4, text: 'unbounded following', offset: Number.POSITIVE_INFINITY }),
)
const frame = fc
  .record({ units: fc.constantFrom('rows', 'range', 'groups'), start: bound, end: bound })
  .filter(({ start, end }) => start.rank < 4 && end.rank > 0 && start.rank <= end.rank && start.offset <= end.offset)
type Frame = typeof frame extends fc.Arbitrary<infer F> ? F : never

const calls = [
  'count(*)',
  'count(x)',
  'sum(x)',
  'sum(i)',
  'avg(x)',
  'min(x)',
  'max(x)',
  'stddev(x)',
  'corr(x, i)',
  'covar_pop(x, i)',
  'regr_intercept(x, i)',
  'percentile_cont(x, 0.3)',
  'approx_median(x)',
  'approx_distinct(x)',
  "string_agg(cast(x as string), '-')",
  'bool_and(x > 1)',
  'sum(distinct x)',
  'avg(distinct x)',
  'max(distinct x)',
  'median(distinct x)',
  'var(distinct x)',
  'array_agg(distinct x)',
  'count(distinct g, x)',
  'array_agg(i)',
  'median(x)',
  'bit_xor(i)',
  'count(distinct x)',
  'first_value(x)',
  'last_value(x)',
  'nth_value(x, 2)',
  'nth_value(x, -1)',
  'sum(x) filter (where x > 2)',
]

/** The rows of each row's frame, in order, by the definition of frames. */
function framesOf(
  rows: readonly Row[],
  { units, start, end }: Frame,
  descending: boolean,
): readonly (readonly number[])[] {
  const sign = descending ? -1 : 1
  const rank = (k: number | null): number => (k === null ? (descending ? -99 : 99) : sign * k)
  const order = rows.map((_, i) => i).sort((a, b) => rank(rows[a]!.k) - rank(rows[b]!.k) || a - b)
  return rows.map((row, i) => {
    const own = order.filter((other) => rows[other]!.g === row.g)
    const runs = [...new Set(own.map((other) => rank(rows[other]!.k)))]
    const place = (other: number): number => {
      if (units === 'rows') return own.indexOf(other)
      if (units === 'groups') return runs.indexOf(rank(rows[other]!.k))
      return rank(rows[other]!.k)
    }
    return own.filter((other) => {
      const distance = place(other) - place(i)
      if (units === 'range' && (row.k === null) !== (rows[other]!.k === null)) {
        // Only an end that is unbounded reaches from nulls to values and back.
        return distance < 0 ? start.offset === Number.NEGATIVE_INFINITY : end.offset === Number.POSITIVE_INFINITY
      }
      // Rows without a key are as near to each other as can be.
      if (units === 'range' && row.k === null) return true
      return distance >= start.offset && distance <= end.offset
    })
  })
}

function compute(rows: readonly Row[], sql: string): readonly Value[] {
  const node = parseExpr(sql, { functions: builtInNames, columns: schema.map(({ name }) => name) })
  if (node.kind !== 'window') throw new Error('no window')
  const op: WindowOp = { op: 'window', windows: [{ name: 'r', node }] }
  const columns = [
    ...(['g', 'k', 'x'] as const).map((name) =>
      columnOf(
        rows.map((row) => row[name]),
        float64,
      ),
    ),
    columnOf(
      rows.map((_, i) => BigInt(i)),
      int64,
    ),
  ]
  return rowsIn(runProgram(schema, [op], [{ length: rows.length, columns }])).map((row) => row.at(-1) ?? null)
}

/** The aggregate over chosen rows, as one window over nothing but them. */
function overRows(rows: readonly Row[], chosen: readonly number[], call: string): Value {
  if (chosen.length === 0) {
    const nothing = compute(
      [{ g: null, k: null, x: null }],
      `${call} over (order by i rows between 1 following and 1 following)`,
    )
    return nothing[0] ?? null
  }
  const columns = [
    ...(['g', 'k', 'x'] as const).map((name) =>
      columnOf(
        chosen.map((row) => rows[row]![name]),
        float64,
      ),
    ),
    columnOf(
      chosen.map((row) => BigInt(row)),
      int64,
    ),
  ]
  const node = parseExpr(`${call} over ()`, { functions: builtInNames, columns: schema.map(({ name }) => name) })
  if (node.kind !== 'window') throw new Error('no window')
  const result = rowsIn(
    runProgram(schema, [{ op: 'window', windows: [{ name: 'r', node }] }], [{ length: chosen.length, columns }]),
  )
  return result[0]?.at(-1) ?? null
}

function same(a: Value, b: Value): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) < 1e-9 || Object.is(a, b)
  return elementKey([a]) === elementKey([b])
}

t.test("aggregates over frames are those of the frames' rows", (t) => {
  fc.assert(
    fc.property(table, frame, fc.constantFrom(...calls), fc.boolean(), (rows, frame, call, descending) => {
      const over = `partition by g order by k ${descending ? 'desc' : 'asc'} ${frame.units} between ${frame.start.text} and ${frame.end.text}`
      const got = compute(rows, `${call} over (${over})`)
      framesOf(rows, frame, descending).forEach((chosen, i) => {
        const wanted = overRows(rows, chosen, call)
        if (!same(got[i] ?? null, wanted))
          throw new Error(`row ${i} of ${call} over (${over}) is ${String(got[i])}, not ${String(wanted)}`)
      })
    }),
    { seed, numRuns, endOnFailure: true },
  )
  t.end()
})
