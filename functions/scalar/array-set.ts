// Lists as sets.

import type { ScalarFunction } from '../contract/scalar.ts'
import { exactly } from '../contract/signature.ts'
import { listParameter } from './array.ts'
import { distinct, elementKey, type List, listAnd, listFunction, typeAt } from './list-contract.ts'

const sameList: ScalarFunction['returns'] = (args) => typeAt(args, 0)

const setFunction = (
  name: string,
  summary: string,
  example: readonly [string, string],
  row: (a: List, b: List) => List,
): ScalarFunction =>
  listFunction({
    name,
    usage: `${name}(a, b)`,
    summary,
    examples: [example],
    signature: listAnd(['list']),
    returns: sameList,
    kernel: { total: true, row },
  })

const keysOf = (values: List): Set<unknown> => new Set(values.map(elementKey))

export const arraySetFunctions = [
  listFunction({
    name: 'array_distinct',
    usage: 'array_distinct(list)',
    summary: 'Each element once, in order of first appearance',
    examples: [['array_distinct([3, 1, 3])', '[3, 1]']],
    signature: exactly([listParameter]),
    returns: sameList,
    kernel: { total: true, row: distinct },
  }),
  setFunction(
    'array_union',
    'The elements that are in either list, each once',
    ['array_union([1, 2], [2, 3])', '[1, 2, 3]'],
    (a, b) => distinct([...a, ...b]),
  ),
  setFunction(
    'array_intersect',
    'The elements that are in both lists, each once',
    ['array_intersect([1, 2], [2, 3])', '[2]'],
    (a, b) => {
      const keys = keysOf(b)
      return distinct(a.filter((value) => keys.has(elementKey(value))))
    },
  ),
  setFunction(
    'array_except',
    'The elements of the first list that are not in the second, each once',
    ['array_except([1, 2], [2, 3])', '[1]'],
    (a, b) => {
      const keys = keysOf(b)
      return distinct(a.filter((value) => !keys.has(elementKey(value))))
    },
  ),
]
