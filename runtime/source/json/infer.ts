// Guesses types from the shapes of JSON values: bool, int64, float64, utf8, lists and structs of them. Texts stay texts:
// dates and decimals are declared. Knows no values and no files.

import { type DataType, field, float64, list, struct, typeName, utf8 } from '../../../functions/types/type.ts'

/** Values of one column that no type holds. */
export class MixedTypesError extends Error {
  override readonly name = 'MixedTypesError'
}

/** What is known of a value, or of many: nothing of null; that no type holds it, and why. */
export type Shape = undefined | DataType | ListShape | StructShape | SeenType | MixedTypesError

interface ListShape {
  readonly items: SeenType
}

export type StructShape = ReadonlyMap<string, Shape>

/** The type that all values fit which it has seen: numbers widen, structs gain fields, other scalars become their text. */
export class SeenType {
  /** At most one of these is there; none as long as all values were null. */
  #scalar: DataType | undefined
  #items: SeenType | undefined
  #fields: Map<string, SeenType> | undefined
  readonly #onField: () => void

  /** @param onField - Is told of every field of a struct that it meets for the first time. */
  constructor(onField: () => void) {
    this.#onField = onField
  }

  /** @throws {MixedTypesError} For what no type holds, by itself or with the values before. */
  add(shape: Shape): void {
    if (shape === undefined) return
    if (shape instanceof MixedTypesError) throw shape
    if (shape instanceof SeenType) this.add(shape.#shape)
    else if (shape instanceof Map) this.#addFields(shape)
    else if ('items' in shape) this.#addItems(shape.items)
    else this.#addScalar(shape as DataType)
  }

  /** What was null in all values is a text. */
  get type(): DataType {
    if (this.#items !== undefined) return list(this.#items.type)
    if (this.#fields !== undefined) return struct([...this.#fields].map(([name, seen]) => field(name, seen.type)))
    return this.#scalar ?? utf8
  }

  get #shape(): Shape {
    return this.#items === undefined ? (this.#fields ?? this.#scalar) : { items: this.#items }
  }

  #addScalar(type: DataType): void {
    if (this.#items !== undefined || this.#fields !== undefined) throw this.#mixedWith(typeName(type))
    this.#scalar = this.#scalar === undefined ? type : commonType(this.#scalar, type)
  }

  #addItems(items: SeenType): void {
    if (this.#scalar !== undefined || this.#fields !== undefined) throw this.#mixedWith('list')
    this.#items ??= new SeenType(this.#onField)
    this.#items.add(items)
  }

  #addFields(fields: StructShape): void {
    if (this.#scalar !== undefined || this.#items !== undefined) throw this.#mixedWith('struct')
    this.#fields ??= new Map()
    for (const [name, shape] of fields) {
      let seen = this.#fields.get(name)
      if (seen === undefined) {
        this.#onField()
        seen = new SeenType(this.#onField)
        this.#fields.set(name, seen)
      }
      seen.add(shape)
    }
  }

  #mixedWith(other: string): MixedTypesError {
    const own = this.#items !== undefined ? 'list' : this.#fields !== undefined ? 'struct' : typeName(this.type)
    return new MixedTypesError(`both ${own} and ${other}`)
  }
}

const isNumber = (type: DataType): boolean => type.kind === 'int64' || type.kind === 'float64'

function commonType(a: DataType, b: DataType): DataType {
  if (a === b) return a
  return isNumber(a) && isNumber(b) ? float64 : utf8
}
