// The content types that job documents come in, as one table: for bodies as they arrive, and for those that the store kept.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpError } from '../errors.ts'
import { jobContentType } from '../formats/job-content-type.ts'
import { BodyParser } from './parse-body.ts'

/** A job document as it was sent. */
export interface Payload {
  readonly contentType: string
  readonly bytes: Uint8Array
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Its body as it was sent, if that is a job document. */
    payload: Payload | undefined
  }
}

interface ParsedDocument {
  readonly document: unknown
  /** What it holds in memory. */
  readonly bytes: number
}

const sqlTypes = ['application/sql', 'text/plain']

export class Documents implements AsyncDisposable {
  readonly #parser = new BodyParser()

  /** The content types there are. */
  readonly contentTypes: readonly string[] = ['application/json', jobContentType, ...sqlTypes]

  /** @throws {VolleyError} `invalid_job` for JSON that is none. @throws {HttpError} `unsupported_media_type` */
  async parse({ contentType, bytes }: Payload): Promise<ParsedDocument> {
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (contentType === jobContentType) return { document: { bytes: new Uint8Array(body) }, bytes: body.length }
    if (sqlTypes.includes(contentType)) return { document: { sql: body.toString() }, bytes: body.length }
    if (!this.contentTypes.includes(contentType)) throw unsupportedMediaType(contentType)
    const { json, bytes: held } = await this.#parser.parse(body)
    return { document: json, bytes: held }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parser[Symbol.asyncDispose]()
  }
}

/** Has bodies parsed by their content type. */
export function addDocuments(app: FastifyInstance, documents: Documents, maxBodyBytes: number): void {
  app.decorateRequest('payload', undefined)
  app.addHook('onClose', () => documents[Symbol.asyncDispose]())
  app.removeAllContentTypeParsers()
  const how = { parseAs: 'buffer', bodyLimit: maxBodyBytes } as const
  for (const contentType of documents.contentTypes) {
    app.addContentTypeParser(contentType, how, async (request: FastifyRequest, body: Buffer) => {
      request.payload = { contentType, bytes: body }
      const { document, bytes } = await documents.parse(request.payload)
      request.held?.resize(bytes)
      return document
    })
  }
  app.addContentTypeParser('*', async (request: FastifyRequest) => {
    throw unsupportedMediaType(request.headers['content-type'] ?? '')
  })
}

export const unsupportedMediaType = (given: string): HttpError =>
  new HttpError(
    'unsupported_media_type',
    `Cannot read a body of type "${given}": say what it is, -H 'Content-Type: application/json' or application/sql; ${jobContentType} is for bytes`,
  )
