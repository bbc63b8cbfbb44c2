// A cursor over a text that is the name of a type and nothing else. Such texts come from anybody: they are read in one pass.

import { PlanError } from '../errors.ts'
import { unknownType } from './job-words.ts'
import type { DataType } from './type.ts'
import { type ArrowCursor, maxTypeDepth, parseTypeName, type TypeWord, type TypeWords } from './type-grammar.ts'

const quotedName = /("(?:[^"\\]|\\.)*")\s*:/sy
const plainName = /([^":,<>][^:,<>]*):/y

/** Types in one name, each field of a struct being one. */
const MAX_TYPES = 2000

export class TextCursor implements ArrowCursor {
  readonly #text: string
  readonly #words: TypeWords<TextCursor>
  #position = 0
  #depth = 0
  #count = 0

  constructor(text: string, words: TypeWords<TextCursor>) {
    this.#text = text.trim()
    this.#words = words
  }

  /** The type that the text names. @throws {PlanError} `unknown_type` with the nearest name. */
  static parse(text: string, words: TypeWords<TextCursor>): DataType {
    return parseTypeName(new TextCursor(text, words))
  }

  word(): TypeWord {
    if (++this.#count > MAX_TYPES) throw tooMany(this.#text)
    this.#skipBlanks()
    const start = this.#position
    const text = this.#take(/\w+/y)?.[0] ?? ''
    return { text, key: text.toLowerCase(), start }
  }

  rest(word: TypeWord): DataType | undefined {
    const type = this.#words.get(word.key)?.(this, word)
    if (type !== undefined && !this.#atEndOfType()) throw this.unknown(word)
    return type
  }

  at(symbol: string): boolean {
    this.#skipBlanks()
    return this.#text.startsWith(symbol, this.#position)
  }

  accept(symbol: string): boolean {
    if (!this.at(symbol)) return false
    this.#position += symbol.length
    return true
  }

  close(symbol: string, word: TypeWord): void {
    if (!this.accept(symbol)) throw this.unknown(word)
  }

  parameters(word: TypeWord): readonly string[] | undefined {
    if (!this.accept('(')) return undefined
    const parameters = [this.skipParameter()]
    while (this.accept(',')) parameters.push(this.skipParameter())
    this.close(')', word)
    return parameters
  }

  /** Consumes whatever stands before the next comma or closing bracket of this level. */
  skipParameter(): string {
    const start = this.#position
    this.#position = this.#endOfParameter(start)
    return this.#text.slice(start, this.#position).trim()
  }

  quotedName(): string | undefined {
    this.#skipBlanks()
    const start = this.#position
    const quoted = this.#take(quotedName)?.[1]
    if (quoted === undefined) return undefined
    try {
      return String(JSON.parse(quoted))
    } catch {
      this.#position = start
      return undefined
    }
  }

  size(): void {
    this.#take(/\s*\d+\s*(?:x\s|,)/y)
  }

  itemName(): string | undefined {
    return this.#take(/\s*field:\s*'((?:[^']|'')*)'/y)?.[1]?.replaceAll("''", "'")
  }

  fieldName(word: TypeWord): string {
    const name = this.quotedName() ?? this.#take(plainName)?.[1]?.trim()
    if (name === undefined) throw this.unknown(word)
    return name
  }

  nested<Result>(parse: () => Result): Result {
    if (this.#depth >= maxTypeDepth)
      throw new PlanError(
        'unknown_type',
        `Cannot read the type "${this.#text.slice(0, 40)}…": it is nested deeper than ${maxTypeDepth} levels`,
      )
    this.#depth++
    const result = parse()
    this.#depth--
    return result
  }

  unknown(word: TypeWord): PlanError {
    const end = this.#depth === 0 ? this.#text.length : this.#endOfParameter(word.start)
    return unknownType(this.#text.slice(word.start, end).trim())
  }

  wrongCount(word: TypeWord): PlanError {
    return this.unknown(word)
  }

  #atEndOfType(): boolean {
    this.#skipBlanks()
    if (this.#depth === 0) return this.#position === this.#text.length
    return this.#position === this.#text.length || ',>)'.includes(this.#text.charAt(this.#position))
  }

  /** Consumes what a sticky pattern matches here. */
  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#position = pattern.lastIndex
    return match
  }

  #skipBlanks(): void {
    this.#take(/\s*/y)
  }

  /** Where the next comma or closing bracket is that lies outside of brackets and quotes; else the end of the text. */
  #endOfParameter(start: number): number {
    let open = 0
    for (let i = start; i < this.#text.length; i++) {
      const c = this.#text.charAt(i)
      if (c === '"') i = this.#endOfQuoted(i)
      else if (c === '<' || c === '(') open++
      else if (open === 0 && ',>)'.includes(c)) return i
      else if (c === '>' || c === ')') open--
    }
    return this.#text.length
  }

  /** Where a quoted name that starts at `start` ends; the end of the text if it does not. */
  #endOfQuoted(start: number): number {
    for (let i = start + 1; i < this.#text.length; i++) {
      if (this.#text[i] === '\\') i++
      else if (this.#text[i] === '"') return i
    }
    return this.#text.length
  }
}

function tooMany(text: string): PlanError {
  const shown = `${text.slice(0, 40)}…`
  return new PlanError('unknown_type', `Cannot read the type "${shown}": it consists of more than ${MAX_TYPES} types`)
}
