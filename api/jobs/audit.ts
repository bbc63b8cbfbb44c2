// A line of the log for each job that has ended: who sent it, what it was, what came of it. Of what users wrote it has
// hashes and names, never expressions, values or code; of errors the code, as their texts quote what users wrote.

import { createHash } from 'node:crypto'
import type { Udf } from '../../functions/contract/udf.ts'
import { describeSource } from '../../runtime/job/describe-job.ts'
import type { ParsedJob } from '../../runtime/job/json-job.ts'
import type { Payload } from '../bodies/documents.ts'
import type { UploadedPart } from '../uploads/uploads.ts'
import { functionsOf, sourcesOf } from './functions-of.ts'
import type { JobRecord } from './job-record.ts'

/** What a job is, as the log tells it. */
export interface JobContents {
  /** SHA-256 of the document as it was sent. */
  readonly document?: string
  readonly functions: readonly FunctionUse[]
  readonly sources: readonly string[]
  readonly sink?: string
}

interface FunctionUse {
  readonly name: string
  readonly by: 'name' | 'value'
  /** Of its code, where that was sent along. */
  readonly sha256?: string
}

/** @param hide - Removes from a text what is not to be seen of paths. */
export function contentsOf(
  { job }: ParsedJob,
  payload: Payload | undefined,
  hide: (text: string) => string,
): JobContents {
  return {
    ...(payload === undefined ? {} : { document: createHash('sha256').update(payload.bytes).digest('hex') }),
    functions: [...functionsOf(job)].map(useOf),
    sources: sourcesOf(job).map((source) => hide(describeSource(source))),
    ...(job.sink === undefined ? {} : { sink: hide(`${job.sink.kind} ${job.sink.path}`) }),
  }
}

/** @param contents - Absent where the document could not be read any more. */
export function auditLine(record: JobRecord, contents: JobContents | undefined): object {
  const { id, owner, requestId, upload, status, errorCode, times, report } = record
  const { rowsRead = 0, rows = 0, bytes = 0, retries = 0 } = report
  return {
    audit: 'job',
    jobId: id,
    ...(requestId === undefined ? {} : { requestId }),
    owner,
    ...contents,
    ...(upload === undefined ? {} : { uploads: upload.parts.map(partOf) }),
    status,
    ...(errorCode === undefined ? {} : { code: errorCode }),
    rowsRead,
    rows,
    bytes,
    retries,
    queuedMs: Math.round(times.queuedMs),
    ranMs: Math.round(times.ranMs),
  }
}

function useOf({ name, body }: Udf): FunctionUse {
  return body.kind === 'shipped' ? { name, by: 'value', sha256: body.hash } : { name, by: 'name' }
}

/** By which a file is told from another; its name is the client's. */
const partOf = ({ name, bytes, hash }: UploadedPart) => ({ part: name, bytes, sha256: hash })
