// A CSV file's dialect: options checked once, as bytes. Reads nothing.

import { PlanError } from '../../../functions/errors.ts'
import type { CsvOptions } from '../source.ts'

export interface CsvFormat {
  readonly delimiter: number
  readonly quote: number
  readonly header: boolean
  /** Texts that mean null besides the empty one; longest first never matters, they are compared whole. */
  readonly nullValues: readonly Uint8Array[]
  /** Whether an empty unquoted text means null for every type, utf8 included. */
  readonly emptyTextIsNull: boolean
  /** Whether an empty text means null for types other than utf8. */
  readonly emptyIsNull: boolean
  readonly sampleRows: number
}

/** @throws {PlanError} `invalid_argument` naming the option. */
export function csvFormat(options: CsvOptions, path: string): CsvFormat {
  const delimiter = oneByte('delimiter', options.delimiter ?? (/\.tsv(\.gz|\.zst)?$/i.test(path) ? '\t' : ','))
  const quote = oneByte('quote', options.quote ?? '"')
  if (delimiter === quote) throw invalid('quote', options.quote, 'it is the delimiter too; choose another')
  const sampleRows = options.sampleRows ?? 1000
  if (!Number.isInteger(sampleRows) || sampleRows < 1)
    throw invalid('sampleRows', sampleRows, 'it takes a whole number of at least 1')
  const nullValues = options.nullValues
  if (
    nullValues !== undefined &&
    !(Array.isArray(nullValues) && nullValues.every((text) => typeof text === 'string'))
  ) {
    throw invalid('nullValues', nullValues, 'it takes a list of texts')
  }
  if (options.header !== undefined && typeof options.header !== 'boolean')
    throw invalid('header', options.header, 'it is true or false')
  return {
    delimiter,
    quote,
    header: options.header ?? true,
    nullValues: (nullValues ?? []).filter((text) => text !== '').map((text) => Buffer.from(text)),
    emptyTextIsNull: nullValues?.includes('') ?? false,
    emptyIsNull: nullValues?.includes('') ?? true,
    sampleRows,
  }
}

function oneByte(name: string, text: unknown): number {
  const code = typeof text === 'string' && text.length === 1 ? text.charCodeAt(0) : -1
  if (code < 0 || code > 126 || code === 10 || code === 13) throw invalid(name, text, 'it takes one ASCII character')
  return code
}

function invalid(name: string, value: unknown, why: string): PlanError {
  const message = `Cannot use ${JSON.stringify(value)} as the csv option "${name}": ${why}`
  return new PlanError('invalid_argument', message, { details: { option: name } })
}
