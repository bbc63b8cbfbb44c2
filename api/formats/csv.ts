// CSV (RFC 4180, lines end in a line feed): a header, then the texts of the JSON encoding of values. Null is an empty
// field and the empty string is "", so that the two can be told apart; lists and structs are JSON texts.

import { jsonWriter } from '../../runtime/data/rows.ts'
import { encodeRows, type RowFormat } from './rows.ts'

/** The rows of an Arrow stream as CSV. */
export function encodeCsv(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return encodeRows(stream, csv)
}

const csv: RowFormat = {
  header: (schema) => `${schema.map(({ name }) => quoted(name)).join(',')}\n`,
  before: (schema) => schema.map((_, i) => (i === 0 ? '' : ',')),
  end: '\n',
  nullText: '',
  cell: (type) => {
    const encode = jsonWriter(type)
    return (value) => {
      const encoded = encode(value)
      if (typeof encoded === 'number' || typeof encoded === 'boolean') return String(encoded)
      return quoted(typeof encoded === 'string' ? encoded : JSON.stringify(encoded))
    }
  },
}

function quoted(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
