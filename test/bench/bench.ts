// `npm run bench`: every workload by every engine, interleaved, as ratios. `--quick` takes a twelfth of the rows and less
// time; `--only name,name` takes some; `--write` writes the results although not all of them were taken.

import { parseArgs } from 'node:util'
import { Mismatch, measure } from './measure/interleave.ts'
import type { Scale } from './measure/workload.ts'
import { printWorkload } from './report/console.ts'
import { type MeasuredWorkload, measured } from './report/results.ts'
import { writeResults } from './report/write.ts'
import { workloads } from './workloads/index.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, write: { type: 'boolean' } },
})
const quick = flags.quick === true
const only = flags.only?.split(',')
const scale: Scale = { quick, rows: quick ? 524_288 : 6_000_000, fewRows: quick ? 131_072 : 655_360 }
const options = quick ? { budgetMs: 1200, minRounds: 3, maxRounds: 9 } : { budgetMs: 8000, minRounds: 5, maxRounds: 15 }

const results: MeasuredWorkload[] = []
const failures: string[] = []
for (const [name, make] of Object.entries(workloads)) {
  if (only !== undefined && !only.some((wanted) => name.includes(wanted))) continue
  try {
    const workload = await make(scale)
    const result = measured(workload, await measure(workload, options))
    await workload.close()
    printWorkload(result)
    results.push(result)
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error
    failures.push(`${name}: ${error.message}`)
    console.error(`\n${name} FAILED: ${error.message}`, error.cause ?? '')
  }
}
const complete = only === undefined && !quick && failures.length === 0
if (complete || flags.write === true) writeResults(results, Object.keys(workloads), scale.rows)
for (const failure of failures) console.error(`FAILED ${failure}`)
process.exit(failures.length === 0 ? 0 : 1)
