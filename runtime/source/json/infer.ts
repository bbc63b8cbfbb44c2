// Guesses types from sampled JSON values: bool, int64, float64, utf8, lists and structs of them. Texts stay texts: dates
// and decimals are declared. Looks at values only.

import {
  bool,
  type DataType,
  field,
  float64,
  int64,
  list,
  struct,
  typeName,
  utf8,
} from '../../../functions/types/type.ts'

/** As deep as types may be nested in tasks. */
const mostDepth = 64

/**
 * The type of a value; undefined for null and for what holds nothing but nulls.
 *
 * @throws {MixedTypesError} For one that is nested deeper than types may be, or holds values that no type holds together.
 */
export function valueType(value: unknown, depth = 1): DataType | undefined {
  if (depth > mostDepth) throw new MixedTypesError(`nested more than ${mostDepth} deep`)
  if (value === null || value === undefined) return undefined
  if (typeof value === 'boolean') return bool
  if (typeof value === 'number') return Number.isSafeInteger(value) ? int64 : float64
  if (typeof value === 'string') return utf8
  if (Array.isArray(value))
    return list(value.reduce<DataType>((type, each) => widen(type, valueType(each, depth + 1)), unknownType))
  return struct(Object.entries(value).map(([name, each]) => field(name, valueType(each, depth + 1) ?? unknownType)))
}

/** Stands inside structs for fields that were null so far. `resolveUnseen` removes it. */
export const unknownType: DataType = Object.freeze({ kind: 'null' })

/**
 * The type that values of both fit: numbers widen, structs gain fields, scalars of different kinds become their text.
 *
 * @throws {MixedTypesError} For a list, struct or scalar where the other is another of them.
 */
export function widen(a: DataType, b: DataType | undefined): DataType {
  if (a.kind === 'null') return b ?? a
  if (b === undefined || b.kind === 'null' || a === b) return a
  if (a.kind === 'list' && b.kind === 'list') return list(widen(a.item.type, b.item.type))
  if (a.kind === 'struct' && b.kind === 'struct') {
    const [own, other] = [a, b].map(({ fields }) => new Map(fields.map(({ name, type }) => [name, type])))
    const names = new Set([...a.fields, ...b.fields].map((each) => each.name))
    return struct([...names].map((name) => field(name, widen(own?.get(name) ?? unknownType, other?.get(name)))))
  }
  const isNested = (type: DataType) => type.kind === 'list' || type.kind === 'struct'
  if (isNested(a) || isNested(b)) throw new MixedTypesError(`both ${typeName(a)} and ${typeName(b)}`)
  return isNumber(a) && isNumber(b) ? float64 : utf8
}

/** Values of one column that no type holds. */
export class MixedTypesError extends Error {
  override readonly name = 'MixedTypesError'
}

const isNumber = (type: DataType): boolean => type.kind === 'int64' || type.kind === 'float64'

/** The type with everything that was never seen as utf8. */
export function resolveUnseen(type: DataType): DataType {
  if (type.kind === 'null') return utf8
  if (type.kind === 'list') return list(resolveUnseen(type.item.type))
  if (type.kind === 'struct') return struct(type.fields.map((each) => field(each.name, resolveUnseen(each.type))))
  return type
}
