// What the accumulators of one run of an aggregate share with the loop that gives them rows: how much they hold beside
// themselves, and which row they are given. Accumulators count where they keep a value, so that asking costs the same for any number
// of groups.

import type { Value } from '../types/value.ts'

export class AggregateRun {
  /** The memory that the values kept by all accumulators take, about. Sums and the like keep none. */
  heldBytes = 0
  /** The row of the partition that comes or leaves, for errors. Set where the kernel asks for it by `tracksRows`. */
  row: number | undefined
  /** The row whose frame is evaluated. */
  resultRow: number | undefined
}

/** What an accumulator's array, map or set takes while it is nearly empty. */
export const COLLECTION_BYTES = 192

/** What a value that is kept takes, the reference to it included, about. */
export function valueBytes(value: Value): number {
  switch (typeof value) {
    case 'string':
      // A slice of a batch's text keeps its part of that text.
      return 40 + value.length
    case 'bigint':
      return 32
    case 'object':
      return value === null ? 8 : objectBytes(value)
    default:
      return 8
  }
}

function objectBytes(value: Exclude<Value, null | string | number | bigint | boolean>): number {
  if (ArrayBuffer.isView(value)) return 128 + value.byteLength
  let bytes = 64
  for (const inner of Array.isArray(value) ? value : Object.values(value)) bytes += valueBytes(inner as Value)
  return bytes
}
