// Clients as they should compile.

import type { RecordBatch, Table } from 'apache-arrow'
import { ConnectionError, ServerError, SessionContext, VolleyError } from 'volley'
import type { JobResource } from 'volley/api'
import { type JobEvent, type JobInput, type RemoteJob, VolleyClient } from 'volley/client'

const client = new VolleyClient({ url: 'http://127.0.0.1:8642', token: 'secret', retries: 3 })
const { signal } = new AbortController()
const frame = new SessionContext().fromColumns({ n: [1] })
const jobs: readonly JobInput[] = ['select 1', { sql: 'select 1' }, { source: { part: 'a' } }, frame]

for (const job of jobs) {
  for await (const batch of client.run(job, { signal, jobId: 'a', onBytes: (count) => count.toFixed() })) {
    batch satisfies RecordBatch
  }
}
const files = { path: 'a.csv', url: new URL('file:///a.csv'), blob: new Blob(['']), web: new Blob(['']).stream() }
const job: RemoteJob = await client.submit('select 1', { files, idempotencyKey: 'nightly', signal })
const { status, error, result, progress } = (await job.wait({ signal })) satisfies JobResource
if (status === 'failed') console.log(error?.code === 'udf_failed', error?.details.row)
console.log(result?.batches, progress?.rowsRead)
const table: Table = await job.collect()
for await (const batch of job.batches({ fromBatch: table.batches.length - 1 })) batch.numRows.toFixed()
await (await job.result('csv', { header: false })).text()
const next: RemoteJob = await job.rerun()
;(await next.cancel()) satisfies JobResource
const logs: string = await client.job('a').logs()
for await (const event of job.events({ after: 5 })) describe(event)
for await (const { id, owner } of client.jobs({ status: 'running', since: new Date(), limit: 10 }))
  console.log(id, owner)
const [column] = (await client.explain(frame)).columns
const [described] = await client.tables()
console.log(logs, column?.type, described?.columns?.[0]?.nullable, (await client.functions())[0]?.usage)

function describe({ event, data }: JobEvent): string {
  if (event === 'status') return data.error?.detail ?? data.status
  return event === 'log' ? data.text : data.tasks.toFixed()
}

export function isWorthAnotherTry(thrown: unknown): boolean {
  if (thrown instanceof ServerError) return thrown.code === 'rate_limited' && thrown.category === 'server'
  return thrown instanceof ConnectionError || (thrown instanceof VolleyError && thrown.code === 'connection_lost')
}
