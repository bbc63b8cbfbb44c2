// A position in a JSON text that moves over one token at a time, by the grammar of RFC 8259. Looks at bytes and makes
// nothing of them but names. Strings may hold any bytes: whether they are UTF-8 is for the reader to say.

import { bool, type DataType, float64, int64 } from '../../../functions/types/type.ts'

/** Says where a text stops being JSON. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

/** How many bytes of a string are looked at in one piece. */
const pieceBytes = 1 << 16
/** Longer numbers count as fractions: to add up their digits would take a turn of its own. */
const longestInteger = 1 << 16
/** So many characters are an integer that a double holds, whichever digits they are. */
const surelySafe = 15

const [quote, backslash, minus, plus, point, zero] = [34, 92, 45, 43, 46, 48]
const literals: readonly (readonly [text: Uint8Array, type: DataType | undefined])[] = [
  [Buffer.from('true'), bool],
  [Buffer.from('false'), bool],
  [Buffer.from('null'), undefined],
]
const escapes = new Set(Buffer.from('"\\/bfnrt'))

const isDigit = (byte: number): boolean => byte >= zero && byte <= 57
const isExponent = (byte: number): boolean => (byte | 32) === 101
const isHexDigit = (byte: number): boolean => isDigit(byte) || ((byte | 32) >= 97 && (byte | 32) <= 102)

export class JsonCursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The first byte of the next token; -1 at the end. */
  peek(): number {
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at] ?? 0
      if (byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13) return byte
    }
    return -1
  }

  /** Moves behind the next token, which is one byte, and returns where that is. */
  skip(byte: number): number {
    if (this.peek() !== byte) throw this.error(`'${String.fromCharCode(byte)}'`)
    return ++this.#at
  }

  /** Moves on inside a string, a piece of it at most; true once that is behind the closing quote. */
  skipString(): boolean {
    const limit = Math.min(this.#at + pieceBytes, this.#bytes.length)
    for (let at = this.#at; at < limit; at = this.#at) {
      let byte = this.#bytes[at] ?? 0
      while (byte >= 32 && byte !== quote && byte !== backslash && ++at < limit) byte = this.#bytes[at] ?? 0
      this.#at = at
      if (at === limit) break
      if (byte < 32) throw this.error('an escape sequence')
      this.#at++
      if (byte === quote) return true
      this.#skipEscape()
    }
    if (this.#at >= this.#bytes.length) throw this.error(`'"'`)
    return false
  }

  /** The name between two positions in a string. */
  name(start: number): string {
    const text = this.#bytes.toString('utf8', start, this.#at - 1)
    return text.includes('\\') ? JSON.parse(`"${text}"`) : text
  }

  /** Moves behind a number or literal, and returns its type; undefined for null. */
  skipScalar(): DataType | undefined {
    const byte = this.peek()
    if (byte === minus || isDigit(byte)) return this.#skipNumber()
    const literal = literals.find(([[first]]) => first === byte)
    if (literal === undefined) throw this.error('a value')
    for (const each of literal[0]) {
      if (this.#byte() !== each) throw this.error(`'${literal[0]}'`)
      this.#at++
    }
    return literal[1]
  }

  /** What is said when the token at the position is not what has to be there. */
  error(expected: string): JsonSyntaxError {
    const text = this.#bytes.toString('utf8', 0, this.#at)
    const [found] = this.#bytes.toString('utf8', this.#at, this.#at + 4)
    const where = found === undefined ? 'it ends' : `character ${text.length + 1} is ${JSON.stringify(found)}`
    return new JsonSyntaxError(`it is not valid JSON (${where} where ${expected} is expected)`)
  }

  #byte(): number {
    return this.#bytes[this.#at] ?? -1
  }

  #skipEscape(): void {
    const letter = this.#byte()
    if (letter === 117) {
      for (let digits = 0; digits < 4; digits++) {
        this.#at++
        if (!isHexDigit(this.#byte())) throw this.error('a hexadecimal digit')
      }
    } else if (!escapes.has(letter)) throw this.error('an escape sequence')
    this.#at++
  }

  #skipNumber(): DataType {
    const start = this.#at
    let isInteger = true
    if (this.#byte() === minus) this.#at++
    if (this.#byte() === zero) this.#at++
    else this.#skipDigits()
    if (this.#byte() === point) {
      isInteger = false
      this.#at++
      this.#skipDigits()
    }
    if (isExponent(this.#byte())) {
      isInteger = false
      this.#at++
      if (this.#byte() === plus || this.#byte() === minus) this.#at++
      this.#skipDigits()
    }
    const length = this.#at - start
    if (isInteger && length <= surelySafe) return int64
    if (length > longestInteger) return float64
    return Number.isSafeInteger(Number(this.#bytes.toString('latin1', start, this.#at))) ? int64 : float64
  }

  #skipDigits(): void {
    if (!isDigit(this.#byte())) throw this.error('a digit')
    while (isDigit(this.#byte())) this.#at++
  }
}
