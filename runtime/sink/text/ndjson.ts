// Newline-delimited JSON: one object per row, in the JSON encoding of values that api.md describes.

import { jsonWriter } from '../../data/json-values.ts'
import type { RowFormat } from './rows.ts'

/** Rows as NDJSON. */
export const ndjsonFormat: RowFormat = {
  header: () => '',
  start: '{',
  before: (schema) => schema.map(({ name }, i) => `${i === 0 ? '' : ','}${JSON.stringify(name)}:`),
  end: '}\n',
  nullText: () => 'null',
  cell: (type) => {
    const encode = jsonWriter(type)
    return (value) => {
      const encoded = encode(value)
      return typeof encoded === 'number' ? String(encoded) : JSON.stringify(encoded)
    }
  },
}
