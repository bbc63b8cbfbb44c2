// Windows over random tables against their definition, written down here: nulls, NaN, infinities, integers beyond 2^53,
// dictionaries and slices, frames that are empty, and every type that numbers come in.

import fc from 'fast-check'
import t from 'tap'
import { builtInNames } from '../../../functions/catalogue/function-names.ts'
import { compareValues } from '../../../functions/scalar/order.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import {
  bool,
  type DataType,
  date32,
  float32,
  float64,
  int8,
  int32,
  int64,
  isFloat,
  timestamp,
  uint32,
  uint64,
  utf8,
} from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { batchOf, type RandomTable, randomTable, rowsOf } from './random-columns.ts'
import { rowsIn, runProgram } from './run-program.ts'
import { show } from './values.ts'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 1500)
t.comment(`SEED=${seed} repeats this run`)

type Row = readonly Value[]

/** A frame by its rows' distance in places, or in runs of peers. */
interface Frame {
  readonly units: 'rows' | 'groups'
  readonly start: number
  readonly end: number
}

const edges = [-Infinity, -3, -2, -1, 0, 1, 2, 3, Infinity]
const frames: fc.Arbitrary<Frame> = fc
  .record({
    units: fc.constantFrom('rows' as const, 'groups' as const),
    start: fc.constantFrom(...edges.slice(0, -1)),
    end: fc.constantFrom(...edges.slice(1)),
  })
  .filter(({ start, end }) => start <= end)

const edgeText = (edge: number): string => {
  if (edge === 0) return 'current row'
  const side = edge < 0 ? 'preceding' : 'following'
  return `${Number.isFinite(edge) ? Math.abs(edge) : 'unbounded'} ${side}`
}

/** What a call gives for a row, by definition. */
type Definition = (seen: readonly Value[], type: DataType) => Value

const notNull = (values: readonly Value[]): readonly Value[] => values.filter((value) => value !== null)
const total = (values: readonly Value[]): number => values.reduce<number>((sum, value) => sum + Number(value), 0)
const best = (values: readonly Value[], sign: 1 | -1): Value =>
  notNull(values).reduce((a, b) => (a === null || compareValues(b, a) * sign > 0 ? b : a), null)

const aggregates: Readonly<Record<string, Definition>> = {
  'count(*)': (values) => BigInt(values.length),
  'count(c2)': (values) => BigInt(notNull(values).length),
  'sum(c2)': (values, type) => {
    const own = notNull(values)
    if (own.length === 0) return null
    if (isFloat(type)) return total(own)
    const sum = own.reduce<bigint>((a, b) => a + BigInt(b as number), 0n)
    return type.kind.startsWith('uint') ? BigInt.asUintN(64, sum) : BigInt.asIntN(64, sum)
  },
  'avg(c2)': (values) => {
    const own = notNull(values)
    return own.length === 0 ? null : total(own) / own.length
  },
  'min(c2)': (values) => best(values, -1),
  'max(c2)': (values) => best(values, 1),
  'first_value(c2)': (values) => values[0] ?? null,
  'last_value(c2)': (values) => values.at(-1) ?? null,
  'nth_value(c2, 2)': (values) => values[1] ?? null,
  'nth_value(c2, -2)': (values) => values.at(-2) ?? null,
  'first_value(c2) ignore nulls': (values) => notNull(values)[0] ?? null,
  'nth_value(c2, -2) ignore nulls': (values) => notNull(values).at(-2) ?? null,
}

/** Calls that look at the whole partition: its values in order, the row's place, and the peers of each place. */
type PlaceDefinition = (values: readonly Value[], at: number, runs: readonly number[]) => Value

const places: Readonly<Record<string, PlaceDefinition>> = {
  'row_number()': (_, at) => BigInt(at + 1),
  'rank()': (_, at, runs) => BigInt(runs.indexOf(runs[at] ?? 0) + 1),
  'dense_rank()': (_, at, runs) => BigInt((runs[at] ?? 0) + 1),
  'percent_rank()': (_, at, runs) => (runs.length === 1 ? 0 : runs.indexOf(runs[at] ?? 0) / (runs.length - 1)),
  'cume_dist()': (_, at, runs) => (runs.lastIndexOf(runs[at] ?? 0) + 1) / runs.length,
  'lag(c2)': (values, at) => values[at - 1] ?? null,
  'lead(c2, 2)': (values, at) => values[at + 2] ?? null,
  'lag(c2, 1, c3)': (values, at) => (at === 0 ? 'default' : (values[at - 1] ?? null)),
  'lag(c2, 2) ignore nulls': (values, at) => notNull(values.slice(0, at)).at(-2) ?? null,
  'lead(c2) ignore nulls': (values, at) => notNull(values.slice(at + 1))[0] ?? null,
}

