// Which result format a request asks for: its Accept header against the table of formats.

import { HttpError } from '../errors.ts'
import { type ResultFormat, resultFormats } from './result-formats.ts'

/**
 * The format that an `Accept` header prefers; the Arrow stream when it has no preference.
 *
 * @throws {HttpError} `not_acceptable`, naming the formats there are.
 */
export function negotiate(accept: string | undefined): ResultFormat {
  const ranges = (accept ?? '*/*').split(',').map(parseRange)
  const weighed = resultFormats.map((format) => ({ format, weight: weightOf(typeOf(format), ranges) }))
  const best = weighed.reduce((a, b) => (b.weight > a.weight ? b : a))
  if (best.weight > 0) return best.format
  const offered = resultFormats.map(typeOf)
  throw new HttpError('not_acceptable', `Cannot answer as ${accept}: ask for one of ${offered.join(', ')}`, {
    details: { offered },
  })
}

const typeOf = (format: ResultFormat): string => format.contentType.split(';')[0] ?? ''

interface MediaRange {
  readonly type: string
  readonly weight: number
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return { type, weight: weight === undefined ? 1 : Number(weight) || 0 }
}

/** The weight of the most specific range that includes the type; 0 when none does. */
function weightOf(type: string, ranges: readonly MediaRange[]): number {
  for (const wanted of [type, `${type.split('/')[0]}/*`, '*/*']) {
    const found = ranges.find((range) => range.type === wanted)
    if (found !== undefined) return found.weight
  }
  return 0
}
