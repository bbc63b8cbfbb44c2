// Lists as sets, and series of whole numbers.

import { type ScalarFunction, scalarFunction } from '../contract/scalar.ts'
import { coerceAll, exactly } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { int64, isInteger, list } from '../types/type.ts'
import { listParameter } from './array.ts'
import { checkLength, distinct, elementKey, type List, listAnd, listFunction, typeAt } from './list-contract.ts'

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

/** From `start` by steps to `end`, which belongs to the series when `closed`. */
function series(start: bigint, end: bigint, step: bigint, closed: boolean): bigint[] {
  if (step === 0n) throw new DataError('invalid_value', 'Cannot make a series with steps of 0')
  const last = closed ? end : end - (step > 0n ? 1n : -1n)
  const count = (last - start) / step + 1n
  if ((step > 0n && start > last) || (step < 0n && start < last)) return []
  checkLength(Number(count))
  return Array.from({ length: Number(count) }, (_, i) => start + BigInt(i) * step)
}

const seriesOf = (name: 'range' | 'generate_series', closed: boolean): ScalarFunction =>
  scalarFunction({
    name,
    family: 'array',
    usage: `${name}([start, ]end[, step])`,
    summary: `The whole numbers from start (0 unless given) up to end, which is ${closed ? 'included' : 'left out'}`,
    examples: [[`${name}(1, 7, 2)`, closed ? '[1, 3, 5, 7]' : '[1, 3, 5]']],
    signature: coerceAll('1 to 3 integers', 1, 3, (types) =>
      types.every((type) => isInteger(type) || type.kind === 'null') ? types.map(() => int64) : undefined,
    ),
    returns: list(int64),
    costly: true,
    kernel: {
      row: (first: bigint, second?: bigint, step = 1n) =>
        second === undefined ? series(0n, first, 1n, closed) : series(first, second, step, closed),
    },
  })

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
    'The elements of either list, each once',
    ['array_union([1, 2], [2, 3])', '[1, 2, 3]'],
    (a, b) => distinct([...a, ...b]),
  ),
  setFunction(
    'array_intersect',
    'The elements of both lists, each once',
    ['array_intersect([1, 2], [2, 3])', '[2]'],
    (a, b) => {
      const keys = keysOf(b)
      return distinct(a.filter((value) => keys.has(elementKey(value))))
    },
  ),
  setFunction(
    'array_except',
    'The elements of the first list only, each once',
    ['array_except([1, 2], [2, 3])', '[1]'],
    (a, b) => {
      const keys = keysOf(b)
      return distinct(a.filter((value) => !keys.has(elementKey(value))))
    },
  ),
  seriesOf('range', false),
  seriesOf('generate_series', true),
]
