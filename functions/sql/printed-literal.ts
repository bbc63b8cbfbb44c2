// Literals as expressions print them: `Int64(1)`, `Utf8("a")`, `Timestamp(ms, "UTC")(0)`. So the text of an expression can
// be read again. The names are Arrow's, in their own case; functions of such a name that were registered take precedence.

import { literal } from '../expr/literal.ts'
import type { LiteralNode } from '../expr/node.ts'
import { type DataType, type DecimalType, displayNames, displayType, isFloat, isInteger } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import type { Token } from './lexer.ts'
import type { Parser } from './parser.ts'
import { parseSqlType } from './type-name.ts'

/** The words of types whose parameters stand in parentheses of their own, before those of the value. */
const parametric = new Set('Decimal128 Timestamp Time32 Time64 Duration Interval List Struct Map Dictionary'.split(' '))
const simple = new Set(Object.values(displayNames))

/** What may stand between the parentheses of a type. */
const inTypes = new Set(['(', ')', '<', '>', ',', ':', '-'])

/** Parses a printed literal when one comes next. */
export function acceptPrintedLiteral(parser: Parser): LiteralNode | undefined {
  const name = parser.peek().text
  const isPrinted = simple.has(name)
    ? parser.atOperator('(', 1) && (parser.options.functions?.lookup(name).length ?? 0) === 0
    : parametric.has(name) && atSecondParenthesis(parser)
  if (!isPrinted) return undefined
  const type = parseSqlType(parser)
  const opening = parser.next()
  const { start } = parser.peek()
  const value = parseValue(parser, type)
  if (value === undefined) throw parser.fail(`this is no value of ${displayType(type)}`, start)
  parser.expectClosing(')', opening)
  return parser.node({ kind: 'literal', type, value })
}

/** Whether the parenthesis that follows the next token is closed, and another opens there: nothing else is written so. */
function atSecondParenthesis(parser: Parser): boolean {
  let depth = 0
  for (let ahead = 1; ; ahead++) {
    const { kind, text } = parser.peek(ahead)
    if (kind === 'end' || (kind === 'operator' && !inTypes.has(text))) return false
    depth += kind !== 'operator' ? 0 : text === '(' ? 1 : text === ')' ? -1 : 0
    if (depth === 0) return ahead > 1 && parser.atOperator('(', ahead + 1)
  }
}

const floats: Readonly<Record<string, number>> = { NaN: Number.NaN, inf: Number.POSITIVE_INFINITY }

/** Parses the value between the parentheses; undefined for what is no value of the type. */
function parseValue(parser: Parser, type: DataType): Value | undefined {
  const sign = parser.acceptOperator('-') ? '-' : ''
  const token = parser.next()
  if (token.keyword === 'NULL' && sign === '') return null
  if (token.kind === 'quoted') return sign === '' ? quotedValue(token.value, type) : undefined
  if (type.kind === 'bool' && /^(?:true|false)$/.test(token.text)) return token.text === 'true'
  if (isFloat(type)) {
    const value = token.kind === 'number' ? Number(token.text) : floats[token.text]
    return value === undefined ? undefined : literal(sign === '-' ? -value : value, type).value
  }
  if (token.kind !== 'number') return undefined
  if (type.kind === 'decimal128') return unscaled(token, sign, type)
  const takesWhole = isInteger(type) || ['date32', 'timestamp', 'time32', 'time64', 'duration'].includes(type.kind)
  if (!takesWhole || !/^\d{1,20}$/.test(token.text)) return undefined
  const whole = BigInt(`${sign}${token.text}`)
  return literal(type.kind === 'date32' ? Number(whole) : whole, type).value
}

function quotedValue(text: string, type: DataType): Value | undefined {
  if (type.kind === 'utf8') return text
  const isBytes = type.kind === 'binary' && /^(?:[0-9a-f]{2})*$/.test(text)
  return isBytes ? Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)) : undefined
}

/** The digits of `123.45` for a scale of 2; undefined where it has others than the type. */
function unscaled({ text }: Token, sign: string, { precision, scale }: DecimalType): Value | undefined {
  const [, whole = '', fraction = ''] = /^(\d{1,80})(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === '' || fraction.length !== Math.max(scale, 0)) return undefined
  const value = BigInt(`${sign}${whole}${fraction}`)
  const unit = 10n ** BigInt(Math.max(-scale, 0))
  const digits = value / unit
  return value % unit === 0n && digits < 10n ** BigInt(precision) && -digits < 10n ** BigInt(precision)
    ? digits
    : undefined
}
