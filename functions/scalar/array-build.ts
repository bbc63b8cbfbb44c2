// Lists made of lists: joined, repeated, resized, ordered, flattened. Sets and series are array-set.ts.

import { type Argument, type ScalarFunction, scalarFunction } from '../contract/scalar.ts'
import { coerceAll, exactly, text } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { type DataType, float64, isInteger, list } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { listParameter } from './array.ts'
import { checkLength, itemOf, type List, listAnd, listFunction, lists, typeAt } from './list-contract.ts'
import { compareValues } from './order.ts'

const sameList: ScalarFunction['returns'] = (args) => typeAt(args, 0)

const joinAll = (...all: (List | null)[]): List | null => {
  const given = all.filter((values) => values !== null)
  checkLength(given.reduce((sum, values) => sum + values.length, 0))
  return given.length === 0 ? null : given.flat(1)
}

function oneOf(text: string, first: string, second: string): string {
  const upper = text.toUpperCase()
  if (upper === first || upper === second) return upper
  throw new DataError('invalid_value', `Cannot sort ${JSON.stringify(text)}: say ${first} or ${second}`)
}

/** Order and place of nulls, as texts. */
function comparator(direction: string, nulls: string): (a: Value, b: Value) => number {
  const sign = oneOf(direction, 'ASC', 'DESC') === 'DESC' ? -1 : 1
  const nullSign = oneOf(nulls, 'NULLS FIRST', 'NULLS LAST') === 'NULLS LAST' ? 1 : -1
  return (a, b) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? nullSign : -nullSign
    return sign * compareValues(a, b, sign === nullSign)
  }
}

const repeatTypes = coerceAll('a value and an integer', 2, 2, ([value, times]) =>
  value !== undefined && times !== undefined && (isInteger(times) || times.kind === 'null')
    ? [value, float64]
    : undefined,
)

const sortTypes = coerceAll('a list, ASC or DESC, and NULLS FIRST or NULLS LAST', 1, 3, ([values, ...options]) => {
  const type = values === undefined ? undefined : listParameter.coerce(values)
  const coerced = options.map(text.coerce)
  return type === undefined || coerced.includes(undefined) ? undefined : [type, ...(coerced as DataType[])]
})

const elementAnd = (args: readonly Argument[]): DataType => list(typeAt(args, 0))

