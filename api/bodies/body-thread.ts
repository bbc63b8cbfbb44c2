// The thread that parses large bodies: JSON of jobs, whose rows become the bytes of a table here. What is handed back is
// small, or bytes that change hands.

import { parentPort } from 'node:worker_threads'
import { createError, type PlainError } from '../../functions/errors.ts'
import { parseJson } from '../../runtime/job/json-job.ts'
import { rowsOf } from '../../runtime/job/json-source.ts'
import { plainError } from '../threads/plain-error.ts'

/** What is made of a body: an error, or its JSON, with the rows of its source apart. */
export interface BodyAnswer {
  readonly json?: unknown
  readonly rows?: Uint8Array<ArrayBuffer>
  readonly error?: PlainError
}

/** A job of this many values besides its rows is larger than any that is accepted; handing it over takes time. */
const MAX_VALUES = 50_000
const MAX_DEPTH = 100

parentPort?.on('message', (body: Uint8Array) => {
  const answer = answerFor(body)
  parentPort?.postMessage(answer, answer.rows === undefined ? [] : [answer.rows.buffer])
})

function answerFor(body: Uint8Array): BodyAnswer {
  try {
    const json = parseJson(Buffer.from(body.buffer).toString())
    const rows = takeRows(json)
    checkSize(json)
    return rows === undefined ? { json } : { json, rows }
  } catch (error) {
    return { error: plainError(error) }
  }
}

/** Encodes the rows of a job's source and leaves nothing in their place. */
function takeRows(json: unknown): Uint8Array<ArrayBuffer> | undefined {
  const { source } = Object(json) as { source?: Record<string, unknown> }
  if (!Array.isArray(Object(source).rows) || source === undefined) return undefined
  const encoded = new Uint8Array(rowsOf(source, '/source'))
  source.rows = null
  delete source.schema
  return encoded
}

function checkSize(json: unknown): void {
  const pending: [value: unknown, depth: number][] = [[json, 0]]
  let values = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth] = next
    values += 1
    const inner = typeof value === 'object' && value !== null ? Object.values(value) : []
    if (values + pending.length + inner.length > MAX_VALUES) {
      throw createError('size_limit', `Cannot read the job: it has more than ${MAX_VALUES} values besides its rows`)
    }
    if (depth > MAX_DEPTH) {
      throw createError('invalid_job', `Cannot read the job: it nests deeper than ${MAX_DEPTH} levels`, {
        details: { pointer: '' },
      })
    }
    for (const item of inner) pending.push([item, depth + 1])
  }
}
