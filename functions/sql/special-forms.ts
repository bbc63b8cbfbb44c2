// The forms with a grammar of their own: CASE, CAST, EXTRACT, SUBSTRING … FROM, arrays, structs and maps in brackets. Each
// becomes the node that the plain spelling gives.

import type { ExprNode } from '../expr/node.ts'
import { precedence } from '../expr/precedence.ts'
import { continueCall } from './calls.ts'
import type { Token } from './lexer.ts'
import { integerLiteral, textLiteral } from './literals.ts'
import { resolveFunctions } from './names.ts'
import type { Parser } from './parser.ts'
import { parseSqlType } from './type-name.ts'

/** Parses a form that a keyword announces, when one comes next. */
export function acceptSpecialForm(parser: Parser): ExprNode | undefined {
  const token = parser.peek()
  if (token.keyword === 'CASE') return parseCase(parser)
  if (token.keyword === 'ARRAY' && parser.atOperator('[', 1)) {
    parser.next()
    return parseArray(parser)
  }
  if (token.keyword === 'MAP' && parser.atOperator('{', 1)) {
    parser.next()
    return parseMap(parser, token)
  }
  const parse = forms[token.keyword]
  if (parse === undefined || !parser.atOperator('(', 1) || parser.atOperator(')', 2)) return undefined
  parser.next()
  const opening = parser.next()
  const result = parse(parser, token)
  if ('first' in result) return continueCall(parser, token, opening, result.first)
  parser.expectClosing(')', opening)
  return result
}

/** It was a plain call after all, whose first argument is read. Reading it again would take time without bound. */
interface PlainCall {
  readonly first: ExprNode
}

/** What stands between the parentheses of each form. */
const forms: Readonly<Record<string, (parser: Parser, token: Token) => ExprNode | PlainCall>> = {
  CAST: (parser) => parseCast(parser, false),
  TRY_CAST: (parser) => parseCast(parser, true),
  EXTRACT: parseExtract,
  POSITION: parsePosition,
  SUBSTRING: parseSubstring,
  TRIM: parseTrim,
  OVERLAY: parseOverlay,
  CEIL: refuseRounding,
  FLOOR: refuseRounding,
}

/** A call of the built-in `name`, as if the text had spelt it so. */
export function callBuiltIn(parser: Parser, token: Token, name: string, args: readonly ExprNode[]): ExprNode {
  const found = resolveFunctions(parser, token, name).find((fn) => fn.kind !== 'udf')
  return parser.node({ kind: 'call', name: found?.name ?? name, args: Object.freeze(args) })
}

function parseCase(parser: Parser): ExprNode {
  parser.next()
  const operand = parser.atWord('WHEN') ? undefined : parser.expr()
  const whens: ExprNode[] = []
  const thens: ExprNode[] = []
  while (parser.acceptWords('WHEN')) {
    whens.push(parser.expr())
    parser.expectWords('THEN')
    thens.push(parser.expr())
  }
  if (whens.length === 0) throw parser.expected('WHEN')
  const otherwise = parser.acceptWords('ELSE') ? parser.expr() : undefined
  if (!parser.acceptWords('END'))
    throw parser.expected(otherwise === undefined ? 'WHEN, ELSE or END' : 'END', ['WHEN', 'ELSE', 'END'])
  return parser.node({
    kind: 'case',
    ...(operand === undefined ? {} : { operand }),
    whens: Object.freeze(whens),
    thens: Object.freeze(thens),
    ...(otherwise === undefined ? {} : { otherwise }),
  })
}

function parseCast(parser: Parser, safe: boolean): ExprNode {
  const input = parser.expr()
  parser.expectWords('AS')
  return parser.node({ kind: 'cast', input, to: parseSqlType(parser), safe })
}

/** `EXTRACT(year FROM d)` is `date_part('year', d)`. */
function parseExtract(parser: Parser, token: Token): ExprNode {
  const isText = parser.peek().kind === 'string'
  if (!isText && !parser.atName()) throw parser.expected('a part of a date', ['year', 'month', 'day', 'hour'])
  const part = parser.next().value
  parser.expectWords('FROM')
  const input = parser.expr()
  return callBuiltIn(parser, token, 'date_part', [textLiteral(parser, part.toLowerCase()), input])
}

