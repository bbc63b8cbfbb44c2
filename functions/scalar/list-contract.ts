// What the list functions share: argument classes whose element types follow from each other, elements compared and
// told apart, and entries that answer to array_ and list_ names alike.

import { type Argument, type ScalarFunction, scalarFunction } from '../contract/scalar.ts'
import { coerceAll, type Signature } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { unifyTypes } from '../types/coercion.ts'
import { type DataType, isInteger, list, nullType } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { compareValues } from './order.ts'

export type List = readonly Value[]

/** An entry named `array_…`, with `list_…` as another name. */
export const listFunction = (entry: Omit<ScalarFunction, 'family'>): ScalarFunction => {
  const aliases = [entry.name, ...(entry.aliases ?? [])].flatMap((name) =>
    name.startsWith('array_') ? [name.replace('array_', 'list_')] : [],
  )
  return scalarFunction({ family: 'array', ...entry, aliases: [...(entry.aliases ?? []), ...aliases] })
}

/** The element type of a list; null counts as a list of nulls. */
export const itemOf = (type: DataType | undefined): DataType => (type?.kind === 'list' ? type.item.type : nullType)

export const typeAt = (args: readonly Argument[], index: number): DataType => args[index]?.type ?? nullType

const isListOrNull = (type: DataType | undefined): type is DataType => type?.kind === 'list' || type?.kind === 'null'

/** How the arguments after the list are read. */
type Kind = 'item' | 'list' | 'count' | 'text'

/**
 * A list and arguments that depend on its elements: `item` is one of them, `list` another list of them, `count` a whole
 * number, `text` a string. All elements become one type.
 */
export function listAnd(kinds: readonly Kind[], optional = 0, listAt = 0): Signature {
  const all = [...kinds]
  all.splice(listAt, 0, 'list')
  const words = { item: 'an element', list: 'a list', count: 'an integer', text: 'a string' } as const
  const describe = all.map((kind) => words[kind]).join(', ')
  return coerceAll(describe, all.length - optional, all.length, (types) => {
    const items = types.flatMap((type, i) => (all[i] === 'list' ? [itemOf(type)] : all[i] === 'item' ? [type] : []))
    const item = unifyTypes(items, 'number')
    if (item === undefined) return undefined
    const coerced = types.map((type, i) => {
      switch (all[i]) {
        case 'list':
          return isListOrNull(type) ? list(item) : undefined
        case 'item':
          return item
        case 'count':
          return isInteger(type) || type.kind === 'null' ? ({ kind: 'float64' } as const) : undefined
        default:
          return type.kind === 'utf8' || type.kind === 'null' ? ({ kind: 'utf8' } as const) : undefined
      }
    })
    return coerced.every((type) => type !== undefined) ? coerced : undefined
  })
}

/** One or more lists of one type. */
export const lists: Signature = coerceAll('lists', 1, Number.POSITIVE_INFINITY, (types) => {
  const item = types.every(isListOrNull) ? unifyTypes(types.map(itemOf), 'number') : undefined
  return item === undefined ? undefined : types.map(() => list(item))
})

/** No list grows beyond this many elements. */
const maxLength = 2 ** 24

/** Refuses lists that no memory holds. @throws {DataError} `invalid_value` */
export function checkLength(length: number): void {
  if (length > maxLength)
    throw new DataError('invalid_value', `Cannot make a list of ${length} elements: at most ${maxLength} are held`)
}

/** Equal as elements: null equals null, NaN equals NaN, -0 equals 0. */
export const sameElement = (a: Value, b: Value): boolean =>
  a === b || (a !== null && b !== null && compareValues(a, b) === 0)

/** A form of an element in which equal elements are the same to a Set. */
export function elementKey(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`
    if (typeof inner === 'number') return inner === 0 ? 0 : String(inner)
    return inner
  })
}

/** Each value once, where it is first. */
export function distinct(values: Iterable<Value>): Value[] {
  const seen = new Set<unknown>()
  const kept: Value[] = []
  for (const value of values) {
    const key = elementKey(value)
    if (seen.has(key)) continue
    seen.add(key)
    kept.push(value)
  }
  return kept
}
