// The whole way of a job in one go: a server, a user function that captures a variable, three million rows, forked
// workers, and record batches streaming back over HTTP. Run it with `npm run quickstart`.

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { col, float64, udf } from 'volley'
import { buildServer } from 'volley/api'
import { VolleyClient } from 'volley/client'

const dataRoot = fileURLToPath(new URL('../node_modules/vega-datasets/data', import.meta.url))
const token = randomBytes(24).toString('base64url')

// Ctrl-C ends the job, the server and its workers, then this process.
const interrupt = new AbortController()
process.on('SIGINT', () => interrupt.abort()).on('SIGTERM', () => interrupt.abort())

await using server = buildServer({
  tokens: [token],
  dataRoots: [dataRoot],
  // Off by default: whoever may send functions may run code on the workers. Here the sender is this very process.
  allowInlineUdfs: true,
})
const url = await server.listen({ host: '127.0.0.1', port: 0 })
console.log(`server    ${url}, pid ${process.pid}`)

// An hour of delay costs this much. The function below captures the variable: it travels along, to the workers.
const costPerHour = 74.5
const cost = udf((minutes: number) => Math.max(0, minutes / 60) * costPerHour, [float64], float64, { name: 'cost' })
const bytes = Buffer.from(cost(col('delay')).toBytes()).toString('base64')

const job = {
  source: { parquet: 'flights-3m.parquet' },
  steps: [
    { filter: 'delay > 60' },
    { withColumns: { cost: { bytes } } },
    { aggregate: { by: ['origin'], values: ['count(*) as n', 'avg(delay / 60.0) as hours', 'sum(cost) as cost'] } },
    { sort: ['n desc'] },
    { limit: 5 },
  ],
}

const sql = `select origin, count(*) as n, avg(delay / 60.0) as hours, sum(delay / 60.0 * ${costPerHour}) as cost from flights where delay > 60 group by origin order by n desc limit 5`

const client = new VolleyClient({ url, token })
const jobId = 'quickstart'
const finished = new AbortController()
const startedAt = performance.now()
const progress = showProgress()
let received = 0
try {
  for await (const batch of client.run(job, {
    jobId,
    signal: interrupt.signal,
    onBytes: (count) => {
      received += count
    },
  })) {
    finished.abort()
    await progress
    console.table(batch.toArray().map((row) => ({ ...row.toJSON(), n: Number(row.n) })))
  }
} catch (error) {
  if (!interrupt.signal.aborted) throw error
  process.exitCode = 130
} finally {
  finished.abort()
  await progress
}

if (!interrupt.signal.aborted) {
  const seconds = (performance.now() - startedAt) / 1000
  const { report } = await client.job(jobId).status()
  const rows = report?.rowsRead ?? 0
  console.log(`rows      ${rows.toLocaleString('en-US')} in ${seconds.toFixed(2)} s`)
  console.log(
    `rate      ${Math.round(rows / seconds).toLocaleString('en-US')} rows per second, workers' start included`,
  )
  console.log(`workers   pids ${report?.pids.join(', ')}`)
  console.log(`received  ${received.toLocaleString('en-US')} bytes of Arrow`)
  const secret = randomBytes(12).toString('base64url')
  console.log(`
The same as SQL text, with curl. In one terminal:

  VOLLEY_TOKEN=${secret} npm start

and in another:

  curl -sS http://127.0.0.1:8642/v1/jobs \\
    -H 'authorization: Bearer ${secret}' \\
    -H 'content-type: application/json' -H 'accept: text/csv' \\
    -d '${JSON.stringify({ sql })}'
`)
}

/** How far the job is: one line that changes on a terminal, a few plain lines elsewhere; none before there is any. */
async function showProgress(): Promise<void> {
  const { stderr } = process
  const everyMs = stderr.isTTY ? 100 : 500
  let shown = ''
  while (!finished.signal.aborted) {
    await delay(everyMs, undefined, { signal: finished.signal }).catch(() => {})
    const resource = await client
      .job(jobId)
      .status()
      .catch(() => undefined)
    const { rowsRead = 0, rowsTotal = 0, tasksDone = 0, tasks = 0 } = resource?.progress ?? {}
    const percent = Math.floor((100 * rowsRead) / Math.max(1, rowsTotal))
    const text = `progress  ${percent} %, ${rowsRead.toLocaleString('en-US')} rows, ${tasksDone} of ${tasks} tasks`
    if (rowsRead === 0 || text === shown) continue
    stderr.write(stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
    shown = text
  }
  if (stderr.isTTY && shown !== '') stderr.write('\n')
}
