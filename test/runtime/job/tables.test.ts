// What is added through the tables alone runs like what is built in: as library calls and as JSON jobs, in this process and
// in a worker whose context adds the same.

import { type Test, test } from 'tap'
import { col, SessionContext, WorkerPool } from 'volley'
import { DataFrame } from '../../../runtime/dataframe.ts'
import { parseJobJson } from '../../../runtime/job/json-job.ts'
import { contextModule } from '../context/with-session.ts'
import { temporaryFiles } from '../source/temporary-files.ts'
import '../../fixtures/contexts/lines.ts'

const backends = {
  'in this process': () => new SessionContext({ backend: 'in-process' }),
  // The plain module, not its bundle: a worker context reaches the tables by their paths.
  'in a worker': (t: Test) => {
    const entry = new URL('../../../runtime/worker/main.ts', import.meta.url)
    const pool = WorkerPool.fork({ workers: 1, entry, workerContext: contextModule('lines') })
    t.teardown(() => pool.close())
    return new SessionContext({ backend: pool.backend })
  },
}

/** Two files of a heading and three lines. */
function heaps(t: Test): readonly string[] {
  const write = temporaryFiles(t)
  return [write('a.txt', 'heap a\nplum\npear\nfig\n'), write('b.txt', 'heap b\nquince\napple\nmedlar\n')]
}

const expected = [{ line: 'plum' }, { line: 'pear' }, { line: 'quince' }, { line: 'apple' }, { line: 'medlar' }]

for (const [where, sessionOn] of Object.entries(backends)) {
  test(`a format that is added runs ${where}`, { timeout: 240_000 }, async (t) => {
    const ctx = sessionOn(t)
    const source = { kind: 'lines', paths: heaps(t), options: { skip: 1 } } as const
    const frame = new DataFrame(ctx, { source, steps: [] }).filter(col('line').neq('fig'))
    t.strictSame(await frame.toRows(), expected)
  })

  test(`a JSON job with a format that is added runs ${where}`, { timeout: 240_000 }, async (t) => {
    const ctx = sessionOn(t)
    const { job } = await parseJobJson(
      { source: { lines: heaps(t), options: { skip: 1 } }, steps: [{ filter: "line <> 'fig'" }] },
      { sql: ctx.sqlOptions(), table: (name) => ctx.table(name).job, files: async (paths) => paths },
    )
    t.strictSame(await new DataFrame(ctx, job).toRows(), expected)
  })
}
