// The table that the examples of aggregates are over.

import type { Value } from '../types/value.ts'

export const sampleTable: Readonly<Record<string, readonly Value[]>> = Object.freeze({
  x: [1, 2, 3, null],
  y: [1.5, 1.5, 4.5, 8.5],
  name: ['a', 'b', 'a', null],
  paid: [true, false, true, null],
})