/** `POSITION(part IN text)` is `strpos(text, part)`. */
function parsePosition(parser: Parser, token: Token): ExprNode | PlainCall {
  const part = parser.expr(precedence.comparison)
  if (!parser.acceptWords('IN')) return { first: part }
  return callBuiltIn(parser, token, 'strpos', [parser.expr(), part])
}

/** `SUBSTRING(s FROM a FOR b)` is `substr(s, a, b)`. */
function parseSubstring(parser: Parser, token: Token): ExprNode | PlainCall {
  const input = parser.expr()
  if (!parser.atWord('FROM') && !parser.atWord('FOR')) return { first: input }
  const start = parser.acceptWords('FROM') ? parser.expr() : integerLiteral(parser, 1n)
  const length = parser.acceptWords('FOR') ? [parser.expr()] : []
  return callBuiltIn(parser, token, 'substr', [input, start, ...length])
}

/** `TRIM(LEADING chars FROM s)` is `ltrim(s, chars)`; BOTH is `btrim`, TRAILING `rtrim`. */
function parseTrim(parser: Parser, token: Token): ExprNode | PlainCall {
  const names = { BOTH: 'btrim', LEADING: 'ltrim', TRAILING: 'rtrim' } as const
  const side = (['BOTH', 'LEADING', 'TRAILING'] as const).find(
    (word) => parser.atWord(word) && !parser.atOperator(')', 1) && !parser.atOperator(',', 1),
  )
  if (side !== undefined) parser.next()
  const name = names[side ?? 'BOTH']
  if (side !== undefined && parser.acceptWords('FROM')) return callBuiltIn(parser, token, name, [parser.expr()])
  const first = parser.expr()
  if (parser.acceptWords('FROM')) return callBuiltIn(parser, token, name, [parser.expr(), first])
  return side === undefined ? { first } : callBuiltIn(parser, token, name, [first])
}

/** `OVERLAY(s PLACING r FROM a FOR b)` is `overlay(s, r, a, b)`. */
function parseOverlay(parser: Parser, token: Token): ExprNode | PlainCall {
  const input = parser.expr()
  if (!parser.acceptWords('PLACING')) return { first: input }
  const replacement = parser.expr()
  parser.expectWords('FROM')
  const start = parser.expr()
  const length = parser.acceptWords('FOR') ? [parser.expr()] : []
  return callBuiltIn(parser, token, 'overlay', [input, replacement, start, ...length])
}

/** `CEIL(x TO day)` means something in other dialects only. */
function refuseRounding(parser: Parser, token: Token): PlainCall {
  const first = parser.expr()
  if (parser.atWord('TO'))
    throw parser.notImplemented(`${token.keyword} of a date is not supported, use date_trunc('day', …)`)
  return { first }
}

/** `[a, b]` is `make_array(a, b)`. */
export function parseArray(parser: Parser): ExprNode {
  const opening = parser.next()
  const items = parser.atOperator(']') ? [] : parser.list(() => parser.expr())
  parser.expectClosing(']', opening)
  return callBuiltIn(parser, opening, 'make_array', items)
}

/** `{'a': 1, b: 2}` is `named_struct('a', 1, 'b', 2)`. */
export function parseStruct(parser: Parser): ExprNode {
  const { opening, entries } = parseEntries(parser, () => {
    if (parser.peek().kind !== 'string' && !parser.atName()) throw parser.expected("a field's name")
    return textLiteral(parser, parser.next().value)
  })
  return callBuiltIn(parser, opening, 'named_struct', entries.flat())
}

/** `MAP {k: v}` is `map(make_array(k), make_array(v))`. */
function parseMap(parser: Parser, token: Token): ExprNode {
  const { entries } = parseEntries(parser, () => parser.expr())
  const keys = callBuiltIn(
    parser,
    token,
    'make_array',
    entries.map(([key]) => key),
  )
  const values = callBuiltIn(
    parser,
    token,
    'make_array',
    entries.map(([, value]) => value),
  )
  return callBuiltIn(parser, token, 'map', [keys, values])
}

function parseEntries(parser: Parser, parseKey: () => ExprNode) {
  const opening = parser.next()
  const parseEntry = (): readonly [ExprNode, ExprNode] => {
    const key = parseKey()
    parser.expectOperator(':')
    return [key, parser.expr()]
  }
  const entries = parser.atOperator('}') ? [] : parser.list(parseEntry)
  parser.expectClosing('}', opening)
  return { opening, entries }
}
