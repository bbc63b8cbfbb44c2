// CSV (RFC 4180, lines end in a line feed): a header, then the texts of the JSON encoding of values. Null is nothing at
// all and the empty string is "", so that the two can be told apart; lists and structs are JSON texts.

import { encodeRows, type RowWriter } from './rows.ts'

/** The rows of an Arrow stream as CSV. */
export function encodeCsv(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return encodeRows(stream, () => writer)
}

const writer: RowWriter = {
  header: (schema) => `${schema.map(({ name }) => field(name)).join(',')}\n`,
  row: (values) => `${values.map(field).join(',')}\n`,
}

function field(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
