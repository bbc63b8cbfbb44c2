// `op ANY(list)`, `op ALL(list)`, IN and NOT IN with nulls; the answers are DataFusion 55's.

import t from 'tap'
import { float64, int64, list, SessionContext, utf8 } from 'volley'
import { outputName } from '../../../functions/expr/display.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { evaluate } from '../evaluate.ts'

t.setTimeout(120_000)

const lists = ['[1,5]', '[1,null]', '[5,null]', '[9,null]', '[]', '[null]', 'cast(null as bigint[])', '[6,7]', '[5,5]']

/** The quantifier, and what it gives for 5 and for null over each of the lists: true, false or null. */
const answers: readonly (readonly [string, string, string])[] = [
  ['= ANY', 't f t f f f ? f t', '? ? ? ? ? ? ? ? ?'],
  ['<> ANY', 't t f t f f ? t f', '? ? ? ? f f ? ? ?'],
  ['< ANY', 'f f f t f f ? t f', '? ? ? ? f f ? ? ?'],
  ['<= ANY', 't f t t f f ? t t', '? ? ? ? f f ? ? ?'],
  ['> ANY', 't t f f f f ? f f', '? ? ? ? f f ? ? ?'],
  ['>= ANY', 't t t f f f ? f t', '? ? ? ? f f ? ? ?'],
  ['= ALL', 'f f ? f t ? ? f t', '? ? ? ? t ? ? ? ?'],
  ['<> ALL', 'f ? f ? t ? ? t f', '? ? ? ? t ? ? ? ?'],
  ['< ALL', 'f f f ? t ? ? t f', '? ? ? ? t ? ? ? ?'],
  ['<= ALL', 'f f ? ? t ? ? t t', '? ? ? ? t ? ? ? ?'],
  ['> ALL', 'f ? f f t ? ? f f', '? ? ? ? t ? ? ? ?'],
  ['>= ALL', 't ? ? f t ? ? f t', '? ? ? ? t ? ? ? ?'],
]

const sign = (text: string | null): string => (text === null ? '?' : text === 'true' ? 't' : 'f')
const over = (left: string, quantifier: string): string =>
  lists.map((list) => sign(evaluate(`${left} ${quantifier}(${list})`)[2])).join(' ')

for (const [quantifier, ofFive, ofNull] of answers) {
  t.test(`x ${quantifier}(list) answers true, false or null`, (t) => {
    t.equal(over('5', quantifier), ofFive)
    t.equal(over('cast(null as bigint)', quantifier), ofNull)
    t.end()
  })
}

const rows: readonly (readonly [string, string | null])[] = [
  ['5 = SOME([5])', 'true'],
  ["'a' <> ALL(['b', 'c'])", 'true'],
  ['1.5 < ANY([1, 2])', 'true'],
  ['5 in (1, null)', null],
  ['5 in (5, null)', 'true'],
  ['5 not in (1, null)', null],
  ['5 not in (5, null)', 'false'],
  ['null in (1, 2)', null],
  ['null not in (1, 2)', null],
]

for (const [sql, wanted] of rows) {
  t.test(`${sql} gives ${wanted}`, (t) => {
    t.equal(evaluate(sql)[2], wanted)
    t.end()
  })
}

t.test('outputName() writes quantifiers as SQL does', (t) => {
  t.equal(outputName(parseExpr('x + 1 <> all(y)')), '(x + Int64(1)) <> ALL(y)')
  t.equal(outputName(parseExpr('x >= some(y)')), 'x >= ANY(y)')
  t.throws(() => parseExpr('x + ANY(y)'), { code: 'syntax_error', message: /ANY follows a comparison/ })
  t.end()
})

t.test('columns against lists: those that are written out count their nulls, those of each row do not', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  const columns = { x: [1n, 2n, null], s: ['a', 'b', null], l: [[1n, null], [5n], null], f: [1, Number.NaN, null] }
  const types = { x: int64, s: utf8, l: list(int64), f: float64 }
  ctx.registerTable('t', ctx.fromColumns(columns, types))
  const expected: readonly (readonly [string, string])[] = [
    ['x = any([1, null])', 't ? ?'],
    ['x = any([7, null])', '? ? ?'],
    ['not x = any([7, null])', '? ? ?'],
    ['x = any([null, null])', '? ? ?'],
    ['x = any([1, 7])', 't f ?'],
    ['x = any([])', 'f f f'],
    ['array_has(make_array(), x)', 'f f f'],
    ['x = any(null)', '? ? ?'],
    ['null = any(l)', '? ? ?'],
    ['x = any(l)', 't f ?'],
    ['array_has(l, x)', 't f ?'],
    ['x = any([x + 1, null])', '? ? ?'],
    ['x = any(make_array(null, x))', 't t ?'],
    ['1 = any([x, null])', 't ? ?'],
    ['7 = any([x, 3])', 'f f ?'],
    ['7 = any([1, null])', 'f f f'],
    ['array_has(make_array(x), null)', '? ? ?'],
    ['array_has([1.5, null], x)', '? ? ?'],
    ['array_has([1, 2], cast(x as double))', 't t ?'],
    ['array_contains([1, null], x)', 't ? ?'],
    ["x = any(arrow_cast([1, null], 'LargeList(Int64)'))", 't ? ?'],
    ['x = any(case when x = 1 then [1, null] else [2, null] end)', 't t ?'],
    ['l = any([[5], null])', '? t ?'],
    ["s = any(['a', null])", 't ? ?'],
    ['s = any([null])', '? ? ?'],
    ['s = any(array_append([s], null))', 't t ?'],
    ["f = any([cast('nan' as double), null])", '? t ?'],
    ['array_has_any(l, [7, null])', 't f ?'],
    ['array_has_all(l, [1, null])', 't f ?'],
    ['x <> any([1, null])', 'f t ?'],
    ['x <> all([1, null])', 'f ? ?'],
    ['x = all([1, null])', '? f ?'],
    ['x < any([2, null])', 't f ?'],
    ['x < all([2, null])', '? f ?'],
    ["s <> all(['a', null])", 'f ? ?'],
    ['x not in (1, null)', 'f ? ?'],
  ]
  for (const [text, wanted] of expected) {
    const rows = await ctx.sql(`select ${text} as r from t`).toRows()
    t.equal(rows.map(({ r }) => sign(r === null ? null : String(r))).join(' '), wanted, text)
  }
})

t.test('lists in lists: NaN is no null', async (t) => {
  await using ctx = new SessionContext({ backend: 'in-process' })
  const frame = ctx.fromColumns({ l: [[Number.NaN], [null], [-0]] }, { l: list(float64) })
  const rows = await frame.select("l in ([cast('NaN' as double)]) as nan", 'l in ([0.0]) as zero').toRows()
  t.same(rows, [
    { nan: true, zero: false },
    { nan: false, zero: false },
    { nan: false, zero: true },
  ])
})
