// The heart of the grammar: operands and operators by precedence (a Pratt parser). Operators in a row are a loop, so only
// brackets and prefixes nest.

import { displayNode } from '../expr/display.ts'
import { literal } from '../expr/literal.ts'
import type { ExprNode } from '../expr/node.ts'
import { precedence } from '../expr/precedence.ts'
import { isNumeric } from '../types/type.ts'
import { acceptConstant, parseCall } from './calls.ts'
import type { Token } from './lexer.ts'
import { acceptTypedLiteral, bytesLiteral, integerLiteral, numberLiteral, textLiteral } from './literals.ts'
import { aliased, atFunctionName, getField, isReserved, parseColumn } from './names.ts'
import { foreignOperators, infixes, likeOperators } from './operators.ts'
import type { Parser } from './parser.ts'
import { acceptWordAfter, parseQuantified, subquery } from './predicates.ts'
import { acceptPrintedLiteral } from './printed-literal.ts'
import { acceptSpecialForm, callBuiltIn, parseArray, parseStruct } from './special-forms.ts'
import { parseSqlType } from './type-name.ts'

/** Parses an operand and every operator after it that binds tighter than `minPrecedence`. */
export function parseOperators(parser: Parser, minPrecedence: number): ExprNode {
  let left = parseOperand(parser)
  for (;;) {
    const longer = acceptOperatorAfter(parser, left, minPrecedence)
    if (longer === undefined) return left
    left = longer
  }
}

function parseOperand(parser: Parser): ExprNode {
  const token = parser.peek()
  switch (token.kind) {
    case 'number':
      return numberLiteral(parser, parser.next())
    case 'string':
      return textLiteral(parser, parser.next().value)
    case 'bytes':
      return bytesLiteral(parser, parser.next())
    case 'quoted':
      return atFunctionName(parser) ? parseCall(parser) : parseColumn(parser)
    case 'word':
      return parseWordOperand(parser, token)
    case 'operator':
      return parseSymbolOperand(parser, token)
    case 'end':
      throw parser.expected('a value')
  }
}

function parseWordOperand(parser: Parser, token: Token): ExprNode {
  switch (token.keyword) {
    case 'NULL':
      parser.next()
      return parser.node(literal(null))
    case 'TRUE':
    case 'FALSE':
      parser.next()
      return parser.node(literal(token.keyword === 'TRUE'))
    case 'NOT':
      parser.next()
      return parser.node({ kind: 'unary', op: 'NOT', input: parser.expr(precedence.not) })
    case 'EXISTS':
    case 'SELECT':
      throw subquery(parser, token)
  }
  const special =
    acceptPrintedLiteral(parser) ?? acceptTypedLiteral(parser) ?? acceptSpecialForm(parser) ?? acceptConstant(parser)
  if (special !== undefined) return special
  if (atFunctionName(parser)) return parseCall(parser)
  if (parser.atOperator('->', 1)) throw lambda(parser, token)
  if (isReserved(token) && !parser.atOperator('.', 1)) {
    const hint = `, or "${token.text}" in double quotes for a column of that name`
    throw parser.expected(`a value${parser.previous() === undefined ? hint : ''}`, ['a value'])
  }
  return parseColumn(parser)
}

function parseSymbolOperand(parser: Parser, token: Token): ExprNode {
  switch (token.text) {
    case '(':
      return parseParenthesised(parser)
    case '[':
      return parseArray(parser)
    case '{':
      return parseStruct(parser)
    case '+':
      return parsePositive(parser)
    case '-':
      return parseNegative(parser)
    case '*':
      throw parser.fail('* stands for all columns, which only count(*) and SELECT * take')
    case '!':
      throw parser.fail('"!" is written NOT', token.start, { expected: ['NOT'] })
  }
  throw parser.expected('a value')
}

/** A plus changes nothing, and says that a number, a time or an interval follows. */
function parsePositive(parser: Parser): ExprNode {
  const { start } = parser.next()
  const input = parser.expr(precedence.multiplicative)
  if (input.kind !== 'literal') return parser.node({ kind: 'call', name: '+', args: Object.freeze([input]) })
  if (isNumeric(input.type) || ['timestamp', 'interval'].includes(input.type.kind)) return input
  throw parser.fail(`"+" stands before numbers, timestamps and intervals, not before ${displayNode(input)}`, start)
}

