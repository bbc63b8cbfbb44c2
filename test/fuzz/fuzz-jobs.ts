// Fuzzing of the HTTP API with random jobs: `npm run fuzz:jobs [jobs] [seed]`. Whatever a user sends is answered, by a
// result or a coded error that is not the server's own fault, and no job takes a worker with it.

import { SessionContext } from 'volley'
import { buildServer } from 'volley/api'
import { ForkPool } from '../../runtime/pool/pool.ts'
import { createRandom } from './mutate.ts'
import { samples } from './random-expr.ts'
import { randomJob } from './random-job.ts'

export interface JobFuzzReport {
  readonly jobs: number
  /** How often each status came up, with the code of failures. */
  readonly answers: ReadonlyMap<string, number>
  /** Jobs that were answered as no job may be, and how. */
  readonly failures: readonly string[]
}

/** Sends `jobs` random jobs, a few at once. The same seed gives the same jobs. */
export async function fuzzJobs(seed: number, jobs: number): Promise<JobFuzzReport> {
  const session = new SessionContext({ backend: ForkPool.fork({ workers: 2 }), log: 'ignore' })
  session.registerTable('t', sampleTable(session))
  const defects: string[] = []
  const logger = { level: 'error', stream: { write: (line: string) => void defects.push(line) } }
  const app = buildServer({ session, insecureNoAuth: true, logger })
  const answers = new Map<string, number>()
  const failures: string[] = []
  let next = 0
  const send = async (job: unknown): Promise<{ status: number; code: string; payload: string }> => {
    try {
      const { statusCode: status, payload } = await app.inject({ method: 'POST', url: '/v1/jobs', ...asBody(job) })
      return { status, code: status === 200 ? '' : (JSON.parse(payload) as { code: string }).code, payload }
    } catch (error) {
      // It failed after its first rows: the connection ends without an end of the data.
      if ((error as NodeJS.ErrnoException).code === 'LIGHT_ECONNRESET')
        return { status: 200, code: 'cut off', payload: '' }
      throw error
    }
  }
  const sendAll = async (): Promise<void> => {
    for (let n = next++; n < jobs && failures.length < 20; n = next++) {
      const job = randomJob(createRandom(seed + n))
      const { status, code, payload } = await send(job)
      const answer = `${status} ${code}`.trim()
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
      const isOurFault = status === 500 || code === 'worker_lost' || code === 'protocol_error'
      if (isOurFault)
        failures.push(
          [`seed ${seed + n}: ${answer}`, JSON.stringify(job), payload, ...defects.splice(0)]
            .map((text) => text.slice(0, 2000))
            .join('\n'),
        )
    }
  }
  try {
    await Promise.all(Array.from({ length: 4 }, sendAll))
  } finally {
    await app.close()
    await session.close()
  }
  return { jobs: Math.min(next, jobs), answers, failures }
}

const asBody = (job: unknown) => ({
  headers: { 'content-type': 'application/json' },
  payload: JSON.stringify(job) ?? '',
})

/** A row for each of the values of the type that has most. */
function sampleTable(session: SessionContext) {
  const rows = Math.max(...samples.map(({ values }) => values.length))
  const numbers = session.fromRows(Array.from({ length: rows }, (_, row) => ({ row })))
  return numbers.select(
    ...samples.map(({ name, type, values }) => {
      const cases = values.map((value, i) => `when row = ${i} then arrow_cast(${value}, '${type}')`)
      return `case ${cases.join(' ')} end as ${name}`
    }),
  )
}

if (import.meta.main) {
  const [jobs = 20_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number)
  console.log(`seed ${seed}`)
  const { answers, failures, ...rest } = await fuzzJobs(seed, jobs)
  console.log({ ...rest, answers: Object.fromEntries(answers) })
  for (const failure of failures) console.error(failure)
  process.exitCode = failures.length === 0 ? 0 : 1
}
