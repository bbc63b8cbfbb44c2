// Answers on connections where Fastify never sees a request: what is no HTTP, too large a head, one that comes too slowly,
// one connection too many. They are problem documents too, and end the connection.

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { HttpError, problemOf } from '../errors.ts'
import type { Metrics } from '../metrics/definitions.ts'
import { requestIdHeader } from './answer-errors.ts'

/** What answers what Node's parser refuses. */
export function clientErrorHandler(metrics: Metrics) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    // Of a reply that has begun the rest must not look like one.
    const { _httpMessage: reply } = socket as Socket & { readonly _httpMessage?: ServerResponse }
    if (error.code === 'ECONNRESET' || !socket.writable || reply?.headersSent === true) socket.destroy(error)
    else endWith(socket, refusals[error.code ?? ''] ?? malformed, metrics)
  }
}

const malformed = new HttpError('bad_request', 'Cannot read the request: it is not HTTP as RFC 9112 has it')
const refusals: Readonly<Record<string, HttpError>> = {
  HPE_HEADER_OVERFLOW: new HttpError('headers_too_large', 'Cannot read the request: its headers are too large'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new HttpError(
    'headers_too_large',
    'Cannot read the body: its chunks have long extensions',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError('request_timeout', 'Cannot read the request: it comes too slowly'),
}

/** Refuses what a server would otherwise answer with an empty reply, and connections beyond so many. */
export function addConnectionChecks(app: FastifyInstance, maxConnections: number, metrics: Metrics): void {
  const server = app.server as Server
  let connections = 0
  metrics.onRead('httpConnections', () => [[connections]])
  server.on('checkExpectation', (request: IncomingMessage) => {
    const { expect } = request.headers
    endWith(
      request.socket,
      new HttpError('expectation_failed', `Cannot meet the expectation "${expect}": send 100-continue or none`),
      metrics,
    )
  })
  server.prependListener('connection', (socket: Socket) => {
    connections += 1
    socket.once('close', () => {
      connections -= 1
    })
    if (connections > maxConnections) {
      endWith(
        socket,
        new HttpError('overloaded', `Cannot take the connection: there are ${maxConnections}; try again later`),
        metrics,
      )
    }
  })
}

function endWith(socket: Socket, error: HttpError, metrics: Metrics): void {
  metrics.add('httpProblems', [error.code])
  const problem = problemOf(error)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'connection: close',
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `${requestIdHeader}: ${randomUUID()}`,
    ...(problem.status === 503 ? ['retry-after: 1'] : []),
  ]
  socket.once('error', () => {})
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroySoon())
}
