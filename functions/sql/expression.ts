// The heart of the grammar: operands and operators by precedence (a Pratt parser). Operators in a row are a loop, so only
// brackets and prefixes nest.

import { literal } from '../expr/literal.ts'
import type { ExprNode } from '../expr/node.ts'
import { acceptConstant, readCall } from './calls.ts'
import type { Token } from './lexer.ts'
import { acceptTypedLiteral, bytesLiteral, integerLiteral, numberLiteral, textLiteral } from './literals.ts'
import { atFunctionName, getField, isReserved, readColumn } from './names.ts'
import { foreignOperators, infixes, likeOperators, precedence } from './operators.ts'
import { acceptWordAfter, readQuantified, subquery } from './predicates.ts'
import type { Reader } from './reader.ts'
import { acceptSpecialForm, callBuiltIn, readArray, readStruct } from './special-forms.ts'
import { readType } from './type-name.ts'

/** Reads an operand and every operator after it that binds tighter than `minPrecedence`. */
export function readExpr(reader: Reader, minPrecedence: number): ExprNode {
  let left = readOperand(reader)
  for (;;) {
    const longer = acceptOperatorAfter(reader, left, minPrecedence)
    if (longer === undefined) return left
    left = longer
  }
}

function readOperand(reader: Reader): ExprNode {
  const token = reader.peek()
  switch (token.kind) {
    case 'number':
      return numberLiteral(reader, reader.next())
    case 'string':
      return textLiteral(reader, reader.next().value)
    case 'bytes':
      return bytesLiteral(reader, reader.next())
    case 'quoted':
      return atFunctionName(reader) ? readCall(reader) : readColumn(reader)
    case 'word':
      return readWordOperand(reader, token)
    case 'operator':
      return readSymbolOperand(reader, token)
    case 'end':
      throw reader.expected('a value')
  }
}

function readWordOperand(reader: Reader, token: Token): ExprNode {
  switch (token.keyword) {
    case 'NULL':
      reader.next()
      return reader.node(literal(null))
    case 'TRUE':
    case 'FALSE':
      reader.next()
      return reader.node(literal(token.keyword === 'TRUE'))
    case 'NOT':
      reader.next()
      return reader.node({ kind: 'unary', op: 'NOT', input: reader.expr(precedence.not) })
    case 'EXISTS':
    case 'SELECT':
      throw subquery(reader, token)
  }
  const special = acceptTypedLiteral(reader) ?? acceptSpecialForm(reader) ?? acceptConstant(reader)
  if (special !== undefined) return special
  if (atFunctionName(reader)) return readCall(reader)
  if (reader.atOperator('->', 1)) throw lambda(reader, token)
  if (isReserved(token) && !reader.atOperator('.', 1)) {
    const hint = `, or "${token.text}" in double quotes for a column of that name`
    throw reader.expected(`a value${reader.previous() === undefined ? hint : ''}`, ['a value'])
  }
  return readColumn(reader)
}

function readSymbolOperand(reader: Reader, token: Token): ExprNode {
  switch (token.text) {
    case '(':
      return readParenthesised(reader)
    case '[':
      return readArray(reader)
    case '{':
      return readStruct(reader)
    case '+':
      reader.next()
      return reader.expr(precedence.multiplicative)
    case '-':
      return readNegative(reader)
    case '*':
      throw reader.fail('* stands for all columns, which only count(*) and SELECT * take')
    case '!':
      throw reader.fail('"!" is written NOT', token.start, { expected: ['NOT'] })
  }
  throw reader.expected('a value')
}

/** A minus right before a number belongs to the literal, so that the least 64-bit integer can be written. */
function readNegative(reader: Reader): ExprNode {
  reader.next()
  const tighter = ['::', '[', '.'].some((symbol) => reader.atOperator(symbol, 1)) || reader.atWord('AT', 1)
  if (reader.peek().kind === 'number' && !tighter) return numberLiteral(reader, reader.next(), true)
  return reader.node({ kind: 'unary', op: '-', input: reader.expr(precedence.multiplicative) })
}

