// What can be wrong with an upload, in the words of whoever sends it.

import { createError, type ErrorDetails, type VolleyError } from '../../functions/errors.ts'
import { HttpError } from '../errors.ts'

/** @param why - After "Cannot read the upload: ". */
export const invalidUpload = (why: string, details: ErrorDetails = {}): HttpError =>
  new HttpError('invalid_upload', `Cannot read the upload: ${why}`, { details })

/** @param what - After "Cannot take the upload: ", with the limit. */
export const uploadTooLarge = (what: string, limit: number): VolleyError =>
  createError('size_limit', `Cannot take the upload: ${what}`, { details: { limit } })

/** @param why - After "Cannot keep the upload: ". */
export function uploadFull(why: string, cause?: unknown): HttpError {
  const error = new HttpError('storage_full', `Cannot keep the upload: ${why}; try again later`)
  return cause === undefined ? error : Object.assign(error, { cause })
}

export const uploadExpired = (): HttpError =>
  new HttpError(
    'upload_expired',
    'Cannot run the job again: the files that were uploaded with it are not kept any more; send it again',
  )
