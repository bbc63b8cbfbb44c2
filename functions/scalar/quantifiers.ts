// `value op ALL(list)` and `value op ANY(list)`, in three-valued logic. `= ANY` is array_has.

import { type ScalarFunction, scalarFunction } from '../contract/scalar.ts'
import { bool } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { signs } from './comparison.ts'
import { type List, listAnd } from './list-contract.ts'
import { compareValues } from './order.ts'

type Operator = keyof typeof signs

/** A comparison with no null in it holds or does not; any other is unknown. */
type Holds = (value: Value, item: Value) => boolean | null

const comparing =
  (op: Operator): Holds =>
  (value, item) =>
    value === null || item === null ? null : signs[op](compareValues(value, item))

/** False when one comparison fails, else unknown when one is unknown. Over no elements everything holds. */
const all =
  (holds: Holds) =>
  (value: Value, values: List | null): boolean | null => {
    if (values === null) return null
    let result: boolean | null = true
    for (const item of values) {
      const held = holds(value, item)
      if (held === false) return false
      if (held === null) result = null
    }
    return result
  }

/** As DataFusion's ANY has it, nulls in the list do not count: they leave the answer false, not unknown. */
const any =
  (holds: Holds) =>
  (value: Value, values: List | null): boolean | null => {
    if (values === null) return null
    const items = values.filter((item) => item !== null)
    if (items.length > 0 && value === null) return null
    return items.some((item) => holds(value, item) === true)
  }

const quantifier = (op: Operator, word: 'ALL' | 'ANY', example: readonly [string, string]): ScalarFunction =>
  scalarFunction({
    name: `${op} ${word}`,
    family: 'array',
    usage: `value ${op} ${word}(list)`,
    summary: `Whether ${word === 'ALL' ? 'every element' : 'an element'} of the list makes \`value ${op} element\` true`,
    examples: [example],
    signature: listAnd(['item'], 0, 1),
    returns: bool,
    nulls: 'call',
    kernel: { total: true, row: (word === 'ALL' ? all : any)(comparing(op)) },
  })

export const quantifierFunctions = [
  quantifier('=', 'ALL', ['2 = ALL([2, 2])', 'true']),
  quantifier('<>', 'ALL', ['5 <> ALL([1, null])', 'cast(null as boolean)']),
  quantifier('<', 'ALL', ['1 < ALL([2, 3])', 'true']),
  quantifier('<=', 'ALL', ['2 <= ALL([2, 3])', 'true']),
  quantifier('>', 'ALL', ['3 > ALL([2, 3])', 'false']),
  quantifier('>=', 'ALL', ['3 >= ALL([2, 3])', 'true']),
  quantifier('<>', 'ANY', ['2 <> ANY([2, 3])', 'true']),
  quantifier('<', 'ANY', ['2 < ANY([1, 3])', 'true']),
  quantifier('<=', 'ANY', ['4 <= ANY([1, 3])', 'false']),
  quantifier('>', 'ANY', ['2 > ANY([1, 3])', 'true']),
  quantifier('>=', 'ANY', ['3 >= ANY([4, 5])', 'false']),
]
