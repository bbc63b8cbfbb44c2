// Finding, removing and replacing elements of lists.

import type { ScalarFunction } from '../contract/scalar.ts'
import { DataError } from '../errors.ts'
import { bool, list, uint64 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { elementKey, type List, listAnd, listFunction, sameElement, typeAt } from './list-contract.ts'

/** Leaves out the first `most` elements that equal `value`. */
function without(values: List, value: Value, most: number): Value[] {
  let left = most
  return values.filter((item) => left <= 0 || !sameElement(item, value) || left-- <= 0)
}

/** Puts `to` in the place of the first `most` elements that equal `from`. */
function withReplaced(values: List, from: Value, to: Value, most: number): Value[] {
  let left = most
  return values.map((item) => (left > 0 && sameElement(item, from) && left-- > 0 ? to : item))
}

function position(values: List, value: Value, start: number): bigint | null {
  if (start < 1 || start - 1 > values.length)
    throw new DataError('invalid_value', `Cannot look from position ${start} of a list of ${values.length}`)
  const found = values.findIndex((item, i) => i >= start - 1 && sameElement(item, value))
  return found === -1 ? null : BigInt(found + 1)
}

const sameList: ScalarFunction['returns'] = (args) => typeAt(args, 0)
const everything = Number.POSITIVE_INFINITY

/** Whether a value is an element of the list. */
function memberOf(values: List): (value: Value) => boolean {
  const keys = new Set(values.map(elementKey))
  return (value) => keys.has(elementKey(value))
}

export const arraySearchFunctions = [
  listFunction({
    name: 'array_has',
    aliases: ['array_contains'],
    usage: 'array_has(list, element)',
    summary: 'Whether a list contains an element',
    examples: [['array_has([1, 2, 3], 2)', 'true']],
    signature: listAnd(['item']),
    returns: bool,
    kernel: { total: true, row: (values: List, value: Value) => values.some((item) => sameElement(item, value)) },
  }),
  listFunction({
    name: 'array_has_all',
    usage: 'array_has_all(list, elements)',
    summary: 'Whether a list contains all elements of another',
    examples: [['array_has_all([1, 2, 3], [3, 1])', 'true']],
    signature: listAnd(['list']),
    returns: bool,
    kernel: {
      total: true,
      row: (values: List, wanted: List) => wanted.every(memberOf(values)),
    },
  }),
  listFunction({
    name: 'array_has_any',
    aliases: ['arrays_overlap'],
    usage: 'array_has_any(list, elements)',
    summary: 'Whether a list contains any element of another',
    examples: [['array_has_any([1, 2, 3], [5, 1])', 'true']],
    signature: listAnd(['list']),
    returns: bool,
    kernel: {
      total: true,
      row: (values: List, wanted: List) => wanted.some(memberOf(values)),
    },
  }),
  listFunction({
    name: 'array_position',
    aliases: ['array_indexof'],
    usage: 'array_position(list, element[, start])',
    summary: 'The first position of an element, at or after a start; null when it is not in the list',
    examples: [['array_position([10, 20, 10], 10, 2)', '3']],
    signature: listAnd(['item', 'count'], 1),
    returns: uint64,
    nulls: 'call',
    kernel: {
      row: (values: List | null, value: Value, start: number | null = 1) =>
        values === null || start === null ? null : position(values, value, start),
    },
  }),
  listFunction({
    name: 'array_positions',
    usage: 'array_positions(list, element)',
    summary: 'All positions of an element',
    examples: [['array_positions([10, 20, 10], 10)', '[1, 3]']],
    signature: listAnd(['item']),
    returns: list(uint64),
    nulls: 'call',
    kernel: {
      total: true,
      row: (values: List | null, value: Value) =>
        values?.flatMap((item, i) => (sameElement(item, value) ? [BigInt(i + 1)] : [])) ?? null,
    },
  }),
  listFunction({
    name: 'array_remove',
    usage: 'array_remove(list, element)',
    summary: 'The list without the first occurrence of an element',
    examples: [['array_remove([1, 2, 1], 1)', '[2, 1]']],
    signature: listAnd(['item']),
    returns: sameList,
    kernel: { total: true, row: (values: List, value: Value) => without(values, value, 1) },
  }),
  listFunction({
    name: 'array_remove_n',
    usage: 'array_remove_n(list, element, n)',
    summary: 'The list without the first n occurrences of an element',
    examples: [['array_remove_n([1, 2, 1, 1], 1, 2)', '[2, 1]']],
    signature: listAnd(['item', 'count']),
    returns: sameList,
    kernel: { total: true, row: without },
  }),
  listFunction({
    name: 'array_remove_all',
    usage: 'array_remove_all(list, element)',
    summary: 'The list without any occurrence of an element',
    examples: [['array_remove_all([1, 2, 1], 1)', '[2]']],
    signature: listAnd(['item']),
    returns: sameList,
    kernel: { total: true, row: (values: List, value: Value) => without(values, value, everything) },
  }),
  listFunction({
    name: 'array_replace',
    usage: 'array_replace(list, from, to)',
    summary: 'The list with the first occurrence of an element replaced',
    examples: [['array_replace([1, 2, 1], 1, 9)', '[9, 2, 1]']],
    signature: listAnd(['item', 'item']),
    returns: sameList,
    nulls: 'call',
    kernel: {
      total: true,
      row: (values: List | null, from: Value, to: Value) =>
        values === null ? null : withReplaced(values, from, to, 1),
    },
  }),
  listFunction({
    name: 'array_replace_n',
    usage: 'array_replace_n(list, from, to, n)',
    summary: 'The list with the first n occurrences of an element replaced',
    examples: [['array_replace_n([1, 2, 1], 1, 9, 2)', '[9, 2, 9]']],
    signature: listAnd(['item', 'item', 'count']),
    returns: sameList,
    nulls: 'call',
    kernel: {
      total: true,
      row: (values: List | null, from: Value, to: Value, most: number | null) =>
        values === null || most === null ? null : withReplaced(values, from, to, most),
    },
  }),
  listFunction({
    name: 'array_replace_all',
    usage: 'array_replace_all(list, from, to)',
    summary: 'The list with every occurrence of an element replaced',
    examples: [['array_replace_all([1, 2, 1], 1, 9)', '[9, 2, 9]']],
    signature: listAnd(['item', 'item']),
    returns: sameList,
    nulls: 'call',
    kernel: {
      total: true,
      row: (values: List | null, from: Value, to: Value) =>
        values === null ? null : withReplaced(values, from, to, everything),
    },
  }),
]
