// Literal tokens to literal nodes: numbers, strings, bytes, and the typed ones (DATE '…', TIMESTAMP '…', TIME '…',
// INTERVAL '…'), whose text is checked here so that the error points at it.

import { isIntervalUnit, parseInterval } from '../cast/interval.ts'
import { parseDate, parseTime, parseTimestamp } from '../cast/temporal-text.ts'
import { literal } from '../expr/literal.ts'
import type { ExprNode, LiteralNode } from '../expr/node.ts'
import { type DataType, date32, float64, int64, interval, time64, timestamp, uint64, utf8 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import type { Token } from './lexer.ts'
import type { Parser } from './parser.ts'
import { quote } from './syntax-error.ts'

/** Whole numbers are Int64, beyond UInt64, beyond Float64; with `.` or `e` Float64. */
export function numberLiteral(parser: Parser, token: Token, negative = false): LiteralNode {
  const text = negative ? `-${token.text}` : token.text
  if (/^-?\d{1,40}$/.test(text)) {
    const value = BigInt(text)
    if (BigInt.asIntN(64, value) === value) return parser.node(literal(value, int64))
    if (BigInt.asUintN(64, value) === value) return parser.node(literal(value, uint64))
  }
  return parser.node(literal(Number(text), float64))
}

export function textLiteral(parser: Parser, text: string): LiteralNode {
  return parser.node(literal(text, utf8))
}

export function integerLiteral(parser: Parser, value: bigint): LiteralNode {
  return parser.node(literal(value, int64))
}

export function bytesLiteral(parser: Parser, token: Token): LiteralNode {
  const bytes = new Uint8Array(token.value.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(token.value.slice(2 * i, 2 * i + 2), 16)
  return parser.node(literal(bytes))
}

/** Parses a typed literal when one comes next: a type's word and a string (an INTERVAL takes a number too). */
export function acceptTypedLiteral(parser: Parser): ExprNode | undefined {
  switch (parser.peek().keyword) {
    case 'DATE':
      return atText(parser, 1) ? dateLiteral(parser) : undefined
    case 'TIME':
      return atText(parser, 1) ? timeLiteral(parser) : undefined
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return acceptTimestamp(parser)
    case 'INTERVAL':
      return acceptInterval(parser)
    default:
      return undefined
  }
}

const atText = (parser: Parser, ahead: number): boolean => parser.peek(ahead).kind === 'string'

/** No date or interval is longer; the patterns that read them need not be linear. */
const maxTemporalLength = 200

/** The string after a type's word. */
function nextText(parser: Parser): Token {
  const token = parser.next()
  if (token.value.length > maxTemporalLength)
    throw parser.fail(`${quote(token.value)} is too long for a date, time or interval`, token.start)
  return token
}

function dateLiteral(parser: Parser): ExprNode {
  parser.next()
  const token = nextText(parser)
  const days = parseDate(token.value)
  if (days === undefined) throw badText(parser, token, 'a date, write it like 2024-01-31')
  return parser.node(literal(days, date32))
}

function timeLiteral(parser: Parser): ExprNode {
  parser.next()
  const token = nextText(parser)
  const nanos = parseTime(token.value)
  if (nanos === undefined) throw badText(parser, token, 'a time of day, write it like 12:34:56')
  return parser.node(literal(nanos, time64('ns')))
}

function acceptTimestamp(parser: Parser): ExprNode | undefined {
  const start = parser.index
  const short = parser.next().keyword === 'TIMESTAMPTZ'
  const zoned = parser.acceptWords('WITH', 'TIME', 'ZONE') || short
  if (!zoned) parser.acceptWords('WITHOUT', 'TIME', 'ZONE')
  if (!atText(parser, 0)) {
    parser.rewind(start)
    return undefined
  }
  const token = nextText(parser)
  const type = zoned ? timestamp('ns', '+00:00') : timestamp('ns')
  const nanos = parseTimestamp(token.value, 'ns')
  if (nanos === undefined) throw badText(parser, token, 'a timestamp, write it like 2024-01-31 12:34:56')
  return parser.node(literal(nanos, type))
}

function acceptInterval(parser: Parser): ExprNode | undefined {
  const isNumber = parser.peek(1).kind === 'number'
  if (!atText(parser, 1) && !isNumber) return undefined
  parser.next()
  const token = nextText(parser)
  // `interval '5 day 1' hour`: the unit behind the string is that of its last number.
  const takesUnit = isNumber || /(?:^|[\s+-])[\d.]+\s*$/.test(token.value)
  const unit = takesUnit && isIntervalUnit(parser.peek().keyword) ? parser.next().keyword : undefined
  if (isNumber && unit === undefined) throw parser.expected('a unit of time', ['day', 'hour', 'month'])
  if (parser.atWord('TO')) throw parser.notImplemented("intervals are written in one string, like '1 day 2 hours'")
  const value = parseInterval(token.value, unit)
  if (value === undefined) throw badText(parser, token, 'an interval, write it like 1 day 2 hours')
  return parser.node(typedLiteral(interval('month_day_nano'), value))
}

const typedLiteral = (type: DataType, value: Value): LiteralNode => ({ kind: 'literal', type, value })

const badText = (parser: Parser, token: Token, what: string) =>
  parser.fail(`${quote(token.value)} is not ${what}`, token.start)
