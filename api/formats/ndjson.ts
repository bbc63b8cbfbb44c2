// Newline-delimited JSON: one object per row, in the JSON encoding of values that api.md describes.

import { jsonWriter } from '../../runtime/data/rows.ts'
import { encodeRows, type RowFormat } from './rows.ts'

/** The rows of an Arrow stream as NDJSON. */
export function encodeNdjson(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return encodeRows(stream, ndjson)
}

const ndjson: RowFormat = {
  header: () => '',
  before: (schema) => schema.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`),
  end: '}\n',
  nullText: 'null',
  cell: (type) => {
    const encode = jsonWriter(type)
    return (value) => {
      const encoded = encode(value)
      return typeof encoded === 'number' ? String(encoded) : JSON.stringify(encoded)
    }
  },
}
