// The window functions that take their result from another row: lag and lead by distance, first_value, last_value and
// nth_value from the frame. Where nulls are ignored, rows with a null are no candidates.

import { PlanError } from '../errors.ts'
import type { Argument } from '../scalar/contract.ts'
import { anything, exactly, integer } from '../signature/signature.ts'
import { type DataType, nullType } from '../types/type.ts'
import { integerOf, type WindowFunction, type WindowKernel, windowFunction } from './contract.ts'

const typeOf = (args: readonly Argument[]): DataType => args[0]?.type ?? nullType

const atDistance = (name: 'lag' | 'lead', direction: -1 | 1, summary: string, example: string): WindowFunction =>
  windowFunction({
    name,
    family: 'window',
    usage: `${name}(value[, distance[, default]]) OVER (ORDER BY key)`,
    summary,
    examples: [[example, '7']],
    signature: exactly([anything, integer, anything], 2),
    returns: typeOf,
    nullable: true,
    takesNullTreatment: true,
    defaultAt: 2,
    kernel: (args) => distanceKernel(direction * integerOf(name, args, 1, 1)),
  })

/** Counts candidates from the row: after it for positive distances, before it for negative ones. */
function distanceKernel(distance: number): WindowKernel {
  return {
    kind: 'pick',
    pick: (row, _frame, from) => {
      if (distance === 0) return row
      return from.at(distance > 0 ? from.before(row + 1) + distance - 1 : from.before(row) + distance)
    },
  }
}

/** Counts candidates in the frame: from its start for n > 0, from its end for n < 0. */
function placeKernel(n: number): WindowKernel {
  return {
    kind: 'pick',
    pick: (_row, { start, end }, from) => {
      const row = from.at(n > 0 ? from.before(start) + n - 1 : from.before(end) + n)
      return row >= start && row < end ? row : -1
    },
  }
}

const fromFrame = (name: 'first_value' | 'last_value', n: 1 | -1, summary: string): WindowFunction =>
  windowFunction({
    name,
    family: 'window',
    usage: `${name}(value) OVER (ORDER BY key)`,
    summary,
    examples: [[`${name}(7) OVER ()`, '7']],
    signature: exactly([anything]),
    returns: typeOf,
    nullable: true,
    takesNullTreatment: true,
    kernel: () => placeKernel(n),
  })

export const pickingFunctions = [
  atDistance('lag', -1, 'The value of a row before, by default the previous one', 'lag(1, 1, 7) OVER ()'),
  atDistance('lead', 1, 'The value of a row after, by default the next one', 'lead(1, 1, 7) OVER ()'),
  fromFrame('first_value', 1, 'The value of the first row of the frame; null when the frame is empty'),
  fromFrame('last_value', -1, 'The value of the last row of the frame; null when the frame is empty'),
  windowFunction({
    name: 'nth_value',
    family: 'window',
    usage: 'nth_value(value, n) OVER (ORDER BY key)',
    summary: 'The value of the nth row of the frame, from its end when n is negative; null when there are not so many',
    examples: [['nth_value(7, 1) OVER ()', '7']],
    signature: exactly([anything, integer]),
    returns: typeOf,
    nullable: true,
    takesNullTreatment: true,
    kernel: (args) => {
      const n = integerOf('nth_value', args, 1)
      if (n !== 0) return placeKernel(n)
      throw new PlanError(
        'invalid_argument',
        'Cannot take value 0: nth_value counts from 1, from the end when negative',
      )
    },
  }),
]
