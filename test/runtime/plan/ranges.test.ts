// What filters say of single columns: a row that passes is never outside of the ranges that sources may skip by.

import fc from 'fast-check'
import t from 'tap'
import { Binder } from '../../../functions/bind/binder.ts'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import { PlanError } from '../../../functions/errors.ts'
import { displayNode } from '../../../functions/expr/display.ts'
import type { BinaryOperator, ExprNode } from '../../../functions/expr/node.ts'
import { col, type Expr, float64, int32, int64, lit, udf, utf8 } from '../../../functions/index.ts'
import { compareValues } from '../../../functions/scalar/order.ts'
import { decimal128, field, type Schema, timestamp } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { filterRanges } from '../../../runtime/plan/ranges.ts'
import { atOnce } from '../../../runtime/turns/turns.ts'
import { interpret } from '../engine/interpret.ts'
import { batchOf, momentTypes, numberTypes, randomTable, rowsOf, valueFor } from '../engine/random-columns.ts'
import { show } from '../engine/values.ts'

t.setTimeout(120_000)

const schema: Schema = [
  field('n', int64),
  field('Price', float64),
  field('s', utf8),
  field('d', decimal128(10, 2)),
  field('at', timestamp('ms')),
  field('i', int32),
]
const ranges = (...conditions: readonly Expr[]) =>
  atOnce(
    filterRanges(
      conditions.map(({ node }) => ({ op: 'filter', condition: node })),
      schema,
    ),
  )

t.test('filterRanges() reads comparisons of a column with a constant, either way round', (t) => {
  t.same(ranges(col('n').gt(5)), [{ column: 'n', min: 5n }])
  t.same(ranges(lit(5).gte(col('n'))), [{ column: 'n', max: 5n }])
  t.same(ranges(col('n').eq(5)), [{ column: 'n', min: 5n, max: 5n }])
  t.same(ranges(col('n').between(1, 3)), [
    { column: 'n', min: 1n },
    { column: 'n', max: 3n },
  ])
  t.same(ranges(col('s').lte('m').and(col('s').gt('a'))), [
    { column: 's', max: 'm' },
    { column: 's', min: 'a' },
  ])
  t.same(ranges(col('at').gte(new Date(5))), [{ column: 'at', min: 5n }])
  t.same(ranges(col('n').gt(lit(2).mul(3))), [{ column: 'n', min: 6n }], 'constants are computed first')
  t.same(ranges(col('N').lt(1), col('s').eq('x')), [
    { column: 'n', max: 1n },
    { column: 's', min: 'x', max: 'x' },
  ])
  t.end()
})

t.test('filterRanges() says nothing of what it cannot be sure', (t) => {
  const maybe = udf((x: bigint) => String(x), [int64], utf8, { name: 'maybe' })
  const silent: readonly Expr[] = [
    col('n').gt(5).or(col('n').lt(3)),
    col('n').gt(5).not(),
    col('n').neq(5),
    col('n').add(1).gt(5),
    col('n').gt(col('i')),
    col('n').gt(null),
    col('n').isNull(),
    col('i').gt(2 ** 40),
    col('Price').gt(1),
    col('Price').lt(Number.NaN),
    maybe(col('n')).eq('x'),
    col('n').isIn([1, 2]),
  ]
  for (const condition of silent) t.same(ranges(condition), [], condition.canonicalName())
  t.end()
})

t.test('filterRanges() reads no filter behind a step that changes the columns', (t) => {
  const filter = { op: 'filter', condition: col('n').gt(5).node } as const
  const project = { op: 'project', columns: [{ name: 'n', node: col('n').neg().node }] } as const
  t.same(atOnce(filterRanges([project, filter], schema)), [])
  t.same(atOnce(filterRanges([filter, project, filter], schema)), [{ column: 'n', min: 5n }])
  t.end()
})

const types = [...numberTypes, ...momentTypes, utf8]
const operators: readonly BinaryOperator[] = ['=', '<', '<=', '>', '>=', '<>']

t.test('no row that passes random filters is outside of their ranges', (t) => {
  let spoke = 0
  const comparison = fc.record({
    column: fc.nat(3),
    op: fc.constantFrom(...operators),
    mirrored: fc.boolean(),
    own: fc.boolean(),
    seed: fc.nat(20),
    odd: fc.constantFrom(...types).chain((type) => valueFor(type).map((value) => ({ type, value }))),
  })
  fc.assert(
    fc.property(
      randomTable(types, 3, 9),
      fc.array(comparison, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (table, comparisons, either) => {
        const rows = rowsOf(table)
        const nodes = comparisons.map(({ column, op, mirrored, own, seed, odd }): ExprNode => {
          const at = column % table.schema.length
          const chosen = table.schema[at]
          const value = rows[seed % Math.max(1, rows.length)]?.[at] ?? null
          const literal: ExprNode =
            own && chosen !== undefined ? { kind: 'literal', type: chosen.type, value } : { kind: 'literal', ...odd }
          const input: ExprNode = { kind: 'column', name: chosen?.name ?? '' }
          return mirrored
            ? { kind: 'binary', op, left: literal, right: input }
            : { kind: 'binary', op, left: input, right: literal }
        })
        const condition = nodes.reduce(
          (left, right): ExprNode => ({ kind: 'binary', op: either ? 'OR' : 'AND', left, right }),
        )
        const binder = new Binder(table.schema, catalogue)
        try {
          binder.bind(condition)
        } catch (error) {
          if (error instanceof PlanError) return
          throw error
        }
        const found = atOnce(filterRanges([{ op: 'filter', condition }], table.schema))
        if (found.length > 0) spoke++
        const batch = batchOf(table)
        rows.forEach((row, i) => {
          if (!passes(condition, i)) return
          for (const { column, min, max } of found) {
            const value = row[table.schema.findIndex(({ name }) => name === column)] ?? null
            const inside =
              value !== null &&
              (min === undefined || compareValues(value, min) >= 0) &&
              (max === undefined || compareValues(value, max) <= 0)
            if (!inside)
              throw new Error(
                `${displayNode(condition)}: ${show(value)} passes outside of ${show(min)} to ${show(max)}`,
              )
          }
        })
        function passes(node: ExprNode, row: number): boolean {
          try {
            return (interpret(binder.condition(binder.bind(node), 'a filter'), batch, row) as Value) === true
          } catch {
            return false
          }
        }
      },
    ),
    { numRuns: 1500, seed: Number(process.env.SEED ?? Date.now() % 1_000_000) },
  )
  t.ok(spoke > 100, `${spoke} filters had ranges`)
  t.end()
})
