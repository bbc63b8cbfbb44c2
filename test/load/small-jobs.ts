// Small jobs, each with a number of its own in its rows and in its expression, sent so many at a time. Whose answer an
// answer is shows in it: one that belongs to another job, or to none, is found, and so is one that came twice.

import { type Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { tableFromIPC } from 'apache-arrow'
import { token } from '../api/with-server.ts'

/** What became of a job. */
interface Answer {
  readonly status: number
  readonly jobId: string
  readonly body: Buffer
  readonly elapsedMs: number
}

export interface SmallJobs {
  readonly elapsedMs: number
  /** From sending a job to the last byte of its answer, ascending. */
  readonly latenciesMs: readonly number[]
  readonly jobIds: readonly string[]
}

const ROWS = 10

const jobOf = (n: number): string =>
  JSON.stringify({
    source: { rows: Array.from({ length: ROWS }, (_, i) => ({ i, name: `row ${i}` })) },
    steps: [
      { filter: 'i % 2 = 1' },
      { select: [`i + ${n} as answer`, 'upper(name) as name'] },
      { sort: ['answer desc'] },
    ],
  })

const expected = (n: number): string => JSON.stringify([9, 7, 5, 3, 1].map((i) => [n + i, `ROW ${i}`]))

/**
 * Sends jobs with the numbers from `first` on and checks what came back once all of it is there.
 *
 * @param atOnce - How many are under way at the same time.
 * @throws {Error} When an answer is not that of its job, or two jobs have one id.
 */
export async function runSmallJobs(
  url: string,
  agent: Agent,
  { first, count, atOnce }: { readonly first: number; readonly count: number; readonly atOnce: number },
): Promise<SmallJobs> {
  const answers: Answer[] = []
  let next = 0
  const client = async (): Promise<void> => {
    while (next < count) {
      const at = next++
      answers[at] = await send(url, agent, jobOf(first + at))
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: atOnce }, client))
  const elapsedMs = performance.now() - startedAt
  for (const [at, answer] of answers.entries()) check(first + at, answer)
  const jobIds = [...new Set(answers.map(({ jobId }) => jobId))]
  if (jobIds.length !== count) throw new Error(`${count} jobs have ${jobIds.length} ids`)
  return { elapsedMs, latenciesMs: answers.map((answer) => answer.elapsedMs).toSorted((a, b) => a - b), jobIds }
}

function check(n: number, { status, body, jobId }: Answer): void {
  const rows = status === 200 ? [...tableFromIPC(body)].map((row) => [Number(row.answer), row.name]) : body.toString()
  const found = JSON.stringify(rows)
  if (found !== expected(n)) throw new Error(`job ${n} (${jobId}) was answered ${status} ${found}`)
}

/** One of which the answer is 429 or 503 is sent again when it says so. */
async function send(url: string, agent: Agent, document: string): Promise<Answer> {
  const startedAt = performance.now()
  for (;;) {
    const { status, headers, body } = await post(url, agent, document)
    if (status === 429 || status === 503) await delay(1000 * Number(headers['retry-after'] ?? 1))
    else return { status, jobId: `${headers['x-volley-job-id']}`, body, elapsedMs: performance.now() - startedAt }
  }
}

function post(url: string, agent: Agent, document: string) {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(document),
  }
  type Reply = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: Buffer }
  return new Promise<Reply>((resolve, reject) => {
    const sent = request(`${url}/v1/jobs`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      })
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(document)
  })
}
