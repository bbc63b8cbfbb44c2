// The forms with a grammar of their own: CASE, CAST, EXTRACT, SUBSTRING … FROM, arrays, structs and maps in brackets. Each
// becomes the node that the plain spelling gives.

import type { ExprNode } from '../expr/node.ts'
import { continueCall } from './calls.ts'
import type { Token } from './lexer.ts'
import { integerLiteral, textLiteral } from './literals.ts'
import { resolveFunction } from './names.ts'
import { precedence } from './operators.ts'
import type { Reader } from './reader.ts'
import { readType } from './type-name.ts'

/** Reads a form that a keyword announces, when one comes next. */
export function acceptSpecialForm(reader: Reader): ExprNode | undefined {
  const token = reader.peek()
  if (token.keyword === 'CASE') return readCase(reader)
  if (token.keyword === 'ARRAY' && reader.atOperator('[', 1)) {
    reader.next()
    return readArray(reader)
  }
  if (token.keyword === 'MAP' && reader.atOperator('{', 1)) {
    reader.next()
    return readMap(reader, token)
  }
  const read = forms[token.keyword]
  if (read === undefined || !reader.atOperator('(', 1) || reader.atOperator(')', 2)) return undefined
  reader.next()
  const opening = reader.next()
  const result = read(reader, token)
  if ('first' in result) return continueCall(reader, token, opening, result.first)
  reader.expectClosing(')', opening)
  return result
}

/** It was a plain call after all, whose first argument is read. Reading it again would take time without bound. */
interface PlainCall {
  readonly first: ExprNode
}

/** What stands between the parentheses of each form. */
const forms: Readonly<Record<string, (reader: Reader, token: Token) => ExprNode | PlainCall>> = {
  CAST: (reader) => readCast(reader, false),
  TRY_CAST: (reader) => readCast(reader, true),
  EXTRACT: readExtract,
  POSITION: readPosition,
  SUBSTRING: readSubstring,
  TRIM: readTrim,
  OVERLAY: readOverlay,
  CEIL: refuseRounding,
  FLOOR: refuseRounding,
}

/** A call of the built-in `name`, as if the text had spelt it so. */
export function callBuiltIn(reader: Reader, token: Token, name: string, args: readonly ExprNode[]): ExprNode {
  const found = resolveFunction(reader, token, name)
  const canonical = found.kind === 'udf' ? name : found.name
  return reader.node({ kind: 'call', name: canonical, args: Object.freeze(args) })
}

function readCase(reader: Reader): ExprNode {
  reader.next()
  const operand = reader.atWord('WHEN') ? undefined : reader.expr()
  const whens: ExprNode[] = []
  const thens: ExprNode[] = []
  while (reader.acceptWords('WHEN')) {
    whens.push(reader.expr())
    reader.expectWords('THEN')
    thens.push(reader.expr())
  }
  if (whens.length === 0) throw reader.expected('WHEN')
  const otherwise = reader.acceptWords('ELSE') ? reader.expr() : undefined
  if (!reader.acceptWords('END'))
    throw reader.expected(otherwise === undefined ? 'WHEN, ELSE or END' : 'END', ['WHEN', 'ELSE', 'END'])
  return reader.node({
    kind: 'case',
    ...(operand === undefined ? {} : { operand }),
    whens: Object.freeze(whens),
    thens: Object.freeze(thens),
    ...(otherwise === undefined ? {} : { otherwise }),
  })
}

function readCast(reader: Reader, safe: boolean): ExprNode {
  const input = reader.expr()
  reader.expectWords('AS')
  return reader.node({ kind: 'cast', input, to: readType(reader), safe })
}

/** `EXTRACT(year FROM d)` is `date_part('year', d)`. */
function readExtract(reader: Reader, token: Token): ExprNode {
  const isText = reader.peek().kind === 'string'
  if (!isText && !reader.atName()) throw reader.expected('a part of a date', ['year', 'month', 'day', 'hour'])
  const part = reader.next().value
  reader.expectWords('FROM')
  const input = reader.expr()
  return callBuiltIn(reader, token, 'date_part', [textLiteral(reader, part.toLowerCase()), input])
}