/** A minus right before a number belongs to the literal, so that the least 64-bit integer can be written. */
function parseNegative(parser: Parser): ExprNode {
  parser.next()
  const tighter = ['::', '[', '.'].some((symbol) => parser.atOperator(symbol, 1)) || parser.atWord('AT', 1)
  if (parser.peek().kind === 'number' && !tighter) return numberLiteral(parser, parser.next(), true)
  return parser.node({ kind: 'unary', op: '-', input: parser.expr(precedence.multiplicative) })
}

/** `(a)` is `a`, `(a AS n)` is `a` under the name `n`; `(a, b)` is `struct(a, b)`. */
function parseParenthesised(parser: Parser): ExprNode {
  const opening = parser.next()
  if (parser.atWord('SELECT') || parser.atWord('WITH')) throw subquery(parser, opening)
  const values = parser.list(() => aliased(parser))
  parser.expectClosing(')', opening)
  if (parser.atOperator('->')) throw lambda(parser, opening)
  const [inner] = values
  return inner !== undefined && values.length === 1 ? inner : callBuiltIn(parser, opening, 'struct', values)
}

/** Parses the operator that comes next, if it binds tighter than `min`, and what follows it. */
function acceptOperatorAfter(parser: Parser, left: ExprNode, min: number): ExprNode | undefined {
  const token = parser.peek()
  const key = token.kind === 'operator' ? token.text : token.keyword
  const infix = infixes.get(key)
  if (infix !== undefined) {
    if (infix.precedence <= min) return undefined
    parser.next()
    if (parser.atWord('ANY') || parser.atWord('SOME') || (parser.atWord('ALL') && parser.atOperator('(', 1)))
      return parseQuantified(parser, left, infix.op)
    return parser.node({ kind: 'binary', op: infix.op, left, right: parser.expr(infix.precedence) })
  }
  if (token.kind === 'operator') return acceptSymbolAfter(parser, left, min, key)
  return token.kind === 'word' ? acceptWordAfter(parser, left, min, key) : undefined
}

function acceptSymbolAfter(parser: Parser, left: ExprNode, min: number, symbol: string): ExprNode | undefined {
  const like = likeOperators.get(symbol)
  if (like !== undefined) {
    if (precedence.comparison <= min) return undefined
    parser.next()
    return parser.node({ kind: 'like', input: left, pattern: parser.expr(precedence.comparison), ...like })
  }
  switch (symbol) {
    case '::':
      if (precedence.postfix <= min) return undefined
      parser.next()
      return parser.node({ kind: 'cast', input: left, to: parseSqlType(parser), safe: false })
    case '[':
      return precedence.postfix <= min ? undefined : parseSubscript(parser, left)
    case '.':
      parser.next()
      if (!parser.atName()) throw parser.expected("a field's name")
      return getField(parser, left, parser.next().value)
    case '@>':
    case '<@': {
      if (precedence.contains <= min) return undefined
      const token = parser.next()
      const right = parser.expr(precedence.contains)
      return callBuiltIn(parser, token, 'array_has_all', symbol === '@>' ? [left, right] : [right, left])
    }
    case '->':
    case '->>':
      throw parser.notImplemented(`the operator "${symbol}" is not supported, take a field with s['name']`)
  }
  const ours = foreignOperators.get(symbol)
  if (ours !== undefined) throw parser.fail(`"${symbol}" is written ${ours}`, parser.peek().start, { expected: [ours] })
  return undefined
}

/** `a[1]` is an element, `s['f']` a field, `a[1:2]` and `a[1:9:2]` slices. */
function parseSubscript(parser: Parser, input: ExprNode): ExprNode {
  const opening = parser.next()
  const key = parser.peek()
  const first = parser.atOperator(':') ? undefined : parser.expr()
  const bounds: ExprNode[] = []
  while (bounds.length < 2 && parser.acceptOperator(':')) {
    const isOpen = parser.atOperator(']') || parser.atOperator(':')
    bounds.push(isOpen ? integerLiteral(parser, bounds.length === 0 ? -1n : 1n) : parser.expr())
  }
  parser.expectClosing(']', opening)
  if (bounds.length > 0)
    return callBuiltIn(parser, opening, 'array_slice', [input, first ?? integerLiteral(parser, 1n), ...bounds])
  if (first?.kind === 'literal' && key.kind === 'string' && typeof first.value === 'string')
    return getField(parser, input, first.value)
  return callBuiltIn(parser, opening, 'array_element', [input, first ?? integerLiteral(parser, 1n)])
}

function lambda(parser: Parser, token: Token) {
  return parser.notImplemented('functions written x -> … are not supported yet', token.start)
}
