// LIKE and regular expressions: patterns become JavaScript regular expressions, compiled once when they are constant.

import { type Argument, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { exactly, text } from '../contract/signature.ts'
import { likeColumn } from '../kernels/match.ts'
import { bool } from '../types/type.ts'
import { sqlRegExp } from './regex-syntax.ts'

/** The regular expression of a LIKE pattern: `%` any text, `_` one character, `\` escapes. */
export function likePattern(pattern: string, caseInsensitive: boolean): RegExp {
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? ''
    if (c === '%') source += '.*'
    else if (c === '_') source += '.'
    else if (c === '\\' && i + 1 < pattern.length) source += RegExp.escape(pattern[++i] ?? '')
    else source += c === '\\' ? '\\\\' : isLeadSurrogate(c) ? c : RegExp.escape(c)
  }
  return new RegExp(`^${source}$`, caseInsensitive ? 'isu' : 'su')
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
