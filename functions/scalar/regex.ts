// The functions with regular expressions. Constant patterns are compiled once, varying ones per distinct text.

import { type Argument, type ScalarFunction, type ScalarKernel, scalarFunction } from '../contract/scalar.ts'
import { count, exactly, type Signature, text } from '../contract/signature.ts'
import { DataError, PlanError } from '../errors.ts'
import { bool, int64, list, utf8 } from '../types/type.ts'
import { replacementText, sqlRegExp } from './regex-syntax.ts'
import { charactersBefore, unitOf } from './text.ts'

/** Compiles a pattern with flags, remembering the last one. */
function compiler(name: string, always: string, allowed: string): (pattern: string, flags: string) => RegExp {
  let lastPattern: string | undefined
  let lastFlags: string | undefined
  let last = /(?:)/
  return (pattern, flags) => {
    if (pattern === lastPattern && flags === lastFlags) return last
    for (const flag of flags) {
      if (!allowed.includes(flag))
        throw new DataError(
          'invalid_value',
          `Function "${name}" takes the flags ${allowed}, got ${JSON.stringify(flag)}`,
        )
    }
    last = sqlRegExp(pattern, flags + always)
    lastPattern = pattern
    lastFlags = flags
    return last
  }
}

/** Checks constant patterns and flags when the expression is planned. */
function checkConstants(
  args: readonly Argument[],
  pattern: number,
  flags: number,
  compile: (p: string, f: string) => RegExp,
): void {
  const [p, f] = [args[pattern]?.literal, args[flags]?.literal]
  if (typeof p !== 'string' || (args[flags] !== undefined && typeof f !== 'string')) return
  try {
    compile(p, typeof f === 'string' ? f : '')
  } catch (error) {
    throw new PlanError('invalid_argument', (error as Error).message, { cause: error })
  }
}

interface RegexEntry {
  readonly name: string
  readonly usage: string
  readonly summary: string
  readonly examples: ScalarFunction['examples']
  readonly signature: Signature
  readonly returns: ScalarFunction['returns']
  /** Flags that are always set, and those that may be given. */
  readonly flags: readonly [always: string, allowed: string]
  /** Which argument holds the flags. */
  readonly flagsAt: number
  /** It takes positions, which may be out of range. */
  readonly counts?: boolean
  readonly nulls?: 'call'
  readonly givesNull?: boolean
  readonly kernel: (compile: (pattern: string, flags: string) => RegExp) => ScalarKernel['row']
}

const regexFunction = ({ flags, flagsAt, counts = false, kernel, ...entry }: RegexEntry): ScalarFunction =>
  scalarFunction({
    family: 'regex',
    ...entry,
    returns: (args) => {
      checkConstants(args, 1, flagsAt, compiler(entry.name, flags[0], flags[1]))
      return typeof entry.returns === 'function' ? entry.returns(args) : entry.returns
    },
    kernel: (args) => {
      // A constant pattern was compiled when the call was planned: it cannot fail any more.
      const total =
        typeof args[1]?.literal === 'string' && (args[flagsAt] === undefined || args[flagsAt].literal !== undefined)
      return { row: kernel(compiler(entry.name, flags[0], flags[1])), total: total && !counts }
    },
  })

/** The nth match from a character position on. */
function nthMatch(value: string, expression: RegExp, start: number, nth: number): RegExpExecArray | null {
  expression.lastIndex = unitOf(value, start - 1)
  for (let i = 1; ; i++) {
    const match = expression.exec(value)
    if (match === null || i === nth) return match
    if (match[0] === '') expression.lastIndex++
  }
}

