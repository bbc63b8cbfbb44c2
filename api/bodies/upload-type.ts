// The content type of uploads, which bodies are told apart by before they are read.

import type { FastifyRequest } from 'fastify'

/** The type of a body that brings files along with its job. */
export const uploadType = 'multipart/form-data'

/** Whether a body is one: it goes to disk as it arrives, and is not held in memory. */
export const isUpload = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers['content-type']?.toLowerCase().startsWith(uploadType) === true