/** `POSITION(part IN text)` is `strpos(text, part)`. */
function readPosition(reader: Reader, token: Token): ExprNode | PlainCall {
  const part = reader.expr(precedence.comparison)
  if (!reader.acceptWords('IN')) return { first: part }
  return callBuiltIn(reader, token, 'strpos', [reader.expr(), part])
}

/** `SUBSTRING(s FROM a FOR b)` is `substr(s, a, b)`. */
function readSubstring(reader: Reader, token: Token): ExprNode | PlainCall {
  const input = reader.expr()
  if (!reader.atWord('FROM') && !reader.atWord('FOR')) return { first: input }
  const start = reader.acceptWords('FROM') ? reader.expr() : integerLiteral(reader, 1n)
  const length = reader.acceptWords('FOR') ? [reader.expr()] : []
  return callBuiltIn(reader, token, 'substr', [input, start, ...length])
}

/** `TRIM(LEADING chars FROM s)` is `ltrim(s, chars)`; BOTH is `btrim`, TRAILING `rtrim`. */
function readTrim(reader: Reader, token: Token): ExprNode | PlainCall {
  const names = { BOTH: 'btrim', LEADING: 'ltrim', TRAILING: 'rtrim' } as const
  const side = (['BOTH', 'LEADING', 'TRAILING'] as const).find(
    (word) => reader.atWord(word) && !reader.atOperator(')', 1) && !reader.atOperator(',', 1),
  )
  if (side !== undefined) reader.next()
  const name = names[side ?? 'BOTH']
  if (side !== undefined && reader.acceptWords('FROM')) return callBuiltIn(reader, token, name, [reader.expr()])
  const first = reader.expr()
  if (reader.acceptWords('FROM')) return callBuiltIn(reader, token, name, [reader.expr(), first])
  return side === undefined ? { first } : callBuiltIn(reader, token, name, [first])
}

/** `OVERLAY(s PLACING r FROM a FOR b)` is `overlay(s, r, a, b)`. */
function readOverlay(reader: Reader, token: Token): ExprNode | PlainCall {
  const input = reader.expr()
  if (!reader.acceptWords('PLACING')) return { first: input }
  const replacement = reader.expr()
  reader.expectWords('FROM')
  const start = reader.expr()
  const length = reader.acceptWords('FOR') ? [reader.expr()] : []
  return callBuiltIn(reader, token, 'overlay', [input, replacement, start, ...length])
}

/** `CEIL(x TO day)` means something in other dialects only. */
function refuseRounding(reader: Reader, token: Token): PlainCall {
  const first = reader.expr()
  if (reader.atWord('TO'))
    throw reader.notImplemented(`${token.keyword} of a date is not supported, use date_trunc('day', …)`)
  return { first }
}

/** `[a, b]` is `make_array(a, b)`. */
export function readArray(reader: Reader): ExprNode {
  const opening = reader.next()
  const items = reader.atOperator(']') ? [] : reader.list(() => reader.expr())
  reader.expectClosing(']', opening)
  return callBuiltIn(reader, opening, 'make_array', items)
}

/** `{'a': 1, b: 2}` is `named_struct('a', 1, 'b', 2)`. */
export function readStruct(reader: Reader): ExprNode {
  const { opening, entries } = readEntries(reader, () => {
    if (reader.peek().kind !== 'string' && !reader.atName()) throw reader.expected("a field's name")
    return textLiteral(reader, reader.next().value)
  })
  return callBuiltIn(reader, opening, 'named_struct', entries.flat())
}

/** `MAP {k: v}` is `map(make_array(k), make_array(v))`. */
function readMap(reader: Reader, token: Token): ExprNode {
  const { entries } = readEntries(reader, () => reader.expr())
  const keys = callBuiltIn(
    reader,
    token,
    'make_array',
    entries.map(([key]) => key),
  )
  const values = callBuiltIn(
    reader,
    token,
    'make_array',
    entries.map(([, value]) => value),
  )
  return callBuiltIn(reader, token, 'map', [keys, values])
}

function readEntries(reader: Reader, readKey: () => ExprNode) {
  const opening = reader.next()
  const readEntry = (): readonly [ExprNode, ExprNode] => {
    const key = readKey()
    reader.expectOperator(':')
    return [key, reader.expr()]
  }
  const entries = reader.atOperator('}') ? [] : reader.list(readEntry)
  reader.expectClosing('}', opening)
  return { opening, entries }
}
