// The plus in front of a value, which changes nothing.

import { scalarFunction } from '../contract/scalar.ts'
import { exactly } from '../contract/signature.ts'
import { float64, isNumeric } from '../types/type.ts'
import type { Value } from '../types/value.ts'

export const plusFunctions = [
  scalarFunction({
    name: '+',
    family: 'math',
    usage: '+value',
    summary: 'The number, timestamp or interval as it is',
    examples: [['+(2 + 3)', '5']],
    signature: exactly([
      {
        describe: 'a number, a timestamp or an interval',
        coerce: (type) => (isNumeric(type) || ['timestamp', 'interval', 'null'].includes(type.kind) ? type : undefined),
      },
    ]),
    returns: (args) => args[0]?.type ?? float64,
    kernel: { total: true, row: (value: Value) => value, inline: (a) => a.value },
  }),
]
