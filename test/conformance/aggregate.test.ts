// Aggregates answered as DataFusion answers them: by the plain accumulators in one phase and in two, and by jobs over one
// partition and over two.

import t from 'tap'
import { elementKey } from '../../functions/scalar/list-contract.ts'
import { parseArrowType } from '../../functions/types/arrow-name.ts'
import { SessionContext } from '../../runtime/context/session.ts'
import { evaluateGroups, type Grouped } from './aggregate.ts'
import { type ConformanceCase, decode, ours, pending, readCases } from './cases.ts'
import { rowsOf, tableOf } from './jobs.ts'
import { verdict } from './run.ts'

t.setTimeout(240_000)

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

async function evaluateJob(ctx: SessionContext, test: ConformanceCase, partitions: number): Promise<Grouped> {
  let phase: 'plan' | 'exec' = 'plan'
  try {
    const input = ctx.fromArrow(tableOf(test, partitions))
    const schema = await input.schema()
    const parse = (text: string) => ctx.parseExpr(text, schema)
    const rows = test.where === undefined ? input : input.filter(parse(test.where))
    const keys = (test.groupBy ?? []).map((text, i) => parse(text).alias(`key ${i}`))
    const frame = rows.aggregate(keys, [parse(test.sql).alias('value')])
    const type = (await frame.schema()).at(-1)!.type
    phase = 'exec'
    const results = rowsOf(await frame.collect({ partitions }))
    return { type, keys: results.map((row) => row.slice(0, -1)), values: results.map((row) => row.at(-1) ?? null) }
  } catch (error) {
    return { phase, error }
  }
}

for (const partitions of [1, 2]) {
  t.test(`jobs over ${partitions} partitions answer the cases of aggregates`, async (t) => {
    await using ctx = new SessionContext({ backend: 'in-process' })
    for (const test of ['aggregate', 'clickbench', 'tpch'].flatMap(readCases)) {
      if (test.kind !== 'aggregate') continue
      const outcome = inExpectedOrder(test, await evaluateJob(ctx, test, partitions))
      const wrong = typeof outcome === 'string' ? outcome : verdict(test, outcome)
      if (pending[test.id] === undefined) t.equal(wrong, undefined, `${test.id} ${test.sql}`)
    }
  })
}