export const arrayBuildFunctions = [
  listFunction({
    name: 'array_append',
    aliases: ['array_push_back'],
    usage: 'array_append(list, element)',
    summary: 'The list with an element at its end; a null list counts as empty',
    examples: [['array_append([1, 2], 3)', '[1, 2, 3]']],
    signature: listAnd(['item']),
    returns: sameList,
    nulls: 'call',
    givesNull: false,
    kernel: { total: true, row: (values: List | null, value: Value) => [...(values ?? []), value] },
  }),
  listFunction({
    name: 'array_prepend',
    aliases: ['array_push_front'],
    usage: 'array_prepend(element, list)',
    summary: 'The list with an element at its start; a null list counts as empty',
    examples: [['array_prepend(1, [2, 3])', '[1, 2, 3]']],
    signature: listAnd(['item'], 0, 1),
    returns: (args) => typeAt(args, 1),
    nulls: 'call',
    givesNull: false,
    kernel: { total: true, row: (value: Value, values: List | null) => [value, ...(values ?? [])] },
  }),
  listFunction({
    name: 'array_concat',
    aliases: ['array_cat'],
    usage: 'array_concat(list, ...)',
    summary: 'The lists one after another; null lists are left out',
    examples: [['array_concat([1], [2, 3])', '[1, 2, 3]']],
    signature: lists,
    returns: sameList,
    nulls: 'call',
    givesNull: (args) => args.every((arg) => arg.nullable),
    kernel: { row: joinAll },
  }),
  listFunction({
    name: 'array_repeat',
    usage: 'array_repeat(value, times)',
    summary: 'A list of one value, repeated',
    examples: [['array_repeat(7, 3)', '[7, 7, 7]']],
    signature: repeatTypes,
    returns: elementAnd,
    nulls: 'call',
    costly: true,
    kernel: {
      row: (value: Value, times: number | null) => {
        if (times === null) return null
        checkLength(times)
        return new Array<Value>(Math.max(0, times)).fill(value)
      },
    },
  }),
  listFunction({
    name: 'array_resize',
    usage: 'array_resize(list, length[, value])',
    summary: 'The list cut to a length, or filled up to it with a value (null unless given)',
    examples: [['array_resize([1, 2], 4, 0)', '[1, 2, 0, 0]']],
    signature: coerceAll('a list, an integer, an element', 2, 3, (types) => {
      const [values, length, ...fill] =
        listAnd(['item', 'count'], 0).coerceAll?.coerce(
          types.length === 3
            ? [types[0], types[2], types[1]].flatMap((t) => t ?? [])
            : [...types.slice(0, 1), { kind: 'null' }, ...types.slice(1)],
        ) ?? []
      const count = fill[0]
      if (values === undefined || length === undefined || count === undefined) return undefined
      return types.length === 3 ? [values, count, length] : [values, count]
    }),
    returns: sameList,
    nulls: 'call',
    costly: true,
    kernel: {
      row: (values: List | null, length: number | null, fill: Value = null) => {
        if (values === null || length === null) return null
        if (length < 0) throw new DataError('invalid_value', `Cannot resize a list to ${length} elements`)
        checkLength(length)
        return Array.from({ length }, (_, i) => (i < values.length ? (values[i] ?? null) : fill))
      },
    },
  }),
  listFunction({
    name: 'array_reverse',
    usage: 'array_reverse(list)',
    summary: 'The elements from last to first',
    examples: [['array_reverse([1, 2, 3])', '[3, 2, 1]']],
    signature: exactly([listParameter]),
    returns: sameList,
    kernel: { total: true, row: (values: List) => values.toReversed() },
  }),
  listFunction({
    name: 'array_sort',
    usage: "array_sort(list[, 'ASC' or 'DESC'[, 'NULLS FIRST' or 'NULLS LAST']])",
    summary: 'The elements in order, ascending and nulls first unless said otherwise',
    examples: [["array_sort([2, 1, 3], 'DESC')", '[3, 2, 1]']],
    signature: sortTypes,
    returns: sameList,
    kernel: (args) => ({
      total: args.length === 1,
      row: (values: List, direction = 'ASC', nulls = 'NULLS FIRST') => values.toSorted(comparator(direction, nulls)),
    }),
  }),
  listFunction({
    name: 'array_compact',
    usage: 'array_compact(list)',
    summary: 'The elements that are not null',
    examples: [['array_compact([1, null, 3])', '[1, 3]']],
    signature: exactly([listParameter]),
    returns: sameList,
    kernel: { total: true, row: (values: List) => values.filter((value) => value !== null) },
  }),
  scalarFunction({
    name: 'flatten',
    family: 'array',
    usage: 'flatten(list)',
    summary: 'The elements of the lists in a list, one level up; null lists are left out',
    examples: [['flatten([[1, 2], [3]])', '[1, 2, 3]']],
    signature: exactly([listParameter]),
    returns: (args) => {
      const type = typeAt(args, 0)
      return itemOf(type).kind === 'list' ? itemOf(type) : type
    },
    kernel: (args) =>
      itemOf(typeAt(args, 0)).kind === 'list'
        ? { row: (values: List) => joinAll(...(values as (List | null)[])) ?? [] }
        : { total: true, row: (values: List) => values },
  }),
  ...(['array_max', 'array_min'] as const).map((name) =>
    listFunction({
      name,
      usage: `${name}(list)`,
      summary: `The ${name === 'array_max' ? 'greatest' : 'least'} element that is not null`,
      examples: [[`${name}([2, 3, 1])`, name === 'array_max' ? '3' : '1']],
      signature: exactly([listParameter]),
      returns: (args) => itemOf(typeAt(args, 0)),
      givesNull: true,
      kernel: {
        total: true,
        row: (values: List) => {
          const sign = name === 'array_max' ? 1 : -1
          let best: Value = null
          for (const value of values) {
            if (value !== null && (best === null || sign * compareValues(value, best, true) > 0)) best = value
          }
          return best
        },
      },
    }),
  ),
]
