// What makes two values one key: doubles as words and other values as texts that are equal exactly when the keys are.
// Equality is SQL's for grouping: NaN equals NaN, -0 equals 0. No numbers and no hashes of keys here.

import type { PlainColumn } from '../../../functions/column/column.ts'
import type { Value } from '../../../functions/types/value.ts'

/** Doubles as words, low first, two to a row; numbers that are equal keys have equal words. */
export function floatWords(column: PlainColumn): Int32Array {
  const doubles = new Float64Array(column.length)
  if (column.storage === 'number') {
    const { values } = column
    // One bit pattern for all NaNs; adding 0 makes -0 into 0.
    for (let i = 0; i < doubles.length; i++) doubles[i] = (values[i] ?? 0) + 0
  }
  const words = new Int32Array(doubles.buffer)
  for (let i = 0; i < doubles.length; i++) {
    if (!Number.isNaN(doubles[i])) continue
    words[2 * i] = 0
    words[2 * i + 1] = 0x7ff80000
  }
  return words
}

/** A text that two values share exactly when they are equal keys. */
export const valueKey = (value: Value): string => JSON.stringify(value, tagged)

/** JSON that keeps apart what plain JSON would not. */
const tagged = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return `"${value}`
  return typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value
}
