// The file of a job: a JSON document, SQL text, or the bytes of a DataFrame.

import { readFile } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { familyIn } from '../../runtime/codec/envelope.ts'
import { parseJson } from '../../runtime/job/json-job.ts'
import { reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'

/** A job document: JSON, the text of a file whose name ends in `.sql`, or what `DataFrame.toBytes()` gave. */
export async function readJob(file: string, signal: AbortSignal): Promise<unknown> {
  const bytes = await readBytes(file, signal)
  if (familyIn(bytes) === 'VLYJOBS') return { bytes: new Uint8Array(bytes) }
  return /\.sql$/i.test(file) ? { sql: bytes.toString() } : parseJson(bytes.toString())
}

function readBytes(file: string, signal: AbortSignal): Promise<Buffer> {
  if (file === '-') return buffer(addAbortSignal(signal, process.stdin))
  return readFile(file, { signal }).catch((cause: unknown) => {
    throw new UsageError(`Cannot read the job "${file}": ${reasonOf(cause)}`, { cause })
  })
}
