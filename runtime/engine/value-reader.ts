// Reading single values of a column by row, for whatever needs them as JavaScript values in another order than the rows'.

import { decimalAt, type PlainColumn, valueAt } from '../../functions/column/column.ts'
import type { Value } from '../../functions/types/value.ts'
import { decodeText } from './inputs.ts'

/** Texts up to this many bytes are decoded at once; a JavaScript string cannot hold much more. */
const MAX_DECODED = 2 ** 28

/** A function that gives the value of a row, null for null. */
export function valueReader(column: PlainColumn): (row: number) => Value {
  const read = storedReader(column)
  const { valid } = column
  return valid === undefined ? read : (row) => (valid[row] === 1 ? read(row) : null)
}

function storedReader(column: PlainColumn): (row: number) => Value {
  switch (column.storage) {
    case 'number':
    case 'bigint':
    case 'object': {
      const { values } = column
      return (row) => values[row] ?? null
    }
    case 'mask': {
      const { values } = column
      return (row) => values[row] === 1
    }
    case 'decimal': {
      const { values } = column
      return (row) => decimalAt(values, row)
    }
    case 'null':
      return () => null
    case 'bytes': {
      const { values, offsets, length, type } = column
      const size = (offsets[length] ?? 0) - (offsets[0] ?? 0)
      if (type.kind !== 'utf8' || size > MAX_DECODED) return (row) => valueAt(column, row)
      const { text, starts } = decodeText(values, offsets, length)
      return (row) => text.substring(starts[row] ?? 0, starts[row + 1] ?? 0)
    }
  }
}
