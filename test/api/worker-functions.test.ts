// The functions of a worker context over HTTP: SQL text calls them by name, of whichever family, and they are listed.

import t from 'tap'
import { getWorkerCtx } from 'volley'
import { serve } from './with-server.ts'

t.setTimeout(300_000)

const source = { rows: [{ x: 1 }, { x: 2 }, { x: 3 }] }

t.test('jobs call the functions of the worker context, one name for each family', async (t) => {
  const workerContext = new URL('../fixtures/contexts/one-name.ts', import.meta.url)
  const { ask, post } = await serve(t, { pool: { workers: 1, workerContext } })
  const rowsOf = async (job: unknown): Promise<unknown> => {
    const { status, text } = await post(job, { accept: 'application/x-ndjson' })
    t.equal(status, 200, text.slice(0, 300))
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).y)
  }
  t.same(await rowsOf({ source, steps: [{ select: ['reckon(x) as y'] }, { sort: ['y'] }] }), [10, 20, 30])
  t.same(await rowsOf({ source, steps: [{ select: ['RECKON(x) over () as y'] }] }), [3, 2, 1])
  t.same(await rowsOf({ source, steps: [{ aggregate: { values: ['reckon(distinct x) as y'] } }] }), [3])
  t.same(await rowsOf({ sql: 'select reckon(x + 1) as y from reckon(1 + 1) order by y' }), [10, 20])
  t.match((await post({ sql: 'select * from rekon(1)' })).problem, {
    code: 'unknown_function',
    detail: /Table function "rekon" is not known\. Did you mean "reckon"\?/,
  })
  const { text } = await ask('GET', '/v1/functions')
  const listed: readonly { readonly name: string; readonly kind: string; readonly usage: string }[] =
    JSON.parse(text).functions
  t.same(
    listed.filter(({ name }) => name === 'reckon').map(({ kind, usage }) => [kind, usage]),
    [
      ['scalar', 'reckon(float64)'],
      ['aggregate', 'reckon(float64)'],
      ['window', 'reckon(float64)'],
      ['table', 'reckon(int32)'],
    ],
  )
  const { status, problem } = await post({ source, steps: [{ select: ['rekon(x) as y'] }] })
  t.match([status, problem], [400, { code: 'unknown_function', detail: /Did you mean "reckon"\?/ }])
  t.equal(getWorkerCtx(), undefined, 'the server itself is no worker')
})

t.test('a worker context that cannot be loaded here leaves the built-ins', async (t) => {
  const workerContext = new URL('../fixtures/contexts/broken.ts', import.meta.url)
  const { ask, post } = await serve(t, { pool: { workers: 1, workerContext } })
  t.equal((await ask('GET', '/v1/functions')).status, 200)
  const { problem } = await post({ source, steps: [{ select: ['reckon(x) as y'] }] })
  t.match(problem, { code: 'unknown_function', detail: /--worker-context FILE/ })
})
