// Newline-delimited JSON: one object per row, in the JSON encoding of values that api.md describes.

import type { Schema } from '../../functions/types/type.ts'
import { encodeRows, type RowWriter } from './rows.ts'

/** The rows of an Arrow stream as NDJSON. */
export function encodeNdjson(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return encodeRows(stream, writerFor)
}

function writerFor(schema: Schema): RowWriter {
  const keys = schema.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  return {
    header: () => '',
    row: (values) => {
      let line = keys.length === 0 ? '{' : ''
      for (let i = 0; i < keys.length; i++) line += keys[i] + JSON.stringify(values[i] ?? null)
      return `${line}}\n`
    },
  }
}
