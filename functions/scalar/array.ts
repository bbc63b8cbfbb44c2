// Lists as they are: making them, their length and shape, and parts of them. Positions count from 1, from the end when
// negative.

import { conversionKernel } from '../cast/cast.ts'
import { scalarFunction } from '../contract/scalar.ts'
import { coerceAll, exactly, type Parameter } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { plainFloatText } from '../expr/display-value.ts'
import { comparisonType, unifyTypes } from '../types/coercion.ts'
import { bool, type DataType, float64, isFloat, isInteger, list, uint64, utf8 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { checkLength, itemOf, type List, listAnd, listFunction, sameElement, typeAt } from './list-contract.ts'
import { joinTexts } from './text.ts'

export const listParameter: Parameter = {
  describe: 'a list',
  coerce: (type) => (type.kind === 'list' ? type : type.kind === 'null' ? list(type) : undefined),
}

/** Lengths of a list and of the first list in it, and so on, down to what is not a list. */
function dimensions(value: Value, type: DataType): bigint[] | null {
  if (type.kind !== 'list') return []
  const items = value as List | null
  if (items === null) return null
  const below = items.length === 0 ? null : dimensions(items[0] ?? null, type.item.type)
  if (type.item.type.kind !== 'list') return [BigInt(items.length)]
  return [BigInt(items.length), ...(below ?? [0n])]
}

function depth(type: DataType): bigint {
  return type.kind === 'list' ? 1n + depth(type.item.type) : 0n
}

/** How many elements are not lists themselves, over all levels. */
function countLeaves(values: List, type: DataType): number {
  if (type.kind !== 'list' || type.item.type.kind !== 'list') return values.length
  const inner = type.item.type
  return values.reduce((sum: number, value) => sum + (value === null ? 0 : countLeaves(value as List, inner)), 0)
}

/** The elements over all levels as texts; a null has none, or one that is given for it. */
function leafTexts(
  values: List,
  type: DataType,
  nullText: string | null,
  write: (value: Value) => string,
  texts: string[] = [],
): string[] {
  const inner = itemOf(type)
  checkLength(texts.length + values.length)
  for (const value of values) {
    if (value === null) {
      if (nullText !== null) texts.push(nullText)
    } else if (inner.kind === 'list') leafTexts(value as List, inner, nullText, write, texts)
    else texts.push(write(value))
  }
  return texts
}

/** Floats are written as Rust's Display has them: `2` for 2.0, and never with an exponent. */
function leafWriter(type: DataType): (value: Value) => string {
  if (type.kind === 'list') return leafWriter(itemOf(type))
  const write = conversionKernel(type, utf8, false).row as (value: Value) => string
  return isFloat(type) ? (value) => plainFloatText(write(value)) : write
}

/** The length of a list, or of the first list `dimension` levels down. */
function lengthAt(value: Value, type: DataType, dimension: number): bigint | null {
  if (type.kind !== 'list' || value === null || dimension < 1) return null
  const items = value as List
  return dimension === 1 ? BigInt(items.length) : lengthAt(items[0] ?? null, type.item.type, dimension - 1)
}

function slice(values: List, from: number, to: number, stride = 1): Value[] {
  const { length } = values
  if (stride === 0) throw new DataError('invalid_value', 'Cannot slice with a stride of 0')
  const start = from < 0 ? Math.max(0, from + length) : Math.max(0, from - 1)
  const end = to < 0 ? to + length : Math.min(to - 1, length - 1)
  if (start >= length || end < 0) return []
  if (stride === 1) return values.slice(start, end + 1)
  const taken: Value[] = []
  if (stride > 0) for (let i = start; i <= end; i += stride) taken.push(values[i] ?? null)
  else for (let i = start; i >= end; i += stride) taken.push(values[i] ?? null)
  return taken
}

const at = (values: List, position: number): Value =>
  position === 0 ? null : (values.at(position > 0 ? position - 1 : position) ?? null)

/** A list and a position, or a map and a key. */
const elementTypes = coerceAll('a list and an integer, or a map and a key', 2, 2, ([from, key]) => {
  if (from === undefined || key === undefined) return undefined
  if (from.kind === 'map') {
    const type = comparisonType(from.key.type, key)
    return type === undefined ? undefined : [from, from.key.type]
  }
  const counts = isInteger(key) || key.kind === 'null'
  const isList = from.kind === 'list' || from.kind === 'null'
  return isList && counts ? [from.kind === 'list' ? from : list(from), float64] : undefined
})

/** The value of a key. */
export const lookup = (entries: List, key: Value): Value => {
  for (const entry of entries) {
    const [name, value] = entry as readonly [Value, Value]
    if (sameElement(name, key)) return value
  }
  return null
}

export const arrayFunctions = [
  scalarFunction({
    name: 'make_array',
    aliases: ['make_list'],
    family: 'array',
    usage: 'make_array(value, ...) or [value, ...]',
    summary: 'A list of the arguments, which are brought to one type',
    examples: [['make_array(1, 2, 3)', '[1, 2, 3]']],
    signature: coerceAll('values of one type', 0, Number.POSITIVE_INFINITY, (types) => {
      const item = unifyTypes(types, 'number')
      return item === undefined ? undefined : types.map(() => item)
    }),
    returns: (args) => list(typeAt(args, 0)),
    nulls: 'call',
    givesNull: false,
    kernel: { total: true, row: (...values: Value[]) => values },
  }),
  scalarFunction({
    name: 'array_element',
    aliases: ['array_extract', 'list_element', 'list_extract'],
    family: 'array',
    usage: 'array_element(list, position) or list[position]',
    summary: 'The element at a position, from the end when negative; null when there is none',
    examples: [
      ['[10, 20, 30][1]', '10'],
      ['[10, 20, 30][-1]', '30'],
    ],
    signature: elementTypes,
    returns: (args) => {
      const type = typeAt(args, 0)
      return type.kind === 'map' ? type.value.type : itemOf(type)
    },
    givesNull: true,
    kernel: (args) => (typeAt(args, 0).kind === 'map' ? { total: true, row: lookup } : { total: true, row: at }),
  }),
  listFunction({
    name: 'array_length',
    usage: 'array_length(list[, dimension])',
    summary: 'The number of elements; with a dimension, that of the first list at that level',
    examples: [['array_length([1, 2, 3])', '3']],
    signature: listAnd(['count'], 1),
    returns: uint64,
    givesNull: true,
    kernel: (args) => {
      const type = typeAt(args, 0)
      return { total: true, row: (values: List, dimension = 1) => lengthAt(values, type, dimension) }
    },
  }),
  listFunction({
    name: 'array_ndims',
    usage: 'array_ndims(list)',
    summary: 'The number of levels of nested lists',
    examples: [['array_ndims([[1], [2]])', '2']],
    signature: exactly([listParameter]),
    returns: uint64,
    kernel: (args) => {
      const levels = depth(typeAt(args, 0))
      return { total: true, row: () => levels }
    },
  }),
  listFunction({
    name: 'array_dims',
    usage: 'array_dims(list)',
    summary: 'The lengths of a list, of the first list in it, and so on for each level; null for the empty list',
    examples: [['array_dims([[1, 2], [3, 4]])', '[2, 2]']],
    signature: exactly([listParameter]),
    returns: list(uint64),
    givesNull: true,
    kernel: (args) => {
      const type = typeAt(args, 0)
      return { total: true, row: (values: List) => (values.length === 0 ? null : dimensions(values, type)) }
    },
  }),
  scalarFunction({
    name: 'cardinality',
    family: 'array',
    usage: 'cardinality(list or map)',
    summary: 'The number of elements of a list over all its levels, or of the entries of a map',
    examples: [['cardinality([[1, 2], [3, 4]])', '4']],
    signature: exactly([
      { describe: 'a list or map', coerce: (type) => (type.kind === 'map' ? type : listParameter.coerce(type)) },
    ]),
    returns: uint64,
    kernel: (args) => {
      const type = typeAt(args, 0)
      if (type.kind === 'map') return { total: true, row: (entries: List) => BigInt(entries.length) }
      return { total: true, row: (values: List) => BigInt(countLeaves(values, type)) }
    },
  }),
  scalarFunction({
    name: 'empty',
    aliases: ['array_empty', 'list_empty'],
    family: 'array',
    usage: 'empty(list)',
    summary: 'Whether a list has no elements',
    examples: [['empty([1])', 'false']],
    signature: exactly([listParameter]),
    returns: bool,
    kernel: { total: true, row: (values: List) => values.length === 0 },
  }),
  listFunction({
    name: 'array_slice',
    usage: 'array_slice(list, from, to[, stride]) or list[from:to]',
    summary: 'The elements from one position to another, both included; every stride-th of them',
    examples: [['[10, 20, 30, 40][2:3]', '[20, 30]']],
    signature: listAnd(['count', 'count', 'count'], 1),
    returns: (args) => typeAt(args, 0),
    kernel: { row: slice },
  }),
  listFunction({
    name: 'array_pop_back',
    usage: 'array_pop_back(list)',
    summary: 'The list without its last element',
    examples: [['array_pop_back([1, 2, 3])', '[1, 2]']],
    signature: exactly([listParameter]),
    returns: (args) => typeAt(args, 0),
    kernel: { total: true, row: (values: List) => values.slice(0, -1) },
  }),
  listFunction({
    name: 'array_pop_front',
    usage: 'array_pop_front(list)',
    summary: 'The list without its first element',
    examples: [['array_pop_front([1, 2, 3])', '[2, 3]']],
    signature: exactly([listParameter]),
    returns: (args) => typeAt(args, 0),
    kernel: { total: true, row: (values: List) => values.slice(1) },
  }),
  listFunction({
    name: 'array_any_value',
    usage: 'array_any_value(list)',
    summary: 'The first element that is not null',
    examples: [['array_any_value([null, 2, 3])', '2']],
    signature: exactly([listParameter]),
    returns: (args) => itemOf(typeAt(args, 0)),
    givesNull: true,
    kernel: { total: true, row: (values: List) => values.find((value) => value !== null) ?? null },
  }),
  listFunction({
    name: 'array_to_string',
    aliases: ['array_join'],
    usage: 'array_to_string(list, delimiter[, null_text])',
    summary: 'The elements of all levels joined by a delimiter; nulls are left out unless a text is given for them',
    examples: [
      ["array_to_string([1, null, 3], ',', '*')", "'1,*,3'"],
      ["array_to_string([[1, 2], [3]], '-')", "'1-2-3'"],
    ],
    signature: listAnd(['text', 'text'], 1),
    returns: utf8,
    nulls: 'call',
    kernel: (args) => {
      const type = typeAt(args, 0)
      const write = leafWriter(type)
      return {
        row: (values: List | null, delimiter: string | null, nullText: string | null = null) =>
          values === null || delimiter === null ? null : joinTexts(leafTexts(values, type, nullText, write), delimiter),
      }
    },
  }),
  scalarFunction({
    name: 'string_to_array',
    aliases: ['string_to_list'],
    family: 'array',
    usage: 'string_to_array(text, delimiter[, null_text])',
    summary: 'The parts of a delimited text as a list; its characters when the delimiter is null',
    examples: [["string_to_array('a,b', ',')", "['a', 'b']"]],
    signature: coerceAll('strings', 2, 3, (types) =>
      types.every((type) => type.kind === 'utf8' || type.kind === 'null') ? types.map(() => utf8) : undefined,
    ),
    returns: list(utf8),
    nulls: 'call',
    kernel: {
      total: true,
      row: (value: string | null, delimiter: string | null, nullText: string | null = null) => {
        if (value === null) return null
        if (value === '') return []
        const parts = delimiter === null ? [...value] : delimiter === '' ? [value] : value.split(delimiter)
        return nullText === null ? parts : parts.map((part) => (part === nullText ? null : part))
      },
    },
  }),
]
