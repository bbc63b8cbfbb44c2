// `op ANY(list)`, `op ALL(list)`, IN and NOT IN with nulls; the answers are DataFusion 55's.

import t from 'tap'
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
