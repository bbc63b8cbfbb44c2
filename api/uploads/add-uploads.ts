// Has uploads received by the routes that take them. What no job has claimed when the reply begins is removed.

import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Documents, unsupportedMediaType } from '../bodies/documents.ts'
import { uploadType } from '../bodies/upload-type.ts'
import { receiveUpload, type UploadLimits } from './receive-upload.ts'
import { uploadTooLarge } from './upload-errors.ts'
import type { Upload, Uploads } from './uploads.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What came with its job document. */
    upload: Upload | undefined
  }
  interface FastifyContextConfig {
    /** Whether its body may be an upload. */
    takesUploads?: true
  }
}

export function addUploads(app: FastifyInstance, documents: Documents, uploads: Uploads, limits: UploadLimits): void {
  app.decorateRequest('upload', undefined)
  app.addHook('onSend', async ({ upload }) => {
    if (upload !== undefined) await uploads.removeUnclaimed(upload)
  })
  app.addContentTypeParser(uploadType, async (request: FastifyRequest, body: Readable) => {
    const { routeOptions, headers, held } = request
    const contentType = headers['content-type'] ?? ''
    if (routeOptions.config.takesUploads !== true) throw unsupportedMediaType(contentType)
    const announced = Number(headers['content-length'] ?? 0)
    const { maxUploadBytes } = limits
    if (announced > maxUploadBytes) {
      throw uploadTooLarge(`it has ${announced} bytes, of at most ${maxUploadBytes}`, maxUploadBytes)
    }
    try {
      const { job, upload } = await receiveUpload(body, contentType, uploads, limits, (bytes) => held?.resize(bytes))
      request.payload = job
      request.upload = upload
    } finally {
      // Of an upload that is refused the rest is read and forgotten: who sends it must get to the answer.
      body.resume()
    }
    const { document, bytes } = await documents.parse(request.payload)
    held?.resize(bytes)
    return document
  })
}
