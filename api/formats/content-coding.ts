// Content codings (RFC 9110): texts are compressed for those who say that they read it, on their way and as they come.
// Arrow and Parquet are not, unless nothing else is wanted: their readers take the bytes of a connection as they are, where
// HTTP libraries that ask for compression by themselves leave it to be undone.

import { pipeline } from 'node:stream'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { HttpError } from '../errors.ts'
import type { ResultFormat } from './result-formats.ts'

/** In order of preference. */
export const contentCodings = ['zstd', 'gzip'] as const

export type ContentCoding = (typeof contentCodings)[number] | 'identity'

const { constants } = zlib
/** Little memory for each, as many results may be read at a time; higher levels take several times as long. */
const gzipOptions = { level: 1 }
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 18 } }

/**
 * What an `Accept-Encoding` header prefers for a format.
 *
 * @throws {HttpError} `not_acceptable` where it takes nothing that there is.
 */
export function negotiateCoding(header: string | undefined, { isText }: ResultFormat): ContentCoding {
  if (header === undefined) return 'identity'
  const weights = weightsOf(header)
  const weightOf = (coding: string): number => weights.get(coding) ?? weights.get('*') ?? 0
  // What is not mentioned is welcome as it is, yet less than whatever is asked for.
  const asItIs = weights.get('identity') ?? (weights.get('*') === 0 ? 0 : Number.MIN_VALUE)
  if (!isText && asItIs > 0) return 'identity'
  const [best = 'gzip'] = contentCodings.toSorted((a, b) => weightOf(b) - weightOf(a))
  if (weightOf(best) > 0 && weightOf(best) >= asItIs) return best
  if (asItIs > 0) return 'identity'
  throw new HttpError(
    'not_acceptable',
    `Cannot answer in the encodings "${header}": take one of ${contentCodings.join(', ')}, identity`,
    { details: { offered: [...contentCodings, 'identity'] } },
  )
}

function weightsOf(header: string): ReadonlyMap<string, number> {
  const codings = header.toLowerCase().split(',')
  return new Map(
    codings.map((each) => {
      const [coding = '', ...parameters] = each.split(';').map((part) => part.trim())
      const q = parameters.map((parameter) => /^q\s*=\s*([\d.]+)$/.exec(parameter)?.[1]).find(Boolean)
      return [coding, q === undefined ? 1 : Number(q) || 0]
    }),
  )
}

/** Bytes in a coding, chunk by chunk: each can be read as soon as it is there. What they throw comes through. */
export async function* encodeContent(
  bytes: AsyncIterable<Uint8Array>,
  coding: ContentCoding,
): AsyncGenerator<Uint8Array, void> {
  if (coding === 'identity') return yield* bytes
  const encoder =
    coding === 'gzip'
      ? zlib.createGzip({ ...gzipOptions, flush: constants.Z_SYNC_FLUSH })
      : zlib.createZstdCompress({ ...zstdOptions, flush: constants.ZSTD_e_flush })
  yield* pipeline(bytes, encoder, () => {}) as AsyncIterable<Uint8Array>
}

const gzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip)
const zstdCompress = promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)

/** All bytes of a body in a coding. */
export function encodeWhole(bytes: Buffer, coding: Exclude<ContentCoding, 'identity'>): Promise<Buffer> {
  return coding === 'gzip' ? gzip(bytes, gzipOptions) : zstdCompress(bytes, zstdOptions)
}
