// SQL text to tokens. Knows quotes, escapes, comments and numbers; knows no grammar. Every token keeps its place in the
// text. Time and memory are linear in the text, which may come from anybody.

import { createSyntaxError, quote } from './syntax-error.ts'

type TokenKind = 'word' | 'quoted' | 'number' | 'string' | 'bytes' | 'operator' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** The token as written. */
  readonly text: string
  /** What it stands for: an identifier's name, a string's characters, hex digits; else the same as `text`. */
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
 * @throws {PlanError} `syntax_error` for an open string, name or comment, a character SQL has no use for, or too many tokens.
 */
export function tokenize(text: string, options: LexerOptions): Token[] {
  const tokens: Token[] = []
  const fail = (position: number, problem: string, expected?: string) =>
    createSyntaxError(text, options.subject, position, problem, expected === undefined ? {} : { expected: [expected] })

  let at = skipBlanks(0)
  while (at < text.length) {
    if (tokens.length >= options.maxTokens)
      throw fail(at, `it is too long, more than ${options.maxTokens} words and symbols`)
    const token = readToken(at)
    tokens.push(token)
    at = skipBlanks(token.end)
  }
  tokens.push({ kind: 'end', text: '', value: '', keyword: '', start: text.length, end: text.length })
  return tokens

  function skipBlanks(from: number): number {
    let position = from
    for (;;) {
      const skipped = match(blank, position)
      if (skipped !== undefined) position += skipped.length
      else if (text.startsWith('/*', position)) position = skipComment(position)
      else return position
    }
  }

  /** Block comments nest, as in PostgreSQL. */
  function skipComment(start: number): number {
    let depth = 0
    const edge = /\/\*|\*\//g
    edge.lastIndex = start
    for (let found = edge.exec(text); found !== null; found = edge.exec(text)) {
      depth += found[0] === '/*' ? 1 : -1
      if (depth === 0) return edge.lastIndex
    }
    throw fail(start, 'the comment that starts here is not closed, add "*/"', '*/')
  }

  function readToken(start: number): Token {
    const first = text[start] ?? ''
    const second = text[start + 1]
    if (first === "'") return readString(start, start + 1, false)
    if (first === '"' || first === '`') return readQuoted(start, first)
    if ((first === 'e' || first === 'E') && second === "'") return readString(start, start + 2, true)
    if ((first === 'x' || first === 'X') && second === "'") return readBytes(start)
    if (first === '$') return readDollarString(start)
    if (first === '0' && (second === 'x' || second === 'X')) return readHexNumber(start)
    const digits = match(number, start)
    if (digits !== undefined) return readNumber(start, digits)
    const name = match(word, start)
    if (name !== undefined) return make('word', start, start + name.length, name, name.toUpperCase())
    const symbol = match(operator, start)
    if (symbol !== undefined) return make('operator', start, start + symbol.length)
    throw fail(start, `there is no use for the character ${quote(String.fromCodePoint(text.codePointAt(start) ?? 0))}`)
  }

  function readNumber(start: number, digits: string): Token {
    const end = start + digits.length
    const stuck = match(wordParts, end)
    if (stuck !== undefined) throw fail(end, `${quote(stuck)} cannot follow the number ${digits} directly, add a space`)
    return make('number', start, end)
  }

  function readString(start: number, bodyStart: number, escaped: boolean): Token {
    const end = closingQuote(start, bodyStart, "'", escaped)
    const body = text.slice(bodyStart, end - 1)
    return make('string', start, end, escaped ? decodeEscapes(body, bodyStart) : body.replaceAll("''", "'"))
  }

  function readQuoted(start: number, mark: string): Token {
    const end = closingQuote(start, start + 1, mark, false)
    const name = text.slice(start + 1, end - 1).replaceAll(mark + mark, mark)
    if (name === '') throw fail(start, 'a name cannot be empty')
    return make('quoted', start, end, name)
  }

  function readBytes(start: number): Token {
    const end = closingQuote(start, start + 2, "'", false)
    return makeBytes(start, end, text.slice(start + 2, end - 1))
  }

  /** `0x0aff` is bytes, as in DataFusion. */
  function readHexNumber(start: number): Token {
    const digits = match(wordParts, start + 2) ?? ''
    return makeBytes(start, start + 2 + digits.length, digits)
  }

  function makeBytes(start: number, end: number, digits: string): Token {
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits) || end - start === 2)
      throw fail(start, 'bytes take an even number of hexadecimal digits')
    return make('bytes', start, end, digits)
  }

  function readDollarString(start: number): Token {
    const tag = match(dollarTag, start)
    if (tag === undefined) throw fail(start, 'placeholders like $1 have no value here, write the value itself')
    const close = text.indexOf(tag, start + tag.length)
    if (close === -1) throw fail(start, `the string that starts here is not closed, add ${quote(tag)}`, tag)
    return make('string', start, close + tag.length, text.slice(start + tag.length, close))
  }

  /** The offset after the mark that closes what begins at `bodyStart`; a doubled mark stands for itself. */
  function closingQuote(start: number, bodyStart: number, mark: string, escaped: boolean): number {
    for (let i = bodyStart; i < text.length; i++) {
      const c = text[i]
      if (escaped && c === '\\') i++
      else if (c === mark && text[i + 1] === mark) i++
      else if (c === mark) return i + 1
    }
    const what = mark === "'" ? 'string' : 'name'
    throw fail(start, `the ${what} that starts here is not closed, add ${mark}`, mark)
  }

  function decodeEscapes(body: string, bodyStart: number): string {
    return body.replace(escapeSequence, (all, hex?: string, u4?: string, u8?: string, octal?: string, other = '') => {
      if (all === "''") return "'"
      const digits = hex ?? u4 ?? u8
      if (digits === undefined && octal === undefined) return escapes[other] ?? other
      const code = digits === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(digits, 16)
      if (code > 0x10ffff) throw fail(bodyStart, `\\U${digits} is not a Unicode character`)
      return String.fromCodePoint(code)
    })
  }

  function match(pattern: RegExp, position: number): string | undefined {
    pattern.lastIndex = position
    return pattern.exec(text)?.[0]
  }

  function make(kind: TokenKind, start: number, end: number, value?: string, keyword = ''): Token {
    const written = text.slice(start, end)
    return { kind, text: written, value: value ?? written, keyword, start, end }
  }
}
