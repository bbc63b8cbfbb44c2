// User functions that the property tests call: every value layout, nulls propagated and called with, results that are
// sometimes null, sometimes wrong, sometimes thrown.

import { bool, field, float64, int32, int64, timestamp, utf8 } from '../../../functions/types/type.ts'
import { udf } from '../../../functions/udf/scalar.ts'

export const udfs = [
  udf((value: bigint) => BigInt.asIntN(64, value * 3n), [int64], int64, { name: 'triple' }),
  udf((value: bigint) => (value === 3n ? null : value), [int64], int64, { name: 'no_three', volatility: 'immutable' }),
  udf((value: number) => value / 2, [float64], field('half', float64, false), { name: 'half' }),
  udf((value: number | null) => value ?? -1, [float64], float64, { name: 'or_minus_one', nulls: 'call' }),
  udf(
    (value: number) => {
      if (value === 5) throw new RangeError('five')
      return Math.trunc(value)
    },
    [int32],
    int32,
    { name: 'not_five', volatility: 'immutable' },
  ),
  udf((value: number) => value * 2, [int64], int64, { name: 'double_number', int64As: 'number' }),
  udf((a: string, b: string) => (a === '' ? null : `${a}${b}!`), [utf8, utf8], utf8, { name: 'join' }),
  udf((a: string | null) => (a === null ? 'none' : a.slice(1)), [utf8], utf8, { name: 'tail', nulls: 'call' }),
  udf((a: string | null, b: bigint | null) => a === null || b === null, [utf8, int64], field('missing', bool, false), {
    name: 'missing',
    nulls: 'call',
    volatility: 'immutable',
  }),
  udf((a: boolean) => !a, [bool], bool, { name: 'flip' }),
  udf((at: Date) => new Date(at.getTime() + 1000), [timestamp('ms')], timestamp('ms'), { name: 'later' }),
]
