// The window functions that take their result from another row: lag and lead by distance, first_value, last_value and
// nth_value from the frame. Where nulls are ignored, rows with a null do not count.

import type { Argument } from '../contract/scalar.ts'
import { anything, exactly, integer } from '../contract/signature.ts'
import { integerOf, type WindowFunction, windowFunction } from '../contract/window.ts'
import { PlanError } from '../errors.ts'
import { type DataType, nullType } from '../types/type.ts'

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
    kernel: (args) => ({ kind: 'distance', distance: direction * integerOf(name, args, 1, 1) }),
  })

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
    kernel: () => ({ kind: 'nth', n }),
  })

export const pickingFunctions = [
  atDistance('lag', -1, 'The value of an earlier row, by default the previous one', 'lag(1, 1, 7) OVER ()'),
  atDistance('lead', 1, 'The value of a later row, by default the next one', 'lead(1, 1, 7) OVER ()'),
  fromFrame('first_value', 1, 'The value of the first row of the frame; null when the frame is empty'),
  fromFrame('last_value', -1, 'The value of the last row of the frame; null when the frame is empty'),
  windowFunction({
    name: 'nth_value',
    family: 'window',
    usage: 'nth_value(value, n) OVER (ORDER BY key)',
    summary: 'The value of the nth row of the frame, from its end when n is negative; null when there are fewer rows',
    examples: [['nth_value(7, 1) OVER ()', '7']],
    signature: exactly([anything, integer]),
    returns: typeOf,
    nullable: true,
    takesNullTreatment: true,
    kernel: (args) => {
      const n = integerOf('nth_value', args, 1)
      if (n !== 0) return { kind: 'nth', n }
      throw new PlanError(
        'invalid_argument',
        'Cannot take value 0: nth_value counts from 1, from the end when negative',
      )
    },
  }),
]
