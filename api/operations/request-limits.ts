// What one client may hold of the server by being slow or many: how long a request may take to arrive, how many there
// may be. Node itself limits the head, in answer-raw.ts; this limits the body, before and after its sender is known.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { checkOptionNames, checkWhole } from '../../functions/options.ts'
import { HttpError } from '../errors.ts'
import { responseClosed } from '../response-closed.ts'

/** Limits of connections and requests, whoever makes them. */
export interface ConnectionLimits {
  /**
   * How long the head of a request may take to arrive, in milliseconds; beyond it, `request_timeout`.
   *
   * @defaultValue 15,000
   */
  readonly headersTimeoutMs?: number
  /**
   * How long a body may take to arrive, in milliseconds, besides what `minBodyBytesPerSecond` gives it; beyond it,
   * `request_timeout`.
   *
   * @defaultValue 30,000
   */
  readonly bodyTimeoutMs?: number
  /**
   * A body that comes at this rate, in bytes a second, may take as long as it needs.
   *
   * @defaultValue 1,024
   */
  readonly minBodyBytesPerSecond?: number
  /**
   * How long a connection is kept for another request, in milliseconds.
   *
   * @defaultValue 60,000
   */
  readonly keepAliveTimeoutMs?: number
  /**
   * Connections at the same time; one more is refused with `overloaded`.
   *
   * @defaultValue 10,000
   */
  readonly maxConnections?: number
  /**
   * Requests at the same time; one more is refused with `overloaded`.
   *
   * @defaultValue 10,000
   */
  readonly maxRequests?: number
}

const defaults: Required<ConnectionLimits> = {
  headersTimeoutMs: 15_000,
  bodyTimeoutMs: 30_000,
  minBodyBytesPerSecond: 1024,
  keepAliveTimeoutMs: 60_000,
  maxConnections: 10_000,
  maxRequests: 10_000,
}

/** With the defaults. @throws {PlanError} `invalid_argument`. */
export function connectionLimitsOf(given: ConnectionLimits = {}): Required<ConnectionLimits> {
  const known = Object.fromEntries(Object.keys(defaults).map((name) => [name, true as const]))
  checkOptionNames(given, known, 'connections')
  for (const [name, value] of Object.entries(given)) checkWhole(`connections.${name}`, value, 1)
  return { ...defaults, ...given }
}

/** As what Node's server takes them. No body may take longer than a day, at whatever rate. */
export const serverTimeouts = ({ headersTimeoutMs, keepAliveTimeoutMs }: Required<ConnectionLimits>) => ({
  http: {
    headersTimeout: headersTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, Math.ceil(headersTimeoutMs / 2)),
  },
  requestTimeout: 24 * 60 * 60_000,
  keepAliveTimeout: keepAliveTimeoutMs,
})

/** How long a client may go on sending what nobody will read. */
const LINGER_MS = 1000

/** Refuses requests beyond so many; to be added before whatever takes time. */
export function addRequestLimit(app: FastifyInstance, { maxRequests }: Required<ConnectionLimits>): void {
  let requests = 0
  app.addHook('onRequest', async (_request, reply) => {
    requests += 1
    void responseClosed(reply.raw).then(() => {
      requests -= 1
    })
    if (requests > maxRequests) {
      throw new HttpError('overloaded', `Cannot take the request: there are ${maxRequests}; try again later`)
    }
  })
  // Who was answered early, for want of a token perhaps, does not keep the connection by never ending the body.
  app.addHook('onSend', async ({ raw }, reply) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = raw.headers
    if (raw.complete || (length === '0' && encoding === undefined)) return
    reply.header('connection', 'close')
    reply.raw.once('finish', () => setTimeout(() => raw.destroy(), LINGER_MS).unref())
  })
}

/** Watches how bodies arrive. */
export function addBodyTimeout(app: FastifyInstance, limits: Required<ConnectionLimits>): void {
  app.addHook('preParsing', async (request) => watchBody(request, limits))
}

function watchBody(
  { raw }: FastifyRequest,
  { bodyTimeoutMs, minBodyBytesPerSecond }: Required<ConnectionLimits>,
): void {
  if (raw.complete || raw.socket === null) return
  const start = performance.now()
  const before = raw.socket.bytesRead
  let excused = 0
  const timeLeft = (): number => {
    const earned = ((raw.socket.bytesRead - before) / minBodyBytesPerSecond) * 1000
    return bodyTimeoutMs + earned + excused - (performance.now() - start)
  }
  const check = (): void => {
    // While the server does not take what has arrived, the client is not to blame.
    if (raw.readableLength >= raw.readableHighWaterMark) excused += bodyTimeoutMs
    const left = timeLeft()
    if (left > 0) timer = setTimeout(check, Math.min(left, bodyTimeoutMs)).unref()
    else if (!raw.emit('error', tooSlow())) raw.destroy()
  }
  let timer = setTimeout(check, bodyTimeoutMs).unref()
  const stop = (): void => clearTimeout(timer)
  raw.once('end', stop).once('close', stop).once('error', stop)
}

const tooSlow = (): HttpError => new HttpError('request_timeout', 'Cannot read the body: it comes too slowly')
