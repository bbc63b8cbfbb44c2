// How tightly operators bind, for whoever reads text and whoever writes it. The order is that of sqlparser's generic
// dialect, which DataFusion reads with; PostgreSQL differs in `||` and the bit operators.

import type { BinaryOperator } from './node.ts'

export const precedence = {
  or: 5,
  and: 10,
  not: 15,
  contains: 16,
  is: 17,
  like: 19,
  comparison: 20,
  bitOr: 21,
  bitXor: 22,
  bitAnd: 23,
  additive: 30,
  multiplicative: 40,
  timeZone: 41,
  postfix: 50,
} as const

export const binaryPrecedence: Readonly<Record<BinaryOperator, number>> = {
  OR: precedence.or,
  AND: precedence.and,
  'IS DISTINCT FROM': precedence.is,
  'IS NOT DISTINCT FROM': precedence.is,
  '=': precedence.comparison,
  '<>': precedence.comparison,
  '<': precedence.comparison,
  '<=': precedence.comparison,
  '>': precedence.comparison,
  '>=': precedence.comparison,
  '~': precedence.comparison,
  '~*': precedence.comparison,
  '!~': precedence.comparison,
  '!~*': precedence.comparison,
  '|': precedence.bitOr,
  '^': precedence.bitXor,
  '<<': precedence.bitXor,
  '>>': precedence.bitXor,
  '&': precedence.bitAnd,
  '+': precedence.additive,
  '-': precedence.additive,
  '*': precedence.multiplicative,
  '/': precedence.multiplicative,
  '%': precedence.multiplicative,
  '||': precedence.multiplicative,
}
