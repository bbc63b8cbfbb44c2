// A job as the body of a request: a document, SQL text or a DataFrame, alone or with files beside it.

import { describeValue } from '../../functions/describe-value.ts'
import { invalidArgument } from '../../functions/options.ts'
import { isFrame } from '../../runtime/codec/frame-runtime.ts'
import type { DataFrame } from '../../runtime/dataframe.ts'
import { jobContentType } from '../formats/job-content-type.ts'
import type { RequestBody, WholeBody } from './connection.ts'
import { multipartBody, type UploadFile } from './multipart.ts'

/**
 * A job document: what `POST /v1/jobs` takes as JSON. Its expressions may be SQL text, or those that `col` and functions
 * make.
 */
export type JobDocument = Readonly<Record<string, unknown>>

/**
 * A job for a server: a document, `{ source, steps }` or `{ sql }`; SQL text; or a DataFrame, which travels with its rows
 * and functions. Paths are the server's, below its data roots.
 */
export type JobInput = JobDocument | DataFrame | string

/**
 * @param files - By the names that sources of the job have for them.
 * @throws {PlanError} `invalid_argument` for what is no job.
 * @throws {ShippingError} When a function in the job cannot travel.
 */
export function bodyOf(job: JobInput, files: Readonly<Record<string, UploadFile>> = {}): RequestBody {
  const body = wholeBodyOf(job)
  if (Object.keys(files).length > 0) return multipartBody(body, files)
  return { contentType: body.contentType, isReplayable: true, make: () => body.content }
}

function wholeBodyOf(job: JobInput): WholeBody {
  if (typeof job === 'string') return { contentType: 'application/sql', content: job }
  if (isFrame(job)) return { contentType: jobContentType, content: new Uint8Array((job as DataFrame).toBytes()) }
  if (typeof job === 'object' && job !== null && !Array.isArray(job)) {
    return { contentType: 'application/json', content: JSON.stringify(job) }
  }
  throw invalidArgument(`Cannot run ${describeValue(job)}: give a job document, a DataFrame or SQL text`)
}
