// From the body of a request to a job document and files on disk: parts are written as they arrive, the job itself is held
// in memory. An upload that is refused or cut off leaves nothing.

import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { isDiskFull, writeAt } from '../../runtime/bytes/files.ts'
import type { Payload } from '../bodies/documents.ts'
import { boundaryOf, type Part, partsOf } from './multipart.ts'
import { partFormat } from './part-format.ts'
import { invalidUpload, uploadFull, uploadTooLarge } from './upload-errors.ts'
import type { Upload, UploadedPart, Uploads } from './uploads.ts'

/** What may come in one request. */
export interface UploadLimits {
  /** Of the job document. */
  readonly maxBodyBytes: number
  /** Of all of it. */
  readonly maxUploadBytes: number
}

/** What came. */
interface Received {
  readonly job: Payload
  /** The parts beside the job; absent when there are none. */
  readonly upload: Upload | undefined
}

/** The part that is the job document. */
const JOB = 'job'
const MAX_PARTS = 100
/** It becomes the name of a file. */
const partName = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/
/** What is looked at to tell a format. */
const HEAD_BYTES = 16

/**
 * Receives an upload.
 *
 * @param onJobBytes - Told how many bytes of the job there are so far; may throw.
 * @throws {HttpError} `invalid_upload`, `storage_full`. @throws {ResourceError} `size_limit`.
 */
export async function receiveUpload(
  body: Readable,
  contentType: string,
  uploads: Uploads,
  limits: UploadLimits,
  onJobBytes: (bytes: number) => void,
): Promise<Received> {
  const id = uploads.begin()
  const parts: UploadedPart[] = []
  let job: Payload | undefined
  try {
    for await (const part of partsOf(limited(body, limits.maxUploadBytes), boundaryOf(contentType))) {
      checkPart(part, [...parts.map(({ name }) => name), ...(job === undefined ? [] : [JOB])])
      if (part.name === JOB) {
        job = await readJob(part, limits.maxBodyBytes, onJobBytes)
      } else {
        if (parts.length === 0) await uploads.makeDirectory(id)
        parts.push(await writePart(part, id, uploads))
      }
    }
    if (job === undefined) throw invalidUpload(`it has no part "${JOB}", which is the job document`)
  } catch (error) {
    await uploads.remove(id)
    throw coded(error)
  }
  return { job, upload: parts.length === 0 ? undefined : { id, parts } }
}

/** The bytes of a body, which stays open for whoever answers it. */
async function* limited(body: Readable, limit: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = limit
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    left -= chunk.length
    if (left < 0) {
      throw uploadTooLarge(`it has more than ${limit} bytes; volley serve --max-upload-bytes allows more`, limit)
    }
    yield chunk
  }
}

function checkPart({ name, fileName = '' }: Part, before: readonly string[]): void {
  if (!partName.test(name)) {
    const shown = JSON.stringify(name.slice(0, 100))
    throw invalidUpload(`a part is called ${shown}; names are up to 64 letters, digits, "_", "-" and "."`)
  }
  // File systems may tell names apart by more than their case, or not.
  if (before.some((other) => other.toLowerCase() === name.toLowerCase())) {
    throw invalidUpload(`part "${name}" is there twice`, { part: name })
  }
  if (/[\\/\0]/.test(fileName)) {
    throw invalidUpload(`the file name of part "${name}" is a path; send the name alone`, { part: name })
  }
  if (before.length === MAX_PARTS) throw uploadTooLarge(`it has more than ${MAX_PARTS} parts`, MAX_PARTS)
}

async function readJob(part: Part, limit: number, onBytes: (bytes: number) => void): Promise<Payload> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of part.body) {
    bytes += chunk.length
    if (bytes > limit) throw uploadTooLarge(`its part "${JOB}" has more than ${limit} bytes`, limit)
    onBytes(bytes)
    chunks.push(chunk)
  }
  return { contentType: jobTypeOf(part), bytes: Buffer.concat(chunks) }
}

/** What forms send without being told says nothing: it is JSON then. */
function jobTypeOf({ contentType }: Part): string {
  const isTold = contentType !== undefined && !['text/plain', 'application/octet-stream'].includes(contentType)
  return isTold ? contentType : 'application/json'
}

async function writePart(
  { name, fileName, contentType, body }: Part,
  id: string,
  uploads: Uploads,
): Promise<UploadedPart> {
  await using file = await open(uploads.pathOf(id, name), 'wx', 0o600)
  const hash = createHash('sha256')
  let head = new Uint8Array()
  let bytes = 0
  for await (const chunk of body) {
    uploads.take(id, chunk.length)
    await writeAt(file, [chunk], bytes)
    hash.update(chunk)
    if (bytes < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES)])
    bytes += chunk.length
  }
  if (bytes === 0) throw invalidUpload(`part "${name}" is empty`, { part: name })
  return { name, bytes, hash: hash.digest('hex'), ...partFormat(contentType, fileName, head) }
}

/** What the disk and the connection say of themselves, in codes of ours. */
function coded(error: unknown): unknown {
  if (isDiskFull(error)) return uploadFull('the disk is full', error)
  const { code } = error as { readonly code?: unknown }
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return Object.assign(invalidUpload('its connection broke off before its end; send it again'), { cause: error })
  }
  return error
}
