// Queries made at random, as DataFusion answers them: aggregates with FILTER, DISTINCT, ORDER BY and nulls, windows with
// every kind of frame, and both together, over one partition and over several.

import { readFileSync } from 'node:fs'
import t from 'tap'
import { SessionContext, typeName } from 'volley'
import { builtInNames } from '../../functions/catalogue/function-names.ts'
import { DataFrame } from '../../runtime/dataframe.ts'
import { parseQuery } from '../../runtime/job/sql-job.ts'
import type { ConformanceCase, Json } from './cases.ts'
import { tableOf } from './jobs.ts'

t.setTimeout(240_000)

interface Golden {
  readonly input: ConformanceCase['input']
  readonly cases: readonly {
    readonly sql: string
    readonly types: readonly string[]
    readonly rows: readonly (readonly Json[])[]
  }[]
}
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/queries.json', import.meta.url), 'utf8'))

/** Without the last digits of doubles, and the zeros at the end of a fraction of a second. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value === 'number') return Math.abs(value) < 1e-9 ? 0 : Number(value.toPrecision(9))
  return typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\dT[\d:]+(?:\.\d*[1-9])?)[.0]*$/, '$1') : value
}

/** The rows in an order of their own. */
const unordered = (rows: readonly (readonly unknown[])[]): readonly string[] =>
  rows.map((row) => JSON.stringify(comparable(row))).sort()

for (const partitions of [1, 3]) {
  t.test(`random queries over ${partitions} partitions give what DataFusion gives`, async (t) => {
    await using ctx = new SessionContext({ backend: 'in-process' })
    const table = ctx.fromArrow(tableOf({ id: '', sql: '', kind: 'window', input: golden.input }, partitions))
    for (const { sql, types, rows } of golden.cases) {
      const { steps } = parseQuery(sql, { functions: builtInNames, tables: ['t'] })
      const frame = new DataFrame(ctx, { source: table.job.source, steps })
      const results = (await frame.toRows({ partitions, json: true })).map((row) => Object.values(row))
      t.same(unordered(results), unordered(rows), sql)
      const schema = await frame.schema()
      t.same(
        schema.map(({ type }) => typeName(type)),
        types,
        `types of ${sql}`,
      )
    }
  })
}