const sameKey = (a: Value, b: Value): boolean => (a === null || b === null ? a === b : compareValues(a, b) === 0)

/** The partitions' rows in order. */
function partitionsOf(rows: readonly Row[], descending: boolean, nullsFirst: boolean): readonly (readonly number[])[] {
  const partitions: number[][] = []
  rows.forEach((row, i) => {
    const known = partitions.find(([first = 0]) => sameKey(rows[first]?.[0] ?? null, row[0] ?? null))
    if (known === undefined) partitions.push([i])
    else known.push(i)
  })
  const compare = (a: Value, b: Value): number => {
    if (a === null || b === null) return (Number(b === null) - Number(a === null)) * (nullsFirst ? 1 : -1)
    return compareValues(a, b) * (descending ? -1 : 1)
  }
  return partitions.map((own) => own.toSorted((x, y) => compare(rows[x]?.[1] ?? null, rows[y]?.[1] ?? null) || x - y))
}

/** The run of peers of each place. */
function runsOf(rows: readonly Row[], partition: readonly number[]): readonly number[] {
  let run = 0
  return partition.map((row, at) => {
    const before = partition[at - 1]
    if (before !== undefined && !sameKey(rows[before]?.[1] ?? null, rows[row]?.[1] ?? null)) run++
    return run
  })
}

/** Small fetch that a sum in another order is the same but for its last digits; NaN and infinities stay. No new -0. */
const tamed = (value: Value): Value =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) > 1e6 ? Math.fround(value % 1000) + 0 : value

const numbers = [float64, float32, int8, int32, int64, uint32, uint64] as const
const others = [bool, date32, timestamp('us'), utf8] as const
const tables = (types: readonly DataType[]): fc.Arbitrary<RandomTable> =>
  randomTable(types, 3, 24)
    .filter(({ columns }) => columns.length === 3)
    .map((table) => {
      const columns = table.columns.map((column) => ({ ...column, values: column.values.map(tamed) }))
      const [value = columns[0]] = columns.slice(2)
      // A fourth column of the value's type, for defaults.
      const copy =
        value === undefined
          ? []
          : [{ ...value, values: value.values.toReversed(), field: { ...value.field, name: 'c3' } }]
      return { ...table, columns: [...columns, ...copy], schema: [...table.schema, ...copy.map((c) => c.field)] }
    })

function computed(table: RandomTable, call: string, over: string, cut: number): readonly Value[] {
  const { schema } = table
  const node = parseExpr(`${call} over (${over})`, { functions: builtInNames, columns: schema.map(({ name }) => name) })
  if (node.kind !== 'window') throw new Error('no window')
  const { length } = batchOf(table)
  const at = Math.min(cut, length)
  const batches = [batchOf(table, 0, at), batchOf(table, at, length)].filter((batch) => batch.length > 0)
  const program = [{ op: 'window', windows: [{ name: 'r', node }] }] as const
  return rowsIn(runProgram(schema, program, batches)).map((row) => row.at(-1) ?? null)
}

/** Sums in another order differ in their last digits, as far as those of the largest value reach. */
function close(got: Value, wanted: Value, largest: number): boolean {
  if (typeof got !== 'number' || typeof wanted !== 'number') return show(got) === show(wanted)
  return Object.is(got, wanted) || Math.abs(got - wanted) <= 1e-12 * largest || (got === 0 && wanted === 0)
}

const magnitude = (value: Value): number => {
  const size = typeof value === 'number' || typeof value === 'bigint' ? Math.abs(Number(value)) : 0
  return Number.isFinite(size) ? size : 0
}

