// Literals as expressions print them: `Int64(1)`, `Utf8("a")`, `Float64(1.5)`. So the text of an expression can be read
// again. The names are Arrow's, in their own case; functions of such a name that were registered take precedence.

import { literal } from '../expr/literal.ts'
import type { LiteralNode } from '../expr/node.ts'
import { bool, type DataType, displayNames, isFloat, isInteger, type SimpleType } from '../types/type.ts'
import type { Parser } from './parser.ts'

const types: ReadonlyMap<string, DataType> = new Map(
  Object.entries(displayNames).map(([kind, name]) => [name, Object.freeze({ kind: kind as SimpleType['kind'] })]),
)

const floats: Readonly<Record<string, number>> = { NaN: Number.NaN, inf: Number.POSITIVE_INFINITY }

/** Parses a printed literal when one comes next. */
export function acceptPrintedLiteral(parser: Parser): LiteralNode | undefined {
  const name = parser.peek().text
  const type = types.get(name)
  if (type === undefined || !parser.atOperator('(', 1) || (parser.options.functions?.lookup(name).length ?? 0) > 0) {
    return undefined
  }
  const start = parser.index
  parser.next()
  const opening = parser.next()
  const node = contentOf(parser, type)
  if (node === undefined || !parser.atOperator(')')) {
    parser.rewind(start)
    return undefined
  }
  parser.expectClosing(')', opening)
  return parser.node(node)
}

/** Whether the next is a list in brackets that an expression printed: one of its items is a printed literal. */
export function atPrintedList(parser: Parser): boolean {
  if (!parser.atOperator('[')) return false
  for (let ahead = 1, depth = 1; depth > 0; ahead++) {
    const token = parser.peek(ahead)
    if (token.kind === 'end') return false
    if (types.has(token.text) && parser.atOperator('(', ahead + 1)) return true
    depth += token.text === '[' ? 1 : token.text === ']' ? -1 : 0
  }
  return false
}

function contentOf(parser: Parser, type: DataType): LiteralNode | undefined {
  const negative = parser.acceptOperator('-')
  const token = parser.next()
  const sign = negative ? '-' : ''
  if (type.kind === 'utf8') return token.kind === 'quoted' && !negative ? literal(token.value, type) : undefined
  if (type.kind === 'bool')
    return /^(?:true|false)$/.test(token.text) ? literal(token.text === 'true', bool) : undefined
  if (isFloat(type)) {
    const value = token.kind === 'number' ? Number(token.text) : floats[token.text]
    return value === undefined ? undefined : literal(negative ? -value : value, type)
  }
  const isWhole = token.kind === 'number' && /^\d{1,20}$/.test(token.text)
  if (!isWhole || !(isInteger(type) || type.kind === 'date32')) return undefined
  return literal(isInteger(type) ? BigInt(`${sign}${token.text}`) : Number(`${sign}${token.text}`), type)
}
