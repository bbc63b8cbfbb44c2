// Clients as they must not compile.

import { VolleyClient } from 'volley/client'

const client = new VolleyClient({ url: 'http://127.0.0.1:8642' })
const job = client.job('a')

// @ts-expect-error: the address is an option
new VolleyClient('http://127.0.0.1:8642')
// @ts-expect-error: there is no client without an address
new VolleyClient({ token: 'secret' })
// @ts-expect-error: no such option
new VolleyClient({ url: 'http://127.0.0.1:8642', tokn: 'secret' })
// @ts-expect-error: a number is no job
client.submit(5)
// @ts-expect-error: a run ends with its call, there is nothing to be idempotent about
client.run('select 1', { idempotencyKey: 'a' })
// @ts-expect-error: bytes are no file, a Blob of them is
client.submit('select 1', { files: { a: 5 } })
// @ts-expect-error: no such format
job.result('excel')
// @ts-expect-error: no such status
client.jobs({ status: 'done' })
// @ts-expect-error: a time is a Date
client.jobs({ since: '2026-01-31' })
// @ts-expect-error: the id of a handle stays
job.id = 'b'
// @ts-expect-error: a status is asked for
job.status.length.error
