// How many bytes of requests may be in this process at a time: bodies that are being received, and what their jobs hold
// of them. A request that does not fit is refused before it is read.

import { totalmem } from 'node:os'
import { Transform } from 'node:stream'
import { getHeapStatistics } from 'node:v8'
import type { FastifyInstance } from 'fastify'
import { HttpError } from '../errors.ts'
import { responseClosed } from '../response-closed.ts'
import { isUpload } from './upload-type.ts'

/** The default: an eighth of the memory that this process may have, as the bytes of a job exist a few times while it runs. */
export function defaultBytesInFlight(maxBodyBytes: number): number {
  const memory = Math.min(getHeapStatistics().heap_size_limit, process.constrainedMemory() || totalmem(), totalmem())
  return Math.max(2 * maxBodyBytes, Math.floor(memory / 8))
}

export class ByteBudget {
  readonly #max: number
  #inFlight = 0

  constructor(maxBytes: number) {
    this.#max = maxBytes
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** @throws {HttpError} `overloaded` when so many do not fit besides those there are. */
  take(bytes: number): void {
    if (this.#inFlight + bytes > this.#max) throw overloaded(this.#inFlight, this.#max)
    this.#inFlight += bytes
  }

  give(bytes: number): void {
    this.#inFlight -= bytes
  }
}

/** The bytes of one request. They are given back when its reply is through and nobody else holds them. */
export class HeldBytes {
  readonly #budget: ByteBudget
  #bytes = 0
  #holders = 0

  constructor(budget: ByteBudget) {
    this.#budget = budget
  }

  get bytes(): number {
    return this.#bytes
  }

  /** So many instead of those so far. @throws {HttpError} `overloaded` */
  resize(bytes: number): void {
    if (bytes > this.#bytes) this.#budget.take(bytes - this.#bytes)
    else this.#budget.give(this.#bytes - bytes)
    this.#bytes = bytes
  }

  /** Nothing is given back before `end`. */
  holdUntil(end: Promise<unknown>): void {
    this.#holders += 1
    const release = (): void => {
      this.#holders -= 1
      if (this.#holders === 0) this.resize(0)
    }
    end.then(release, release)
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What it holds of the server's bytes in flight. */
    held: HeldBytes | undefined
  }
}

/** Counts the bodies of all requests that come past the hooks before, but for what goes to disk of uploads. */
export function addByteBudget(app: FastifyInstance, budget: ByteBudget, maxBodyBytes: number): void {
  app.decorateRequest('held', undefined)
  app.addHook('onRequest', async (request, reply) => {
    const held = new HeldBytes(budget)
    request.held = held
    held.holdUntil(responseClosed(reply.raw))
    if (isUpload(request)) return
    // What is longer than a body may be is refused for that, later and unread.
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced <= maxBodyBytes) held.resize(announced)
  })
  app.addHook('preParsing', async (request, _reply, payload) => {
    const { held, headers } = request
    if (held === undefined || headers['transfer-encoding'] === undefined || isUpload(request)) return payload
    const counted = counter(held)
    payload.once('error', (error) => counted.destroy(error))
    // Of a body that is refused the rest is read and forgotten: who sends it must get to the answer.
    counted.once('error', () => payload.resume())
    return payload.pipe(counted)
  })
}

/** A body of unknown length counts as it arrives. */
function counter(held: HeldBytes): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        held.resize(held.bytes + chunk.length)
        done(null, chunk)
      } catch (error) {
        done(error as Error)
      }
    },
  })
}

const overloaded = (inFlight: number, max: number): HttpError =>
  new HttpError(
    'overloaded',
    `Cannot take the request: bodies of ${inFlight} bytes are in flight, of ${max} that may be; try again later`,
    { details: { bytesInFlight: inFlight, maxBytesInFlight: max } },
  )
