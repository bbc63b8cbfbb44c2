// A job and its files as one body (RFC 7578), written while it is sent: no more of a file is in memory than what goes next.

import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeValue } from '../../functions/describe-value.ts'
import { DataError } from '../../functions/errors.ts'
import { invalidArgument } from '../../functions/options.ts'
import type { RequestBody, WholeBody } from './connection.ts'

/** A file that travels with a job: its path, its content, or a stream of it, which can be sent only once. */
export type UploadFile = string | URL | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** The job's own part. */
const JOB_PART = 'job'

interface Part {
  readonly headers: string
  read(): AsyncIterable<Uint8Array>
}

/**
 * @param job - The part of the job.
 * @param files - The other parts, by their names.
 * @throws {PlanError} `invalid_argument` for what is no file, or a name that a part cannot have.
 */
export function multipartBody(job: WholeBody, files: Readonly<Record<string, UploadFile>>): RequestBody {
  const boundary = `volley-${randomUUID()}`
  const parts = [
    { headers: headersOf(JOB_PART, { type: job.contentType }), read: () => once(job.content) },
    ...Object.entries(files).map(([name, file]) => partOf(name, file)),
  ]
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    isReplayable: Object.values(files).every(isReplayable),
    make: () => ReadableStream.from(written(parts, boundary)) as ReadableStream<Uint8Array>,
  }
}

const isReplayable = (file: UploadFile): boolean =>
  typeof file === 'string' || file instanceof URL || file instanceof Blob

function partOf(name: string, file: UploadFile): Part {
  if (name === JOB_PART || !/^[\w.-]{1,64}$/.test(name)) {
    throw invalidArgument(
      `Cannot send a file as "${name}": its name is up to 64 letters, digits, "_", "-" and ".", and not "${JOB_PART}"`,
    )
  }
  if (typeof file === 'string' || file instanceof URL) {
    const path = file instanceof URL ? fileURLToPath(file) : file
    return { headers: headersOf(name, { name: basename(path) }), read: () => readable(name, createReadStream(path)) }
  }
  if (file instanceof Blob) return { headers: headersOf(name, file), read: () => readable(name, file.stream()) }
  if (Symbol.asyncIterator in Object(file)) return { headers: headersOf(name, {}), read: () => readable(name, file) }
  throw invalidArgument(`Cannot send ${describeValue(file)} as the file "${name}": give a path, a Blob or a stream`)
}

/** @param file - `name` and `type` as a File has them. */
function headersOf(part: string, file: { readonly name?: string; readonly type?: string }): string {
  const fileName = file.name === undefined ? '' : `; filename="${encodeName(file.name)}"`
  const type = file.type === undefined || file.type === '' ? '' : `Content-Type: ${file.type}\r\n`
  return `Content-Disposition: form-data; name="${part}"${fileName}\r\n${type}\r\n`
}

/** As browsers write names that would end the text. */
const encodeName = (name: string): string => name.replace(/["\r\n]/g, (character) => encodeURIComponent(character))

async function* written(parts: readonly Part[], boundary: string): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  for (const { headers, read } of parts) {
    yield encoder.encode(`--${boundary}\r\n${headers}`)
    yield* read()
    yield encoder.encode('\r\n')
  }
  yield encoder.encode(`--${boundary}--\r\n`)
}

async function* once(content: string | Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield typeof content === 'string' ? new TextEncoder().encode(content) : content
}

/** A file as it is sent. @throws {DataError} `source_not_found`, `source_unreadable`, with its name. */
async function* readable(name: string, file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* file
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const why = isMissing ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause)
    throw new DataError(isMissing ? 'source_not_found' : 'source_unreadable', `Cannot send "${name}": ${why}`, {
      details: { part: name },
      cause,
    })
  }
}
