// Which representation of a result a request asks for: its Accept header, or its query, against the table of formats.
// Parameters of media types that a format does not know are passed over.

import { HttpError } from '../errors.ts'
import { type ContentCoding, negotiateCoding } from './content-coding.ts'
import { type FormatParameters, type ResultFormat, resultFormats } from './result-formats.ts'

/** A format as it was asked for. */
export interface Representation {
  readonly format: ResultFormat
  readonly parameters: FormatParameters
  /** What the reply is called. */
  readonly contentType: string
  /** How its bytes are encoded on their way. */
  readonly coding: ContentCoding
}

/** What a query says in the place of an `Accept` header, for those who can only give an address. */
export interface FormatQuery {
  readonly format?: string
  readonly header?: string
}

/**
 * What an `Accept` header prefers, or a query says; the Arrow stream when there is no preference.
 *
 * @param acceptEncoding - An `Accept-Encoding` header.
 * @throws {HttpError} `not_acceptable`, naming what there is.
 */
export function negotiate(
  accept: string | undefined,
  { format, ...parameters }: FormatQuery = {},
  acceptEncoding?: string,
): Representation {
  const chosen = resultFormats.find(({ name }) => name === format)
  const preferred = chosen === undefined ? preferredBy(accept ?? '*/*') : { format: chosen, parameters: {} }
  const all = { ...preferred.parameters, ...parameters }
  if (isOffered(preferred.format, all)) {
    const coding = negotiateCoding(acceptEncoding, preferred.format)
    return { format: preferred.format, parameters: all, contentType: contentTypeOf(preferred.format, all), coding }
  }
  const query = new URLSearchParams(parameters)
  throw new HttpError('not_acceptable', `Cannot answer ${typeOf(preferred.format)} with "${query}": leave it out`)
}

function preferredBy(accept: string): Omit<Weighed, 'weight'> {
  // What nearly everybody sends.
  const only = resultFormats.find((format) => accept === '*/*' || accept === typeOf(format))
  if (only !== undefined) return { format: only, parameters: {} }
  const ranges = accept.split(',').map(parseRange)
  const [best] = resultFormats.flatMap((format) => weighed(format, ranges)).toSorted((a, b) => b.weight - a.weight)
  if (best !== undefined && best.weight > 0) return best
  const offered = resultFormats.map(typeOf)
  throw new HttpError(
    'not_acceptable',
    `Cannot answer as ${accept}: ask for one of ${offered.join(', ')}; texts are in UTF-8`,
    { details: { offered } },
  )
}

interface MediaRange {
  readonly type: string
  readonly parameters: FormatParameters
  readonly weight: number
}

function parseRange(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim().toLowerCase())
  const { q = '1', ...parameters } = Object.fromEntries(
    rest.map((part) => {
      const [name = '', value = ''] = part.split('=')
      return [name.trim(), value.trim().replace(/^"(.*)"$/, '$1')]
    }),
  )
  return { type, parameters, weight: Number(q) || 0 }
}

interface Weighed {
  readonly format: ResultFormat
  readonly parameters: FormatParameters
  readonly weight: number
}

/** What the most specific ranges that include a format make of it. */
function weighed(format: ResultFormat, ranges: readonly MediaRange[]): readonly Weighed[] {
  const type = typeOf(format)
  for (const wanted of [type, `${type.split('/')[0]}/*`, '*/*']) {
    const found = ranges
      .filter((range) => range.type === wanted)
      .map(({ parameters, weight }) => ({
        format,
        parameters: wanted === type ? known(format, parameters) : {},
        weight,
      }))
      .filter(({ parameters }) => isOffered(format, parameters))
    if (found.length > 0) return found
  }
  return []
}

const known = (format: ResultFormat, parameters: FormatParameters): FormatParameters =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => Object.hasOwn(format.parameters, name)))

const isOffered = (format: ResultFormat, parameters: FormatParameters): boolean =>
  Object.entries(parameters).every(([name, value]) => format.parameters[name]?.includes(value))

const typeOf = ({ contentType }: ResultFormat): string => contentType.split(';')[0] ?? ''

function contentTypeOf(format: ResultFormat, { charset, ...told }: FormatParameters): string {
  return [format.contentType, ...Object.entries(told).map(([name, value]) => `${name}=${value}`)].join('; ')
}
