// Aggregates answered as DataFusion answers them, in one phase and in two.

import t from 'tap'
import { elementKey } from '../../functions/scalar/list-contract.ts'
import { parseArrowType } from '../../functions/types/arrow-name.ts'
import { evaluateGroups, type Grouped } from './aggregate.ts'
import { type ConformanceCase, decode, ours, pending, readCases } from './cases.ts'
import { verdict } from './run.ts'

t.setTimeout(60_000)

/** The outcome with its groups in the order of the expected ones. */
function inExpectedOrder(test: ConformanceCase, outcome: Grouped): Grouped | string {
  const wanted = ours[test.id]?.keys === undefined ? test.expected : ours[test.id]
  if ('error' in outcome || wanted?.keys === undefined) return outcome
  const types = (test.expected?.keyTypes ?? []).map(parseArrowType)
  const places = new Map((outcome.keys ?? []).map((key, i) => [elementKey(key), i]))
  const values = wanted.keys.map((key) => {
    const place = places.get(elementKey(key.map((json, i) => decode(json, types[i]!))))
    return place === undefined ? undefined : outcome.values[place]
  })
  if (values.includes(undefined) || values.length !== outcome.values.length) return 'the groups are others'
  return { ...outcome, values: values.map((value) => value ?? null) }
}

for (const file of ['aggregate', 'clickbench', 'tpch']) {
  const cases = readCases(file).filter((test) => test.kind === 'aggregate')
  for (const phases of ['one phase', 'two phases'] as const) {
    t.test(`aggregates answer the cases of ${file} in ${phases}`, (t) => {
      for (const test of cases) {
        const outcome = inExpectedOrder(test, evaluateGroups(test, phases))
        const wrong = typeof outcome === 'string' ? outcome : verdict(test, outcome)
        if (pending[test.id] === undefined) t.equal(wrong, undefined, `${test.id} ${test.sql}`)
        else t.not(wrong, undefined, `${test.id} is pending and passes: take it off the list`)
      }
      t.end()
    })
  }
}
