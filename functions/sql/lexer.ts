// SQL text to tokens. Knows quotes, escapes, comments and numbers, and no grammar. Every token keeps its place in the text.
// The text may come from anybody: time and memory are linear in its length.

import { createSyntaxError, quote } from './syntax-error.ts'

type TokenKind = 'word' | 'quoted' | 'number' | 'string' | 'bytes' | 'operator' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** The token as written. */
  readonly text: string
  /** What it stands for: an identifier's name, a string's characters, hex digits; otherwise the same as `text`. */
  readonly value: string
  /** A bare word in capitals, to compare with keywords; empty for everything else. */
  readonly keyword: string
  readonly start: number
  readonly end: number
}

interface LexerOptions {
  readonly subject: string
  readonly maxTokens: number
}

const blank = /\s+|--[^\n]*/y
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const word = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{M}\p{Nd}_$]*/uy
const wordParts = /[\p{L}\p{Nd}_$]+/uy
const dollarTag = /\$(?:[\p{L}_][\p{L}\p{Nd}_]*)?\$/uy
const operator =
  /!~~\*|!~~|!~\*|~~\*|===|!==|->>|!~|~~|~\*|->|=>|==|<=|>=|<>|!=|<<|>>|\|\||&&|\?\?|::|@>|<@|[-+*/%&|^#~=<>()[\]{},.:;!?]/y
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
const escapeSequence = /''|\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g

/**
 * Splits a text into tokens, the last of kind `end`.
 *
 * @throws {PlanError} `syntax_error` for an unterminated string, name or comment, a character SQL has no use for, or too
 * many tokens.
 */
export function tokenize(text: string, options: LexerOptions): Token[] {
  const lexer = new Lexer(text, options.subject)
  const tokens: Token[] = []
  for (;;) {
    const token = lexer.next()
    tokens.push(token)
    if (token.kind === 'end') return tokens
    if (tokens.length > options.maxTokens)
      throw lexer.fail(token.start, `it is too long, more than ${options.maxTokens} words and symbols`)
  }
}

class Lexer {
  readonly #text: string
  readonly #subject: string
  /** Where the next token, or the blanks before it, begin. */
  #position = 0

  constructor(text: string, subject: string) {
    this.#text = text
    this.#subject = subject
  }

  next(): Token {
    this.#skipBlanks()
    const token = this.#scan(this.#position)
    this.#position = token.end
    return token
  }

  fail(position: number, problem: string, expected?: string) {
    const init = expected === undefined ? {} : { expected: [expected] }
    return createSyntaxError(this.#text, this.#subject, position, problem, init)
  }

  #skipBlanks(): void {
    for (;;) {
      const skipped = this.#match(blank, this.#position)
      if (skipped !== undefined) this.#position += skipped.length
      else if (this.#text.startsWith('/*', this.#position)) this.#skipComment()
      else return
    }
  }

  /** Block comments nest, as in PostgreSQL. */
  #skipComment(): void {
    let depth = 0
    const edge = /\/\*|\*\//g
    edge.lastIndex = this.#position
    for (let found = edge.exec(this.#text); found !== null; found = edge.exec(this.#text)) {
      depth += found[0] === '/*' ? 1 : -1
      if (depth > 0) continue
      this.#position = edge.lastIndex
      return
    }
    throw this.fail(this.#position, 'the comment that starts here is not closed, add "*/"', '*/')
  }

  #scan(start: number): Token {
    const text = this.#text
    if (start >= text.length) return this.#token('end', start, start)
    const first = text[start] ?? ''
    const second = text[start + 1]
    if (first === "'") return this.#scanString(start, start + 1, false)
    if (first === '"' || first === '`') return this.#scanQuotedName(start, first)
    if ((first === 'e' || first === 'E') && second === "'") return this.#scanString(start, start + 2, true)
    if ((first === 'x' || first === 'X') && second === "'") return this.#scanBytes(start)
    if (first === '$') return this.#scanDollarString(start)
    if (first === '0' && (second === 'x' || second === 'X')) return this.#scanHexNumber(start)
    const digits = this.#match(number, start)
    if (digits !== undefined) return this.#scanNumber(start, digits)
    const name = this.#match(word, start)
    if (name !== undefined) return this.#token('word', start, start + name.length)
    const symbol = this.#match(operator, start)
    if (symbol !== undefined) return this.#token('operator', start, start + symbol.length)
    const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
    throw this.fail(start, `there is no use for the character ${quote(character)}`)
  }

  #scanNumber(start: number, digits: string): Token {
    const end = start + digits.length
    const stuck = this.#match(wordParts, end)
    if (stuck === undefined) return this.#token('number', start, end)
    throw this.fail(end, `${quote(stuck)} cannot follow the number ${digits} directly, add a space`)
  }

  #scanString(start: number, bodyStart: number, escaped: boolean): Token {
    const end = this.#closingQuote(start, bodyStart, "'", escaped)
    const body = this.#text.slice(bodyStart, end - 1)
    const value = escaped ? this.#decodeEscapes(body, bodyStart) : body.replaceAll("''", "'")
    return this.#token('string', start, end, value)
  }

  #scanQuotedName(start: number, mark: string): Token {
    const end = this.#closingQuote(start, start + 1, mark, false)
    const name = this.#text.slice(start + 1, end - 1).replaceAll(mark + mark, mark)
    return this.#token('quoted', start, end, name)
  }

  #scanBytes(start: number): Token {
    const end = this.#closingQuote(start, start + 2, "'", false)
    return this.#bytesToken(start, end, this.#text.slice(start + 2, end - 1))
  }

  /** `0x0aff` is bytes, as in DataFusion. */
  #scanHexNumber(start: number): Token {
    const digits = this.#match(wordParts, start + 2) ?? ''
    return this.#bytesToken(start, start + 2 + digits.length, digits)
  }

  #bytesToken(start: number, end: number, digits: string): Token {
    if (/^(?:[0-9a-fA-F]{2})*$/.test(digits) && end - start > 2) return this.#token('bytes', start, end, digits)
    throw this.fail(start, 'bytes take an even number of hexadecimal digits')
  }

  #scanDollarString(start: number): Token {
    const tag = this.#match(dollarTag, start)
    if (tag === undefined) throw this.fail(start, 'placeholders like $1 have no value here, write the value itself')
    const close = this.#text.indexOf(tag, start + tag.length)
    if (close === -1) throw this.fail(start, `the string that starts here is not closed, add ${quote(tag)}`, tag)
    return this.#token('string', start, close + tag.length, this.#text.slice(start + tag.length, close))
  }

  /** The offset after the mark that closes what begins at `bodyStart`; a doubled mark stands for itself. */
  #closingQuote(start: number, bodyStart: number, mark: string, escaped: boolean): number {
    const text = this.#text
    for (let i = bodyStart; i < text.length; i++) {
      const c = text[i]
      if (escaped && c === '\\') i++
      else if (c === mark && text[i + 1] === mark) i++
      else if (c === mark) return i + 1
    }
    const what = mark === "'" ? 'string' : 'name'
    throw this.fail(start, `the ${what} that starts here is not closed, add ${mark}`, mark)
  }

  #decodeEscapes(body: string, bodyStart: number): string {
    return body.replace(escapeSequence, (all, hex?: string, u4?: string, u8?: string, octal?: string, other = '') => {
      if (all === "''") return "'"
      const digits = hex ?? u4 ?? u8
      if (digits === undefined && octal === undefined) return escapes[other] ?? other
      const code = digits === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(digits, 16)
      if (code > 0x10ffff) throw this.fail(bodyStart, `\\U${digits} is not a Unicode character`)
      return String.fromCodePoint(code)
    })
  }

  #match(pattern: RegExp, position: number): string | undefined {
    pattern.lastIndex = position
    return pattern.exec(this.#text)?.[0]
  }

  #token(kind: TokenKind, start: number, end: number, value?: string): Token {
    const text = this.#text.slice(start, end)
    return { kind, text, value: value ?? text, keyword: kind === 'word' ? text.toUpperCase() : '', start, end }
  }
}
