// The operators that are words: IS, IN, BETWEEN, LIKE, SIMILAR TO, AT TIME ZONE, = ANY.

import { literal } from '../expr/literal.ts'
import type { ExprNode } from '../expr/node.ts'
import { timestamp, utf8 } from '../types/type.ts'
import type { Token } from './lexer.ts'
import { precedence } from './operators.ts'
import type { Reader } from './reader.ts'
import { callBuiltIn } from './special-forms.ts'

/** Reads the word operator that comes next, if it binds tighter than `min`, and what follows it. */
export function acceptWordAfter(reader: Reader, left: ExprNode, min: number, word: string): ExprNode | undefined {
  if (word === 'IS') return precedence.is <= min ? undefined : readIs(reader, left)
  if (word === 'AT' && reader.atWord('TIME', 1))
    return precedence.timeZone <= min ? undefined : readTimeZone(reader, left)
  const negated = word === 'NOT'
  const test = negated ? reader.peek(1).keyword : word
  const read = predicates[test]
  if (read === undefined) return undefined
  if ((test === 'IN' || test === 'BETWEEN' ? precedence.comparison : precedence.like) <= min) return undefined
  if (negated) reader.next()
  reader.next()
  return read(reader, left, negated)
}

const predicates: Readonly<Record<string, (reader: Reader, left: ExprNode, negated: boolean) => ExprNode>> = {
  IN: readIn,
  BETWEEN: readBetween,
  LIKE: (reader, left, negated) => readLike(reader, left, negated, false),
  ILIKE: (reader, left, negated) => readLike(reader, left, negated, true),
  SIMILAR: readSimilar,
}

function readIn(reader: Reader, input: ExprNode, negated: boolean): ExprNode {
  const opening = reader.peek()
  reader.expectOperator('(')
  if (reader.atWord('SELECT') || reader.atWord('WITH')) throw subquery(reader, opening)
  const list = reader.list(() => reader.expr())
  reader.expectClosing(')', opening)
  return reader.node({ kind: 'in', input, list, negated })
}

function readBetween(reader: Reader, input: ExprNode, negated: boolean): ExprNode {
  const low = reader.expr(precedence.comparison)
  reader.expectWords('AND')
  return reader.node({ kind: 'between', input, low, high: reader.expr(precedence.comparison), negated })
}

function readLike(reader: Reader, input: ExprNode, negated: boolean, caseInsensitive: boolean): ExprNode {
  const token = reader.peek()
  const pattern = readEscape(reader, reader.expr(precedence.like), token)
  return reader.node({ kind: 'like', input, pattern, caseInsensitive, negated })
}

/** LIKE escapes with `\`; a pattern with another ESCAPE is rewritten, which takes a literal. */
function readEscape(reader: Reader, pattern: ExprNode, patternToken: Token): ExprNode {
  if (!reader.acceptWords('ESCAPE')) return pattern
  const token = reader.next()
  const mark = token.value
  if (token.kind !== 'string' || [...mark].length > 1)
    throw reader.fail("ESCAPE takes one character in single quotes, or ''", token.start)
  if (mark === '\\') return pattern
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string')
    throw reader.notImplemented(
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
    else throw reader.fail(`the pattern ends in its escape character ${mark}`, patternToken.start)
  }
  return reader.node(literal(rewritten, utf8))
}

/** SIMILAR TO is the regular expression match `~`, as in DataFusion. */
function readSimilar(reader: Reader, left: ExprNode, negated: boolean): ExprNode {
  reader.expectWords('TO')
  const right = reader.expr(precedence.like)
  if (reader.atWord('ESCAPE')) throw reader.notImplemented('SIMILAR TO takes no ESCAPE')
  return reader.node({ kind: 'binary', op: negated ? '!~' : '~', left, right })
}

function readIs(reader: Reader, input: ExprNode): ExprNode {
  reader.next()
  const negated = reader.acceptWords('NOT')
  if (reader.acceptWords('DISTINCT')) {
    reader.expectWords('FROM')
    const op = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
    return reader.node({ kind: 'binary', op, left: input, right: reader.expr(precedence.is) })
  }
  const test = (['NULL', 'TRUE', 'FALSE', 'UNKNOWN'] as const).find((word) => reader.acceptWords(word))
  if (test === undefined)
    throw reader.expected('NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM', ['NULL', 'TRUE', 'FALSE', 'UNKNOWN'])
  return reader.node({ kind: 'is', test, negated, input })
}

/** `x AT TIME ZONE 'z'` is a cast to a timestamp in that zone, as in DataFusion. */
function readTimeZone(reader: Reader, input: ExprNode): ExprNode {
  reader.expectWords('AT', 'TIME', 'ZONE')
  const token = reader.peek()
  if (token.kind !== 'string') throw reader.expected("a time zone in single quotes, like 'Europe/Rome'", ['a string'])
  return reader.node({ kind: 'cast', input, to: timestamp('ns', reader.next().value), safe: false })
}

/** `x = ANY(list)` is `array_has(list, x)`, `x <> ALL(list)` its opposite; the operator is read already. */
export function readQuantified(reader: Reader, left: ExprNode, op: string): ExprNode {
  const token = reader.next()
  const negated = op === '<>' && token.keyword === 'ALL'
  if (!negated && (op !== '=' || token.keyword === 'ALL'))
    throw reader.notImplemented(`${op} ${token.keyword} is not supported, only = ANY(…) and <> ALL(…)`, token.start)
  const opening = reader.peek()
  reader.expectOperator('(')
  if (reader.atWord('SELECT')) throw subquery(reader, opening)
  const list = reader.expr()
  reader.expectClosing(')', opening)
  const has = callBuiltIn(reader, token, 'array_has', [list, left])
  return negated ? reader.node({ kind: 'unary', op: 'NOT', input: has }) : has
}

/** The error for a query where an expression stands. */
export function subquery(reader: Reader, token: Token) {
  return reader.notImplemented('queries inside expressions are not supported', token.start)
}
