// The errors of a job are made fit for clients once, wherever they come from: readers and the record get the same one.

import { test } from 'tap'
import { DataError, type SessionContext } from 'volley'
import { JobRecord } from '../../../api/jobs/job-record.ts'
import { runJob } from '../../../api/jobs/run-job.ts'
import { Spool } from '../../../api/spool/spool.ts'
import type { ParsedJob } from '../../../runtime/job/json-job.ts'

const parsed = { job: {}, options: {}, inlineCode: false } as unknown as ParsedJob
const failure = new DataError('source_unreadable', 'Cannot read "/secret/a.csv"')
const failed = async (): Promise<never> => {
  throw failure
}
async function* broken(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(0xff)
  throw failure
}

const sessions = {
  'in its stream': { submit: async () => ({ stream: broken(), done: new Promise(() => {}) }) },
  'before it has one': { submit: failed },
  'for lack of workers': { backend: failed },
}

for (const [where, session] of Object.entries(sessions)) {
  test(`an error of a job, ${where}, is made public once`, { timeout: 60_000 }, async (t) => {
    await using spool = await Spool.open()
    const identity = { id: 'some', owner: 'ann', createdAt: new Date(), runs: 1 }
    const record = new JobRecord(identity, spool.create('some', { isRetained: false }))
    const seen: unknown[] = []
    const told = new DataError('source_unreadable', 'Cannot read "a.csv"')
    const runner = {
      session: { backend: async () => ({ concurrency: 1 }), ...session } as unknown as SessionContext,
      turn: Promise.resolve({ [Symbol.dispose]() {} }),
      defaultTimeoutMs: 1000,
      publicError(error: unknown) {
        seen.push(error)
        return told
      },
      onLog() {},
    }
    const readers = t.rejects(record.result.begun, told)
    await t.rejects(runJob(parsed, record, runner, undefined), told)
    await readers
    t.strictSame(seen, [failure])
  })
}
