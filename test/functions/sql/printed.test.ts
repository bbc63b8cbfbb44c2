// The text of an expression is read back as the same expression, whatever is in it.

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { test } from 'tap'
import {
  col,
  type Expr,
  functions as f,
  float64,
  int64,
  lit,
  rollup,
  SessionContext,
  timestamp,
  udaf,
  udf,
  udwf,
  windowFrame,
} from 'volley'
import { aggregateFunctions, scalarFunctions, windowFunctions } from '../../../functions/catalogue/catalogue.ts'
import { functionNamesOf } from '../../../functions/catalogue/function-names.ts'
import type { ExprUdf } from '../../../functions/contract/udf.ts'
import { make } from '../../../functions/expr/expr.ts'
import type { ExprNode } from '../../../functions/expr/node.ts'
import { parseExpr, parseGroupKey, parseSortKey } from '../../../functions/sql/parse.ts'
import { nodesOver } from './random-nodes.ts'

const gross = udf((net: number) => net * 1.19, [float64], float64, { name: 'gross' })
const namesTaken = ['My Function', 'extract', 'trim', 'position', 'left', 'case', 'rollup', 'Übermaß', 'count distinct']
const udfs: readonly ExprUdf[] = [
  gross.definition,
  ...namesTaken.map((name) => udf((x: bigint) => x, [int64], int64, { name }).definition),
  udaf(() => ({ add() {}, merge() {}, state: () => [0n], evaluate: () => 0n }), [int64], int64, [int64], {
    name: 'Total Of',
  }).definition,
  udwf(
    () => ({ evaluateAll: (_columns: unknown, rows: number) => Array.from({ length: rows }, () => 0n) }),
    [int64],
    int64,
    {
      name: 'running',
    },
  ).definition,
]
const functions = functionNamesOf({
  findUdf: (family, name) => udfs.find((each) => each.family === family && each.name === name),
  udfNames: () => udfs.map(({ name }) => name),
})

function read(node: ExprNode, text: string): ExprNode {
  if (node.kind === 'sort') return parseSortKey(text, { functions })
  return node.kind === 'groupingSets' ? parseGroupKey(text, { functions }) : parseExpr(text, { functions })
}

const ownNames = new Set(udfs.map(({ name }) => name))
const namesOf = (entries: readonly { readonly name: string }[]): string[] =>
  entries.map(({ name }) => name).filter((name) => !ownNames.has(name))
const expr = nodesOver({
  scalars: namesOf(scalarFunctions),
  aggregates: namesOf(aggregateFunctions),
  windows: namesOf(windowFunctions),
  udfs,
})

const numRuns = Number(process.env.RUNS ?? 500)
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

test('parseExpr(String(expr)) is the same expression', { timeout: 600_000 }, (t) => {
  t.comment(`SEED=${seed} repeats this run; RUNS=20000 makes it longer`)
  fc.assert(
    fc.property(expr, (printed) => {
      const text = String(printed)
      const node = read(printed.node, text)
      if (!isDeepStrictEqual(node, printed.node)) throw new Error(`${text}\nis read as something else`)
    }),
    { numRuns, seed },
  )
  t.end()
})

test('what is printed is SQL, with the types of literals said', async (t) => {
  const [a, b] = [col('a'), col('b')]
  const cases: readonly (readonly [Expr, string])[] = [
    [a.isIn([1, 'x']), 'a IN (Int64(1), Utf8("x"))'],
    [a.isNotIn([]), 'a NOT IN ()'],
    [a.add(1).mul(2).sub(a.sub(b)), '(a + Int64(1)) * Int64(2) - (a - b)'],
    [a.eq(1).eq(b.isNull()), '(a = Int64(1)) = (b IS NULL)'],
    [a.and(b.or(a)).not(), 'NOT (a AND (b OR a))'],
    [a.add(1).between(b, 5), 'a + Int64(1) BETWEEN b AND Int64(5)'],
    [a.alias('x y').add(1).alias('select'), '(a AS "x y") + Int64(1) AS "select"'],
    [
      f.arrayAgg(a).distinct().orderBy(a.desc()).filter(b),
      'array_agg(DISTINCT a ORDER BY a DESC NULLS FIRST) FILTER (WHERE b)',
    ],
    [f.firstValue(a).nullTreatment('ignore'), 'first_value(a) IGNORE NULLS'],
    [
      f.sum(a).over({ partitionBy: [b], orderBy: [a], frame: windowFrame('rows', 'unbounded', { following: 2 }) }),
      'sum(a) OVER (PARTITION BY b ORDER BY a ASC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 2 FOLLOWING)',
    ],
    [f.rowNumber().over(), 'row_number() OVER ()'],
    [rollup(a, [b, a.alias('c')]), 'ROLLUP (a, (b, a AS c))'],
    [lit(19_753, 'date32'), "DATE '2024-01-31'"],
    [lit(-800_000, 'date32'), 'Date32(-800000)'],
    [lit(5, timestamp('us', 'UTC')), 'Timestamp(µs, "UTC")(5)'],
    [lit(-7, 'decimal128(9, 2)'), 'Decimal128(9, 2)(-7.00)'],
    [lit(Uint8Array.of(1, 255)), 'Binary("01ff")'],
    [lit(null, 'int8'), 'Int8(NULL)'],
    [lit(0.1, 'float32'), 'Float32(0.1)'],
    [lit(NaN), 'Float64(NaN)'],
    [a.tryCast('struct<x:list<int64>>'), 'TRY_CAST(a AS Struct("x": List(Int64)))'],
    [gross(a), 'gross(a)'],
  ]
  for (const [expr, text] of cases) {
    t.equal(String(expr), text)
    t.same(read(expr.node, text), expr.node, text)
  }
})

test('a text of an interval keeps its parts apart', async (t) => {
  for (const text of ["INTERVAL '1 months -2 days'", "INTERVAL '-0.000000001 seconds'", "INTERVAL '10800 seconds'"])
    t.equal(String(make(parseExpr(text))), text)
  t.equal(String(make(parseExpr("interval '1 day 02:03:04.5'"))), "INTERVAL '1 days 7384.5 seconds'")
  t.equal(String(make(parseExpr("interval '0 days'"))), "INTERVAL '0 seconds'")
})

test('a context reads what its expressions print, its own functions by their names', async (t) => {
  await using ctx = new SessionContext()
  const text = String(gross(col('net')).gt(100).alias('large one'))
  t.throws(() => ctx.parseExpr(text), {
    code: 'unknown_function',
    message: 'Function "gross" is not known. Register it with registerUdf',
  })
  ctx.registerUdf(gross)
  const frame = ctx.fromColumns({ net: [100, 50] })
  t.same(await frame.select(text).collectColumns(), { 'large one': [true, false] })
  t.same(await frame.sort(String(col('net').asc())).collectColumns(), { net: [50n, 100n] })
  const groups = frame.aggregate([String(rollup(col('net')))], [String(f.count().alias('n'))])
  t.equal(await groups.count(), 3)
})

test('what is no value of a type is refused where it stands', async (t) => {
  for (const text of [
    'Int8("1")',
    'Int8(1.5)',
    'Utf8(1)',
    'Binary("f")',
    'Decimal128(3, 1)(1)',
    'Decimal128(3, 1)(123.4)',
  ])
    t.throws(() => parseExpr(text), { code: 'syntax_error', message: /this is no value of/ }, text)
  t.throws(() => parseExpr('Int8(300)'), { code: 'invalid_argument' })
  t.throws(() => parseExpr('List(Int64)(1)'), { message: /this is no value of List\(Int64\)/ })
})