/** `(a)` is `a`; `(a, b)` is `struct(a, b)`. */
function readParenthesised(reader: Reader): ExprNode {
  const opening = reader.next()
  if (reader.atWord('SELECT') || reader.atWord('WITH')) throw subquery(reader, opening)
  const values = reader.list(() => reader.expr())
  reader.expectClosing(')', opening)
  if (reader.atOperator('->')) throw lambda(reader, opening)
  const [inner] = values
  return inner !== undefined && values.length === 1 ? inner : callBuiltIn(reader, opening, 'struct', values)
}

/** Reads the operator that comes next, if it binds tighter than `min`, and what follows it. */
function acceptOperatorAfter(reader: Reader, left: ExprNode, min: number): ExprNode | undefined {
  const token = reader.peek()
  const key = token.kind === 'operator' ? token.text : token.keyword
  const infix = infixes.get(key)
  if (infix !== undefined) {
    if (infix.precedence <= min) return undefined
    reader.next()
    if (reader.atWord('ANY') || reader.atWord('SOME') || (reader.atWord('ALL') && reader.atOperator('(', 1)))
      return readQuantified(reader, left, infix.op)
    return reader.node({ kind: 'binary', op: infix.op, left, right: reader.expr(infix.precedence) })
  }
  if (token.kind === 'operator') return acceptSymbolAfter(reader, left, min, key)
  return token.kind === 'word' ? acceptWordAfter(reader, left, min, key) : undefined
}

function acceptSymbolAfter(reader: Reader, left: ExprNode, min: number, symbol: string): ExprNode | undefined {
  const like = likeOperators.get(symbol)
  if (like !== undefined) {
    if (precedence.comparison <= min) return undefined
    reader.next()
    return reader.node({ kind: 'like', input: left, pattern: reader.expr(precedence.comparison), ...like })
  }
  switch (symbol) {
    case '::':
      if (precedence.postfix <= min) return undefined
      reader.next()
      return reader.node({ kind: 'cast', input: left, to: readType(reader), safe: false })
    case '[':
      return precedence.postfix <= min ? undefined : readSubscript(reader, left)
    case '.':
      reader.next()
      if (!reader.atName()) throw reader.expected("a field's name")
      return getField(reader, left, reader.next().value)
    case '@>':
    case '<@': {
      if (precedence.contains <= min) return undefined
      const token = reader.next()
      const right = reader.expr(precedence.contains)
      return callBuiltIn(reader, token, 'array_has_all', symbol === '@>' ? [left, right] : [right, left])
    }
    case '->':
    case '->>':
      throw reader.notImplemented(`the operator "${symbol}" is not supported, take a field with s['name']`)
  }
  const ours = foreignOperators.get(symbol)
  if (ours !== undefined) throw reader.fail(`"${symbol}" is written ${ours}`, reader.peek().start, { expected: [ours] })
  return undefined
}

/** `a[1]` is an element, `s['f']` a field, `a[1:2]` and `a[1:9:2]` slices. */
function readSubscript(reader: Reader, input: ExprNode): ExprNode {
  const opening = reader.next()
  const key = reader.peek()
  const first = reader.atOperator(':') ? undefined : reader.expr()
  const bounds: ExprNode[] = []
  while (bounds.length < 2 && reader.acceptOperator(':')) {
    const isOpen = reader.atOperator(']') || reader.atOperator(':')
    bounds.push(isOpen ? integerLiteral(reader, bounds.length === 0 ? -1n : 1n) : reader.expr())
  }
  reader.expectClosing(']', opening)
  if (bounds.length > 0)
    return callBuiltIn(reader, opening, 'array_slice', [input, first ?? integerLiteral(reader, 1n), ...bounds])
  if (first?.kind === 'literal' && key.kind === 'string' && typeof first.value === 'string')
    return getField(reader, input, first.value)
  return callBuiltIn(reader, opening, 'array_element', [input, first ?? integerLiteral(reader, 1n)])
}

function lambda(reader: Reader, token: Token) {
  return reader.notImplemented('functions written x -> … are not supported yet', token.start)
}
