// Expressions answered as DataFusion answers them, by every evaluator. Cases that are not there yet are listed with a
// reason in test/golden/conformance/pending.json; the list can only shrink.

import t from 'tap'
import { pending, readCases } from './cases.ts'
import { evaluators } from './evaluators.ts'
import { evaluate, verdict } from './run.ts'

t.setTimeout(240_000)

const files = [
  'arith',
  'array',
  'cast_number',
  'cast_string',
  'clickbench',
  'coercion_types',
  'compare',
  'datetime',
  'filter',
  'like',
  'math',
  'mixed',
  'string',
  'tpch',
]

for (const file of files) {
  const cases = readCases(file).filter((test) => test.kind === 'scalar' || test.kind === 'filter')
  for (const evaluator of evaluators) {
    t.test(`${evaluator.name} answers the cases of ${file} as DataFusion does`, (t) => {
      for (const test of cases) {
        const wrong = verdict(test, evaluate(test, evaluator))
        if (pending[test.id] === undefined) t.equal(wrong, undefined, `${test.id} ${test.sql}`)
        else t.not(wrong, undefined, `${test.id} is pending and passes: take it off the list`)
      }
      t.end()
    })
  }
}
