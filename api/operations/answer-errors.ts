// Every failure becomes problem details, with the request's id: errors that routes throw, routes and methods that there
// are not, addresses that cannot be read.

import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpError, problemOf } from '../errors.ts'
import type { Routes } from './routes.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The job that the request is about, once there is one. */
    jobId: string | undefined
  }
}

export const requestIdHeader = 'x-request-id'
const MAX_URL = 8192

/** The id that the client gave, if it is one that logs can hold, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader]
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}

/** Has every request answered, whatever goes wrong. Only defects are logged as errors. */
export function addErrors(app: FastifyInstance, routes: Routes): void {
  app.decorateRequest('jobId', undefined)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const [path = ''] = request.url.split('?')
    const methods = routes.methodsOf(path.slice(app.prefix.length) || '/')
    if (methods.length === 0) {
      throw new HttpError('not_found', `Cannot ${request.method} "${path}": there is no such route`)
    }
    const allow = methods.join(', ')
    if (request.method === 'OPTIONS') return reply.status(204).header('allow', allow).send()
    throw new HttpError('method_not_allowed', `Cannot ${request.method} "${path}": it takes ${allow}`, {
      details: { allow: methods },
      headers: { allow },
    })
  })
  app.addHook('onRequest', async ({ id, url }, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', [requestIdHeader]: id })
    if (url.length <= MAX_URL) return
    throw new HttpError('uri_too_long', `Cannot read the address: it is longer than ${MAX_URL} characters`)
  })
}

/** Answers with the problem document of an error. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request.jobId)
  request.problem = problem.code
  if (problem.status === 500) request.log.error({ err: error }, 'a defect')
  else request.log.info({ code: problem.code }, problem.detail)
  if (problem.status === 503) reply.header('retry-after', '1')
  reply.header('link', `<${request.server.prefix}/docs/errors#${problem.code}>; rel="help"`)
  if (error instanceof HttpError) reply.headers(error.headers)
  return reply
    .status(problem.status)
    .header(requestIdHeader, request.id)
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(problem)
}