export const regexFunctions = [
  regexFunction({
    name: 'regexp_like',
    usage: 'regexp_like(text, pattern[, flags])',
    summary: 'Whether a regular expression matches anywhere in the text',
    examples: [
      ["regexp_like('hello', 'l+')", 'true'],
      ["regexp_like('hello', 'L+', 'i')", 'true'],
    ],
    signature: exactly([text, text, text], 1),
    returns: bool,
    flags: ['', 'imsxU'],
    flagsAt: 2,
    kernel:
      (compile) =>
      (value: string, pattern: string, flags = '') =>
        compile(pattern, flags).test(value),
  }),
  regexFunction({
    name: 'regexp_match',
    usage: 'regexp_match(text, pattern[, flags])',
    summary: 'The groups of the first match as a list, the whole match when there are no groups; null without a match',
    examples: [["regexp_match('a=1', '([a-z])=([0-9])')", "['a', '1']"]],
    signature: exactly([text, text, text], 1),
    returns: list(utf8),
    flags: ['', 'imsxU'],
    flagsAt: 2,
    givesNull: true,
    kernel:
      (compile) =>
      (value: string, pattern: string, flags = '') => {
        const match = compile(pattern, flags).exec(value)
        if (match === null) return null
        return match.length === 1 ? [match[0]] : match.slice(1).map((group) => group ?? null)
      },
  }),
  regexFunction({
    name: 'regexp_replace',
    usage: 'regexp_replace(text, pattern, replacement[, flags])',
    summary: 'The text with the first match replaced, every match with the flag g; \\1 or $1 stands for a group',
    examples: [
      ["regexp_replace('banana', 'a', 'o')", "'bonana'"],
      ["regexp_replace('banana', '(a)n', '<\\1>', 'g')", "'b<a><a>a'"],
    ],
    signature: exactly([text, text, text, text], 1),
    returns: utf8,
    flags: ['', 'gimsxU'],
    flagsAt: 3,
    kernel: (compile) => {
      let lastExpression: RegExp | undefined
      let lastReplacement: string | undefined
      let translated = ''
      return (value: string, pattern: string, replacement: string, flags = '') => {
        const expression = compile(pattern, flags)
        if (expression !== lastExpression || replacement !== lastReplacement) {
          translated = replacementText(replacement, expression)
          lastExpression = expression
          lastReplacement = replacement
        }
        return value.replace(expression, translated)
      }
    },
  }),
  regexFunction({
    name: 'regexp_count',
    usage: 'regexp_count(text, pattern[, start[, flags]])',
    summary: 'How many times a regular expression matches from a position (from 1) on; 0 for a null text',
    examples: [["regexp_count('banana', 'an')", '2']],
    signature: exactly([text, text, count, text], 2),
    returns: int64,
    flags: ['g', 'imsxU'],
    flagsAt: 3,
    counts: true,
    nulls: 'call',
    givesNull: false,
    kernel:
      (compile) =>
      (value: string | null, pattern: string | null, start: number | null = 1, flags = '') => {
        if (value === null || pattern === null || start === null) return 0n
        checkStart('regexp_count', start)
        const expression = compile(pattern, flags ?? '')
        const from = unitOf(value, start - 1)
        return BigInt((from === 0 ? value : value.slice(from)).match(expression)?.length ?? 0)
      },
  }),
  regexFunction({
    name: 'regexp_instr',
    usage: 'regexp_instr(text, pattern[, start[, nth[, flags[, group]]]])',
    summary: 'The position (from 1) of the nth match, or of a group in it; 0 when there is none',
    examples: [["regexp_instr('banana', 'an', 1, 2)", '4']],
    signature: exactly([text, text, count, count, text, count], 4),
    returns: int64,
    flags: ['gd', 'imsxU'],
    flagsAt: 4,
    counts: true,
    kernel:
      (compile) =>
      (value: string, pattern: string, start = 1, nth = 1, flags = '', group = 0) => {
        checkStart('regexp_instr', start)
        const match = nthMatch(value, compile(pattern, flags), start, nth)
        const unit = match?.indices?.[group]?.[0]
        return unit === undefined ? 0n : BigInt(charactersBefore(value, unit) + 1)
      },
  }),
]

function checkStart(name: string, start: number): void {
  if (start < 1) throw new DataError('invalid_value', `Function "${name}" takes a start from 1, got ${start}`)
}
