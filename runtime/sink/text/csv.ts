// CSV (RFC 4180, lines end in a line feed): a header, then the texts of the JSON encoding of values. Null is an empty
// field and the empty string is "", so that the two can be told apart; lists and structs are JSON texts. In a table of one
// column null is "" as well, as DataFusion writes it: readers skip lines with nothing on them.

import { jsonWriter } from '../../data/json-values.ts'
import type { CsvWriteOptions } from '../../program/sink.ts'
import type { RowFormat } from './rows.ts'

/** Rows as CSV. */
export function csvFormat(options: CsvWriteOptions = {}): RowFormat {
  const { delimiter = ',', header = true, quote = '"', nullValue = '' } = options
  const special = new RegExp(`[${[delimiter, quote, '\r', '\n'].map(escaped).join('')}]`)
  const isPlain = (text: string): boolean => text !== '' && text !== nullValue && !special.test(text)
  const quoted = (text: string): string =>
    isPlain(text) ? text : `${quote}${text.replaceAll(quote, () => quote + quote)}${quote}`
  return {
    header: (schema) => (header ? `${schema.map(({ name }) => quoted(name)).join(delimiter)}\n` : ''),
    start: '',
    before: (schema) => schema.map((_, i) => (i === 0 ? '' : delimiter)),
    end: '\n',
    nullText: (schema) => (schema.length === 1 && nullValue === '' ? quote + quote : nullValue),
    cell: (type) => {
      const encode = jsonWriter(type)
      return (value) => {
        const encoded = encode(value)
        return quoted(typeof encoded === 'object' ? JSON.stringify(encoded) : String(encoded))
      }
    },
  }
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
