// The operators that are words: IS, IN, BETWEEN, LIKE, SIMILAR TO, AT TIME ZONE, = ANY.

import { literal } from '../expr/literal.ts'
import type { ExprNode } from '../expr/node.ts'
import { precedence } from '../expr/precedence.ts'
import { timestamp, utf8 } from '../types/type.ts'
import type { Token } from './lexer.ts'
import type { Parser } from './parser.ts'
import { callBuiltIn } from './special-forms.ts'

/** Parses the word operator that comes next, if it binds tighter than `min`, and what follows it. */
export function acceptWordAfter(parser: Parser, left: ExprNode, min: number, word: string): ExprNode | undefined {
  if (word === 'IS') return precedence.is <= min ? undefined : parseIs(parser, left)
  if (word === 'AT' && parser.atWord('TIME', 1))
    return precedence.timeZone <= min ? undefined : parseTimeZone(parser, left)
  const negated = word === 'NOT'
  const test = negated ? parser.peek(1).keyword : word
  const parse = predicates[test]
  if (parse === undefined) return undefined
  if ((test === 'IN' || test === 'BETWEEN' ? precedence.comparison : precedence.like) <= min) return undefined
  if (negated) parser.next()
  parser.next()
  return parse(parser, left, negated)
}

const predicates: Readonly<Record<string, (parser: Parser, left: ExprNode, negated: boolean) => ExprNode>> = {
  IN: parseIn,
  BETWEEN: parseBetween,
  LIKE: (parser, left, negated) => parseLike(parser, left, negated, false),
  ILIKE: (parser, left, negated) => parseLike(parser, left, negated, true),
  SIMILAR: parseSimilar,
}

function parseIn(parser: Parser, input: ExprNode, negated: boolean): ExprNode {
  const opening = parser.peek()
  parser.expectOperator('(')
  if (parser.atWord('SELECT') || parser.atWord('WITH')) throw subquery(parser, opening)
  const list = parser.atOperator(')') ? Object.freeze([]) : parser.list(() => parser.expr())
  parser.expectClosing(')', opening)
  return parser.node({ kind: 'in', input, list, negated })
}

function parseBetween(parser: Parser, input: ExprNode, negated: boolean): ExprNode {
  const low = parser.expr(precedence.comparison)
  parser.expectWords('AND')
  return parser.node({ kind: 'between', input, low, high: parser.expr(precedence.comparison), negated })
}

function parseLike(parser: Parser, input: ExprNode, negated: boolean, caseInsensitive: boolean): ExprNode {
  const token = parser.peek()
  const pattern = parseEscape(parser, parser.expr(precedence.like), token)
  return parser.node({ kind: 'like', input, pattern, caseInsensitive, negated })
}

/** LIKE escapes with `\`; a pattern with another ESCAPE is rewritten, which takes a literal. */
function parseEscape(parser: Parser, pattern: ExprNode, patternToken: Token): ExprNode {
  if (!parser.acceptWords('ESCAPE')) return pattern
  const token = parser.next()
  const mark = token.value
  if (token.kind !== 'string' || [...mark].length > 1)
    throw parser.fail("ESCAPE takes one character in single quotes, or ''", token.start)
  if (mark === '\\') return pattern
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string')
    throw parser.notImplemented(
      "ESCAPE takes a pattern that is a literal; other patterns escape with '\\'",
      token.start,
    )
  let rewritten = ''
  const characters = [...pattern.value]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? ''
    if (character === '\\') rewritten += '\\\\'
    else if (character !== mark) rewritten += character
    else if (++i < characters.length) rewritten += `\\${characters[i]}`
    else throw parser.fail(`the pattern ends in its escape character ${mark}`, patternToken.start)
  }
  return parser.node(literal(rewritten, utf8))
}

/** SIMILAR TO is the regular expression match `~`, as in DataFusion. */
function parseSimilar(parser: Parser, left: ExprNode, negated: boolean): ExprNode {
  parser.expectWords('TO')
  const right = parser.expr(precedence.like)
  if (parser.atWord('ESCAPE')) throw parser.notImplemented('SIMILAR TO takes no ESCAPE')
  return parser.node({ kind: 'binary', op: negated ? '!~' : '~', left, right })
}

function parseIs(parser: Parser, input: ExprNode): ExprNode {
  parser.next()
  const negated = parser.acceptWords('NOT')
  if (parser.acceptWords('DISTINCT')) {
    parser.expectWords('FROM')
    const op = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
    return parser.node({ kind: 'binary', op, left: input, right: parser.expr(precedence.is) })
  }
  const test = (['NULL', 'TRUE', 'FALSE', 'UNKNOWN'] as const).find((word) => parser.acceptWords(word))
  if (test === undefined)
    throw parser.expected('NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM', ['NULL', 'TRUE', 'FALSE', 'UNKNOWN'])
  return parser.node({ kind: 'is', test, negated, input })
}

/** `x AT TIME ZONE 'z'` is a cast to a timestamp in that zone, as in DataFusion. */
function parseTimeZone(parser: Parser, input: ExprNode): ExprNode {
  parser.expectWords('AT', 'TIME', 'ZONE')
  const token = parser.peek()
  if (token.kind !== 'string') throw parser.expected("a time zone in single quotes, like 'Europe/Rome'", ['a string'])
  return parser.node({ kind: 'cast', input, to: timestamp('ns', parser.next().value), safe: false })
}

/** `x = ANY(list)` is `array_has(list, x)`; the other quantifiers are built-ins of their own. The operator is read already. */
export function parseQuantified(parser: Parser, left: ExprNode, op: string): ExprNode {
  const token = parser.next()
  const word = token.keyword === 'ALL' ? 'ALL' : 'ANY'
  if (!comparisons.has(op))
    throw parser.fail(`${token.keyword} follows a comparison such as = or <, not ${op}`, token.start)
  const opening = parser.peek()
  parser.expectOperator('(')
  if (parser.atWord('SELECT')) throw subquery(parser, opening)
  const list = parser.expr()
  parser.expectClosing(')', opening)
  if (op === '=' && word === 'ANY') return callBuiltIn(parser, token, 'array_has', [list, left])
  return parser.node({ kind: 'call', name: `${op} ${word}`, args: Object.freeze([left, list]) })
}

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])

/** The error for a query where an expression stands. */
export function subquery(parser: Parser, token: Token) {
  return parser.notImplemented('queries inside expressions are not supported', token.start)
}
