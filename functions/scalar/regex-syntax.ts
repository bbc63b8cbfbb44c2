// Regular expressions as SQL's users write them (the syntax of Rust's regex crate, which is Perl's without look-around)
// to JavaScript's. The differences: `.` stops at line feeds only, \d \w \b know Unicode, POSIX classes, named groups and
// inline flags are spelt differently, and JavaScript refuses needless escapes.

import { DataError } from '../errors.ts'

const wordClass = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d`
const word = `[${wordClass}]`
const boundary = `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`

/** Inside and outside of brackets. */
const classes: Readonly<Record<string, readonly [inside: string, outside: string]>> = {
  d: [String.raw`\p{Nd}`, String.raw`\p{Nd}`],
  D: [String.raw`\P{Nd}`, String.raw`\P{Nd}`],
  w: [wordClass, word],
  W: ['', `[^${wordClass}]`],
}
const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
/** Escapes that mean the same in JavaScript. */
const sameEscapes = new Set('sSnrtfv0123456789k'.split(''))
const syntaxCharacters = new Set('^$\\.*+?()[]{}|/'.split(''))

/** Characters of a pattern, and parentheses inside each other: what compiling takes grows with the square of the latter. */
const MAX_PATTERN = 10_000
const MAX_NESTING = 100

/**
 * A JavaScript regular expression for a pattern and SQL's flags: `i` ignore case, `m` lines, `s` dot matches all,
 * `x` ignore white space in the pattern; others are handed on.
 *
 * @throws {DataError} `invalid_value` with JavaScript's reason, or when the pattern is too long or nests too deep.
 */
export function sqlRegExp(pattern: string, flags: string): RegExp {
  if (pattern.length > MAX_PATTERN) throw tooLarge(pattern, `it has more than ${MAX_PATTERN} characters`)
  const inline = /^\(\?([imsxU]+)\)/.exec(pattern)
  const all = new Set(flags + (inline?.[1] ?? ''))
  const body = inline === null ? pattern : pattern.slice(inline[0].length)
  const source = new Translator(body, all.has('s'), all.has('x')).translate()
  const jsFlags = ['d', 'g', 'i', 'm', 'y'].filter((flag) => all.has(flag)).join('')
  try {
    return new RegExp(source, `${jsFlags}u`)
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: .*: /s, '')
    throw new DataError(
      'invalid_value',
      `Cannot read the regular expression ${JSON.stringify(pattern)}: ${reason.toLowerCase()}`,
      { cause: error },
    )
  }
}

const tooLarge = (pattern: string, why: string): DataError =>
  new DataError(
    'invalid_value',
    `Cannot read the regular expression ${JSON.stringify(`${pattern.slice(0, 40)}…`)}: ${why}`,
  )

class Translator {
  readonly #pattern: string
  readonly #dotAll: boolean
  readonly #verbose: boolean
  #at = 0
  #depth = 0

  constructor(pattern: string, dotAll: boolean, verbose: boolean) {
    this.#pattern = pattern
    this.#dotAll = dotAll
    this.#verbose = verbose
  }

  translate(): string {
    let source = ''
    while (this.#at < this.#pattern.length) source += this.#next()
    return source
  }

  #next(): string {
    const rest = this.#pattern
    const c = rest[this.#at] ?? ''
    switch (c) {
      case '\\':
        return this.#escape(false)
      case '[':
        return this.#brackets()
      case '.':
        this.#at++
        return this.#dotAll ? String.raw`[\s\S]` : String.raw`[^\n]`
      case ']':
      case '}':
        this.#at++
        return `\\${c}`
      case '{': {
        const repeat = /^\{\d+(?:,\d*)?\}/.exec(rest.slice(this.#at))
        this.#at += repeat === null ? 1 : repeat[0].length
        return repeat === null ? '\\{' : repeat[0]
      }
      case ')':
        this.#depth--
        break
      case '(':
        if (++this.#depth > MAX_NESTING) throw tooLarge(rest, `it nests deeper than ${MAX_NESTING} levels`)
        this.#at += rest.startsWith('(?P<', this.#at) ? 4 : 1
        return rest.startsWith('(?P<', this.#at - 4) && this.#at >= 4 ? '(?<' : '('
    }
    if (this.#verbose && /\s/.test(c)) {
      this.#at++
      return ''
    }
    if (this.#verbose && c === '#') {
      const end = rest.indexOf('\n', this.#at)
      this.#at = end === -1 ? rest.length : end + 1
      return ''
    }
    this.#at++
    return c
  }

  #escape(inside: boolean): string {
    const c = this.#pattern[this.#at + 1]
    this.#at += 2
    if (c === undefined) return '\\'
    const same = classes[c]
    if (same !== undefined) return (inside ? same[0] : same[1]) || `\\${c}`
    if (!inside && c === 'b') return boundary
    if (!inside && c === 'B') return `(?!${boundary})`
    if (!inside && c === 'A') return '(?<![\\s\\S])'
    if (!inside && c === 'z') return '(?![\\s\\S])'
    if (c === 'p' || c === 'P') return this.#property(c)
    if (c === 'a') return '\\x07'
    if (c === 'x' || c === 'u') return this.#codePoint(c)
    if (sameEscapes.has(c) || syntaxCharacters.has(c) || (inside && c === '-')) return `\\${c}`
    return c
  }

  /** `\x41`, `\x{1F44D}` and `\u{1F44D}`. */
  #codePoint(letter: string): string {
    const braced = /^\{[0-9a-fA-F]{1,6}\}/.exec(this.#pattern.slice(this.#at))
    if (braced === null) return `\\${letter}`
    this.#at += braced[0].length
    return `\\u${braced[0]}`
  }

  /** `\pL`, `\p{L}` and `\p{Greek}`, which JavaScript spells `\p{Script=Greek}`. */
  #property(letter: string): string {
    const match = /^(?:\{([\w=^]+)\}|(\w))/.exec(this.#pattern.slice(this.#at))
    if (match === null) return letter
    this.#at += match[0].length
    const name = match[1] ?? match[2] ?? ''
    return [name, `Script=${name}`].map((n) => `\\${letter}{${n}}`).find(isProperty) ?? `\\${letter}{${name}}`
  }

  #brackets(): string {
    let source = '['
    this.#at++
    if (this.#pattern[this.#at] === '^') {
      source += '^'
      this.#at++
    }
    if (this.#pattern[this.#at] === ']') {
      source += '\\]'
      this.#at++
    }
    while (this.#at < this.#pattern.length) {
      const c = this.#pattern[this.#at] ?? ''
      if (c === '\\') source += this.#escape(true)
      else if (c === '[') source += this.#posixClass()
      else {
        source += c
        this.#at++
        if (c === ']') return source
      }
    }
    return source
  }

  #posixClass(): string {
    const match = /^\[:(\^?)(\w+):\]/.exec(this.#pattern.slice(this.#at))
    const members = posix[match?.[2] ?? '']
    if (match === null || members === undefined || match[1] === '^') {
      this.#at++
      return '\\['
    }
    this.#at += match[0].length
    return members
  }
}

function isProperty(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}

/** How many groups an expression captures. */
export const groupCount = (expression: RegExp): number =>
  (new RegExp(`${expression.source}|`, expression.flags.replace(/[gy]/g, '')).exec('')?.length ?? 1) - 1

/** A replacement in Rust's words (`$1`, `${name}`, `\1`, `$$`) in JavaScript's; groups that are not there give nothing. */
export function replacementText(replacement: string, expression: RegExp): string {
  if (!/[$\\]/.test(replacement)) return replacement
  const groups = groupCount(expression)
  const group = (name: string): string => {
    if (!/^\d+$/.test(name)) return expression.source.includes(`(?<${name}>`) ? `$<${name}>` : ''
    if (Number(name) === 0) return '$&'
    return Number(name) <= Math.min(99, groups) ? `$${name.padStart(2, '0')}` : ''
  }
  return replacement.replace(
    /\\(\d+)|\$\$|\$\{(\w+)\}|\$(\w+)|\$/g,
    (_whole, back?: string, braced?: string, bare?: string) => {
      const name = back ?? braced ?? bare
      return name === undefined ? '$$' : group(name)
    },
  )
}
