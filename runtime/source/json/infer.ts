// Guesses types from sampled JSON values: bool, int64, float64, utf8, lists and structs of them. Texts stay texts: dates
// and decimals are declared. Looks at values only; since one line may hold millions of them, in pieces.

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
import type { Pieces } from '../../turns/turns.ts'

/** As deep as types may be nested in tasks. */
const mostDepth = 64

/** Values of one column that no type holds. */
export class MixedTypesError extends Error {
  override readonly name = 'MixedTypesError'
}

/** The type that all values fit which it has seen: numbers widen, structs gain fields, other scalars become their text. */
export class SeenType {
  /** At most one of these is there; none as long as all values were null. */
  #scalar: DataType | undefined
  #item: SeenType | undefined
  #fields: Map<string, SeenType> | undefined
  readonly #onField: () => void

  /** @param onField - Is told of every field of a struct that it meets for the first time. */
  constructor(onField: () => void) {
    this.#onField = onField
  }

  /** @throws {MixedTypesError} For one that is nested deeper than types may be, or that no type holds with the others. */
  *add(value: unknown, depth = 1): Pieces<void> {
    if (depth > mostDepth) throw new MixedTypesError(`nested more than ${mostDepth} deep`)
    if (typeof value !== 'object') this.#addScalar(value)
    else if (Array.isArray(value)) yield* this.#addList(value, depth)
    else if (value !== null) yield* this.#addStruct(value, depth)
  }

  /** What was null in all values is a text. */
  get type(): DataType {
    if (this.#item !== undefined) return list(this.#item.type)
    if (this.#fields !== undefined) return struct([...this.#fields].map(([name, seen]) => field(name, seen.type)))
    return this.#scalar ?? utf8
  }

  #addScalar(value: unknown): void {
    const type = scalarType(value)
    if (this.#item !== undefined || this.#fields !== undefined) throw this.#mixedWith(typeName(type))
    this.#scalar = this.#scalar === undefined ? type : commonType(this.#scalar, type)
  }

  *#addList(values: readonly unknown[], depth: number): Pieces<void> {
    if (this.#scalar !== undefined || this.#fields !== undefined) throw this.#mixedWith('list')
    this.#item ??= new SeenType(this.#onField)
    for (const value of values) {
      yield* this.#item.add(value, depth + 1)
      yield
    }
  }

  *#addStruct(value: object, depth: number): Pieces<void> {
    if (this.#scalar !== undefined || this.#item !== undefined) throw this.#mixedWith('struct')
    this.#fields ??= new Map()
    for (const [name, each] of Object.entries(value)) {
      let seen = this.#fields.get(name)
      if (seen === undefined) {
        this.#onField()
        seen = new SeenType(this.#onField)
        this.#fields.set(name, seen)
      }
      yield* seen.add(each, depth + 1)
      yield
    }
  }

  #mixedWith(other: string): MixedTypesError {
    const own = this.#item !== undefined ? 'list' : this.#fields !== undefined ? 'struct' : typeName(this.type)
    return new MixedTypesError(`both ${own} and ${other}`)
  }
}

function scalarType(value: unknown): DataType {
  if (typeof value === 'boolean') return bool
  if (typeof value === 'number') return Number.isSafeInteger(value) ? int64 : float64
  return utf8
}

const isNumber = (type: DataType): boolean => type.kind === 'int64' || type.kind === 'float64'

function commonType(a: DataType, b: DataType): DataType {
  if (a === b) return a
  return isNumber(a) && isNumber(b) ? float64 : utf8
}
