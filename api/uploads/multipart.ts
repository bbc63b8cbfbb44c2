// The parts of a `multipart/form-data` body (RFC 7578), one after the other as they arrive; of a part no more is held than
// what has just come. Strict: whatever is not plainly a part ends the reading with an error, and nothing is left out.

import { invalidUpload } from './upload-errors.ts'

/** A part, to be read to its end before the next one. */
export interface Part {
  readonly name: string
  readonly fileName: string | undefined
  /** Without its parameters, in lower case. */
  readonly contentType: string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

const MAX_HEADER_BYTES = 8192
const LINE_END = Buffer.from('\r\n')

/** What stands between the parts. @throws {HttpError} `invalid_upload` for a content type that names none. */
export function boundaryOf(contentType: string): string {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(contentType) ?? []
  const boundary = quoted ?? bare ?? ''
  // Those that RFC 2046 allows, and nothing that could end a line.
  if (/^[\w'()+,./:=? -]{1,70}$/.test(boundary)) return boundary
  throw invalidUpload(
    'its Content-Type names no boundary; leave the header to whatever makes the body, as curl -F does',
  )
}

/**
 * Reads a body part by part.
 *
 * @throws {HttpError} `invalid_upload` when it is malformed or ends too early; and what `body` throws.
 */
export async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
): AsyncGenerator<Part, void, undefined> {
  const bytes = new Scanner(body)
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // What stands before the first part means nothing.
  for await (const _ of bytes.before(delimiter));
  for (let end = await bytes.line(); end !== '--'; end = await bytes.line()) {
    if (end !== '') throw invalidUpload('its boundary stands within a part; choose one that does not')
    const headers = await readHeaders(bytes)
    yield { ...describe(headers), body: bytes.before(delimiter) }
  }
  await bytes.skipRest()
}

async function readHeaders(bytes: Scanner): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>()
  let left = MAX_HEADER_BYTES
  for (let line = await bytes.line(); line !== ''; line = await bytes.line()) {
    left -= line.length
    if (left < 0) throw headersTooLong()
    const [, name = '', value = ''] = /^([\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === '') throw invalidUpload('a part has a header that is none')
    if (headers.has(name.toLowerCase())) throw invalidUpload(`a part has the header "${name}" twice`)
    headers.set(name.toLowerCase(), value)
  }
  return headers
}

function describe(headers: ReadonlyMap<string, string>): Omit<Part, 'body'> {
  const disposition = headers.get('content-disposition') ?? ''
  const name = parameterOf(disposition, 'name')
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) {
    throw invalidUpload('a part has no name; each begins with Content-Disposition: form-data; name="…"')
  }
  const encoding = headers.get('content-transfer-encoding') ?? 'binary'
  if (!/^(7bit|8bit|binary)$/i.test(encoding)) {
    throw invalidUpload(`part "${name}" comes as "${encoding}"; send its bytes as they are`)
  }
  return {
    name,
    fileName: parameterOf(disposition, 'filename'),
    contentType: headers.get('content-type')?.split(';')[0]?.trim().toLowerCase(),
  }
}

function parameterOf(header: string, name: string): string | undefined {
  for (const [, key = '', quoted, bare] of header.matchAll(/;\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    if (key.toLowerCase() === name) return quoted?.replaceAll(/\\(.)/g, '$1') ?? bare
  }
  return undefined
}

/** Bytes that arrive in chunks, looked through for delimiters that may lie across them. */
class Scanner {
  readonly #chunks: AsyncIterator<Uint8Array>
  /** What has come and was not given. A body may begin with a delimiter, whose line end then is not written. */
  #held: Buffer = LINE_END

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]()
  }

  /** All bytes before a delimiter, which is left out. */
  async *before(delimiter: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = this.#held.indexOf(delimiter); ; at = this.#held.indexOf(delimiter)) {
      const isFound = at >= 0
      // What could be the beginning of the delimiter stays.
      const end = isFound ? at : this.#held.length - delimiter.length + 1
      if (end > 0) {
        yield this.#held.subarray(0, end)
        this.#held = this.#held.subarray(end)
      }
      if (isFound) {
        this.#held = this.#held.subarray(delimiter.length)
        return
      }
      await this.#more()
    }
  }

  /** The next line, without its end and blanks there. The last delimiter needs no line end. */
  async line(): Promise<string> {
    for (;;) {
      if (this.#held.indexOf('--') === 0) return '--'
      const end = this.#held.indexOf(LINE_END)
      if (end >= 0) {
        const line = this.#held.toString('utf8', 0, end).trimEnd()
        this.#held = this.#held.subarray(end + LINE_END.length)
        return line
      }
      if (this.#held.length > MAX_HEADER_BYTES) throw headersTooLong()
      await this.#more()
    }
  }

  /** What stands after the last part means nothing either. */
  async skipRest(): Promise<void> {
    while ((await this.#chunks.next()).done !== true);
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next()
    if (done === true) throw invalidUpload('it ends before the last of its parts does; send it again')
    this.#held = Buffer.concat([this.#held, value])
  }
}

const headersTooLong = () => invalidUpload(`the headers of a part have more than ${MAX_HEADER_BYTES} bytes`)
