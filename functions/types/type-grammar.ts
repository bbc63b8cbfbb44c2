// How the name of a type is put together, whatever its words: a word, then what the word takes. Each spelling is a table
// of words: job-words.ts has those of JSON jobs, arrow-name.ts Arrow's, sql/type-name.ts SQL's. A cursor knows the text
// they stand in, its table, and how to say what is wrong there.

import type { PlanError } from '../errors.ts'
import type { DataType } from './type.ts'

/** How deep types may nest that come from elsewhere: whoever walks them later is recursive. */
export const maxTypeDepth = 64

/** The word that a type's name begins with. */
export interface TypeWord {
  readonly text: string
  /** In lower case, as the tables have it. */
  readonly key: string
  readonly start: number
}

/** A place in a text with a type's name. */
export interface TypeCursor {
  /** Consumes the word that a name begins with. */
  word(): TypeWord
  /** Consumes the rest of a name as its word's rule says; undefined when the table does not have the word. */
  rest(word: TypeWord): DataType | undefined
  at(symbol: string): boolean
  accept(symbol: string): boolean
  /** Consumes the bracket that ends what `word` took. */
  close(symbol: string, word: TypeWord): void
  /** Consumes parameters in round brackets, as they are written; undefined when no bracket comes next. */
  parameters(word: TypeWord): readonly string[] | undefined
  /** Consumes the name of a field of the struct that begins with `word`, and what parts it from its type. */
  fieldName(word: TypeWord): string
  /** Runs `parse` one level deeper, of `maxTypeDepth`. */
  nested<Result>(parse: () => Result): Result
  /** The error to throw for a name of no type. */
  unknown(word: TypeWord): PlanError
  /** The error, to throw, for a word that takes `count` types and was given others. */
  wrongCount(word: TypeWord, count: number): PlanError
}

/** A place in a text whose types may be in Arrow's words. */
export interface ArrowCursor extends TypeCursor {
  /** Consumes a name in double quotes and the colon after it, when they come next. */
  quotedName(): string | undefined
  /** Consumes how many items a list of fixed size has. */
  size(): void
  /** Consumes `field: 'name'`, when it comes next: what the items of a list are called. */
  itemName(): string | undefined
  /** Consumes whatever stands before the next comma or closing bracket of this level. */
  skipParameter(): string
}

/** Consumes what follows a word, and makes the type. */
export type TypeRule<Cursor extends TypeCursor = TypeCursor> = (cursor: Cursor, word: TypeWord) => DataType
export type TypeWords<Cursor extends TypeCursor = TypeCursor> = ReadonlyMap<string, TypeRule<Cursor>>

/** Consumes the name of a type. @throws {PlanError} `unknown_type` with the nearest name. */
export function parseTypeName(cursor: TypeCursor): DataType {
  const word = cursor.word()
  const type = cursor.rest(word)
  if (type === undefined) throw cursor.unknown(word)
  return type
}

/** Consumes one or more of what `parse` consumes, with commas between, one level deeper. */
export function parseNested<Item>(cursor: TypeCursor, parse: () => Item): Item[] {
  return cursor.nested(() => {
    const items = [parse()]
    while (cursor.accept(',')) items.push(parse())
    return items
  })
}

/** A word that is a type by itself. */
export const plain =
  (type: DataType): TypeRule =>
  () =>
    type