const order = fc.record({ descending: fc.boolean(), nullsFirst: fc.boolean(), partitioned: fc.boolean() })
const overText = ({
  descending,
  nullsFirst,
  partitioned,
}: {
  descending: boolean
  nullsFirst: boolean
  partitioned: boolean
}) =>
  `${partitioned ? 'partition by c0 ' : ''}order by c1 ${descending ? 'desc' : 'asc'} nulls ${nullsFirst ? 'first' : 'last'}`

/** The rows with their partition key; all in one partition when there is none. */
const keyed = (table: RandomTable, partitioned: boolean): readonly Row[] =>
  rowsOf(table).map((row) => (partitioned ? row : [null, ...row.slice(1)]))

function checkFrames(
  table: RandomTable,
  { units, start, end }: Frame,
  call: string,
  how: { descending: boolean; nullsFirst: boolean; partitioned: boolean },
  cut: number,
): void {
  const rows = keyed(table, how.partitioned)
  const over = `${overText(how)} ${units} between ${edgeText(start)} and ${edgeText(end)}`
  const filtered = call.endsWith(' filter')
  const got = computed(table, filtered ? `${call.slice(0, -7)} filter (where c1 is not null)` : call, over, cut)
  const define = aggregates[filtered ? call.slice(0, -7) : call]
  const type = table.columns[2]?.field.type ?? float64
  const largest = Math.max(1, ...rows.map((row) => magnitude(row[2] ?? null)))
  for (const partition of partitionsOf(rows, how.descending, how.nullsFirst)) {
    const runs = runsOf(rows, partition)
    partition.forEach((row, at) => {
      const place = (other: number): number => (units === 'rows' ? other - at : (runs[other] ?? 0) - (runs[at] ?? 0))
      const framed = partition.filter((_, other) => place(other) >= start && place(other) <= end)
      const seen = framed.filter((other) => !filtered || rows[other]?.[1] !== null)
      const wanted =
        define?.(
          seen.map((other) => rows[other]?.[2] ?? null),
          type,
        ) ?? null
      if (!close(got[row] ?? null, wanted, largest))
        throw new Error(`row ${row} of ${call} over (${over}) is ${show(got[row])}, not ${show(wanted)}`)
    })
  }
}

const filterable = ['count(*)', 'count(c2)', 'sum(c2)', 'avg(c2)', 'min(c2)', 'max(c2)']
const numberCalls = [...Object.keys(aggregates), ...filterable.map((call) => `${call} filter`)]
const anyCalls = numberCalls.filter((call) => !call.startsWith('sum') && !call.startsWith('avg'))

t.test('aggregates and picked values of number columns are those of the rows in their frames', (t) => {
  fc.assert(fc.property(tables(numbers), frames, fc.constantFrom(...numberCalls), order, fc.nat(24), checkFrames), {
    seed,
    numRuns,
    endOnFailure: true,
  })
  t.end()
})

t.test('aggregates and picked values of other columns are those of the rows in their frames', (t) => {
  fc.assert(fc.property(tables(others), frames, fc.constantFrom(...anyCalls), order, fc.nat(24), checkFrames), {
    seed,
    numRuns: Math.ceil(numRuns / 3),
    endOnFailure: true,
  })
  t.end()
})

t.test('numbers of places, lag and lead are those of the definition', (t) => {
  fc.assert(
    fc.property(
      tables([...numbers, ...others]),
      fc.constantFrom(...Object.keys(places)),
      order,
      fc.nat(24),
      (table, call, how, cut) => {
        const rows = keyed(table, how.partitioned)
        const got = computed(table, call, overText(how), cut)
        for (const partition of partitionsOf(rows, how.descending, how.nullsFirst)) {
          const runs = runsOf(rows, partition)
          const values = partition.map((row) => rows[row]?.[2] ?? null)
          partition.forEach((row, at) => {
            const defined = places[call]?.(values, at, runs) ?? null
            const wanted = defined === 'default' ? (rows[row]?.[3] ?? null) : defined
            if (show(got[row]) !== show(wanted))
              throw new Error(`row ${row} of ${call} over (${overText(how)}) is ${show(got[row])}, not ${show(wanted)}`)
          })
        }
      },
    ),
    { seed, numRuns, endOnFailure: true },
  )
  t.end()
})
