// A result on its way to a client: in the format that was asked for, at the client's pace, whole, from a record batch on,
// or a range of its bytes. What fails before the first byte has a status of its own; after it, the connection breaks off.
// A small result that is all there goes in one piece, whose length is known.

import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { settledWithin } from '../../runtime/bytes/settled-within.ts'
import { HttpError } from '../errors.ts'
import { type ContentCoding, encodeContent, encodeWhole } from '../formats/content-coding.ts'
import type { ResultEncoder } from '../formats/encode-result.ts'
import { type FormatQuery, negotiate, type Representation } from '../formats/negotiate.ts'
import { resultFormats } from '../formats/result-formats.ts'
import type { SpooledResult } from '../spool/spooled-result.ts'
import { IdleLimit, withIdleLimit } from './idle-limit.ts'

/** How a server replies with results. */
export interface Replies {
  readonly encoder: ResultEncoder
  /** How long a client may take nothing. */
  readonly idleMs: number
}

export interface SendOptions extends Replies {
  readonly representation: Representation
  /** The first record batch to send. */
  readonly fromBatch?: number
}

/** Bytes read ahead of the socket. */
const STREAM_OPTIONS = { objectMode: false, highWaterMark: 256 * 1024 }
/** As an Arrow stream. */
const SMALL_BYTES = 64 * 1024
/** A body that goes out at once. */
const PACKET_BYTES = 1400
/** How long a reply is held back for the end of a result that is small so far. */
const HELD_MS = 5

/**
 * How a request asks for a result.
 *
 * @throws {HttpError} `not_acceptable` for what there is not; over HTTP/1.0, where replies have no last chunk, also for
 * formats of which a part looks like a whole.
 */
export function representationFor({ headers, raw }: FastifyRequest, query: FormatQuery): Representation {
  const representation = negotiate(headers.accept, query, headers['accept-encoding'] as string | undefined)
  const { format, contentType } = representation
  if (raw.httpVersion !== '1.0' || format.hasEnd) return representation
  const offered = resultFormats.filter(({ hasEnd }) => hasEnd).map(({ contentType }) => contentType)
  throw new HttpError(
    'not_acceptable',
    `Cannot answer ${contentType} over HTTP/1.0, where a result that broke off would look whole: use HTTP/1.1 (in nginx, proxy_http_version 1.1), or ask for one of ${offered.join(', ')}`,
    { details: { offered } },
  )
}

/**
 * @throws {HttpError} `range_not_satisfiable`, `result_corrupted`.
 * @throws {PlanError} `not_implemented` for a column that the format has no type for.
 */
export async function sendResult(
  request: FastifyRequest,
  reply: FastifyReply,
  result: SpooledResult,
  { representation, encoder, idleMs, fromBatch }: SendOptions,
): Promise<FastifyReply> {
  const { format, parameters, contentType, coding } = representation
  const isPart = format.name === 'arrow' && coding === 'identity' && fromBatch === undefined
  const range = isPart ? rangeOf(request, result) : undefined
  const read = result.read({
    ...(fromBatch === undefined ? {} : { fromBatch }),
    ...(range === undefined ? {} : { range }),
  })
  const { body, coded } = (await isSmall(result))
    ? await whole(format.encode(read, parameters), coding)
    : { body: await streamed(encoder.encode(format, read, parameters), coding, reply, idleMs), coded: coding }
  if (Buffer.isBuffer(body)) new IdleLimit(reply.raw, idleMs).untilClosed()
  reply.headers({ 'content-type': contentType, vary: 'accept, accept-encoding' })
  if (coded !== 'identity') reply.header('content-encoding', coded)
  if (range !== undefined) {
    const { start, end } = range
    reply.status(206).headers({
      'content-range': `bytes ${start}-${end - 1}/${result.index?.bytes}`,
      'content-length': `${end - start}`,
    })
  }
  return reply.send(body)
}

/** @throws What ended the job meanwhile. */
async function isSmall(result: SpooledResult): Promise<boolean> {
  if (result.received > SMALL_BYTES) return false
  if (!result.isComplete) await settledWithin(result.completed, HELD_MS)
  return result.isComplete && result.received <= SMALL_BYTES
}

/** In one piece. What fits into one packet is as soon there as it is. */
async function whole(encoded: AsyncIterable<Uint8Array>, coding: ContentCoding) {
  const chunks = await Array.fromAsync(encoded)
  const [only] = chunks
  const body =
    chunks.length !== 1 || only === undefined
      ? Buffer.concat(chunks)
      : Buffer.from(only.buffer, only.byteOffset, only.byteLength)
  if (coding === 'identity' || body.length <= PACKET_BYTES) return { body, coded: 'identity' }
  return { body: await encodeWhole(body, coding), coded: coding }
}

async function streamed(
  encoded: AsyncIterable<Uint8Array>,
  coding: ContentCoding,
  { raw }: FastifyReply,
  idleMs: number,
): Promise<Readable> {
  return Readable.from(await begun(withIdleLimit(encodeContent(encoded, coding), raw, idleMs)), STREAM_OPTIONS)
}

/** The same bytes, once the first of them are there. They can be left before any is taken, as a generator cannot. */
async function begun(bytes: AsyncGenerator<Uint8Array, void>): Promise<AsyncIterable<Uint8Array>> {
  let first: IteratorResult<Uint8Array, void> | undefined = await bytes.next()
  const next = async (): Promise<IteratorResult<Uint8Array, void>> => {
    const taken = first ?? (await bytes.next())
    first = undefined
    return taken
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: () => bytes.return() }) }
}

/** Of one range of a complete result; others are passed over, as RFC 9110 allows. */
function rangeOf({ headers }: FastifyRequest, { index }: SpooledResult): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? []
  if (index === undefined || (first === '' && last === '')) return undefined
  const start = first === '' ? Math.max(0, index.bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? index.bytes : Math.min(index.bytes, Number(last) + 1)
  if (start < end) return { start, end }
  throw new HttpError('range_not_satisfiable', `Cannot give bytes ${first}-${last}: the result has ${index.bytes}`, {
    headers: { 'content-range': `bytes */${index.bytes}` },
  })
}
