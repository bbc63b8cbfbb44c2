// LIKE and regular expressions: patterns become JavaScript regular expressions, compiled once when they are constant.

import { type Argument, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { exactly, text } from '../contract/signature.ts'
import { DataError } from '../errors.ts'
import { likeColumn } from '../kernels/match.ts'
import { bool } from '../types/type.ts'
import { sqlRegExp } from './regex-syntax.ts'

const MAX_LIKE = 4096

/**
 * The regular expression of a LIKE pattern: `%` any text, `_` one character, `\` escapes. What follows a `%` is looked for
 * from left to right and never again: the first place is as good as any, and looking for others could take for ever.
 */
export function likePattern(pattern: string, caseInsensitive: boolean): RegExp {
  if (pattern.length > MAX_LIKE) {
    const shown = `${pattern.slice(0, 40)}…`
    throw new DataError('invalid_value', `Cannot match the pattern "${shown}": it has more than ${MAX_LIKE} characters`)
  }
  const [first = '', ...others] = likePieces(pattern)
  const last = others.pop()
  const between = others.map((piece, i) => `(?=(.*?${piece}))\\${i + 1}`).join('')
  const end = last === undefined ? '' : `.*${last}`
  return new RegExp(`^${first}${between}${end}$`, caseInsensitive ? 'isu' : 'su')
}

/** What stands between the `%` of a pattern, as regular expressions. */
function likePieces(pattern: string): readonly string[] {
  const pieces = ['']
  const add = (source: string): void => {
    pieces[pieces.length - 1] += source
  }
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? ''
    if (c === '%') pieces.push('')
    else if (c === '_') add('.')
    else if (c === '\\' && i + 1 < pattern.length) add(RegExp.escape(pattern[++i] ?? ''))
    else add(c === '\\' ? '\\\\' : isLeadSurrogate(c) ? c : RegExp.escape(c))
  }
  // Runs of % are one.
  return pieces.filter((piece, i) => piece !== '' || i === 0 || i === pieces.length - 1)
}

/** Half of a pair must not be escaped alone: the pair is copied as it is. */
const isLeadSurrogate = (c: string): boolean => c >= '\ud800' && c <= '\udfff'

/** Compiles a constant pattern once; a varying one is compiled per distinct text. */
function matcher(pattern: Argument | undefined, compile: (pattern: string) => RegExp, negated = false): ScalarKernel {
  if (typeof pattern?.literal === 'string') {
    const constant = compile(pattern.literal)
    return { total: true, row: (value: string) => constant.test(value) !== negated }
  }
  let lastText: string | undefined
  let last = /(?:)/
  return {
    row: (value: string, patternText: string) => {
      if (patternText !== lastText) {
        last = compile(patternText)
        lastText = patternText
      }
      return last.test(value) !== negated
    },
  }
}

const like = (name: 'LIKE' | 'ILIKE') =>
  scalarFunction({
    name,
    family: 'regex',
    usage: `text ${name} pattern`,
    summary: `Whether the text matches a pattern of % and _${name === 'ILIKE' ? ', ignoring case' : ''}`,
    examples: [[`'hello' ${name} 'h%o'`, 'true']],
    signature: exactly([text, text]),
    returns: bool,
    kernel: (args) => {
      const kernel = matcher(args[1], (pattern) => likePattern(pattern, name === 'ILIKE'))
      const pattern = args[1]?.literal
      const columns = name === 'LIKE' && typeof pattern === 'string' ? likeColumn(pattern) : undefined
      return columns === undefined ? kernel : { ...kernel, columns }
    },
  })

const regexOperator = (name: '~' | '~*' | '!~' | '!~*') =>
  scalarFunction({
    name,
    family: 'regex',
    usage: `text ${name} pattern`,
    summary: `Whether the text ${name.startsWith('!') ? 'does not match' : 'matches'} a regular expression${name.endsWith('*') ? ', ignoring case' : ''}`,
    examples: [[`'hello' ${name} 'L+'`, String(name === '~*' || name === '!~')]],
    signature: exactly([text, text]),
    returns: bool,
    kernel: (args) =>
      matcher(args[1], (pattern) => sqlRegExp(pattern, name.endsWith('*') ? 'i' : ''), name.startsWith('!')),
  })

export const patternFunctions = [
  like('LIKE'),
  like('ILIKE'),
  regexOperator('~'),
  regexOperator('~*'),
  regexOperator('!~'),
  regexOperator('!~*'),
]
