// The binary operators: how tightly they bind and what they are called. The order is that of sqlparser's generic dialect,
// which DataFusion reads with; PostgreSQL differs in `||` and the bit operators.

import type { BinaryOperator } from '../expr/node.ts'

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

interface Infix {
  readonly op: BinaryOperator
  readonly precedence: number
}

const table: readonly (readonly [symbols: string, precedence: number])[] = [
  ['OR', precedence.or],
  ['AND', precedence.and],
  ['= <> < <= > >= ~ ~* !~ !~*', precedence.comparison],
  ['|', precedence.bitOr],
  ['^ << >>', precedence.bitXor],
  ['&', precedence.bitAnd],
  ['+ -', precedence.additive],
  ['* / % ||', precedence.multiplicative],
]

/** Operators that make a binary node, by symbol or keyword. */
export const infixes: ReadonlyMap<string, Infix> = new Map<string, Infix>([
  ...table.flatMap(([symbols, binding]) =>
    symbols.split(' ').map((op): [string, Infix] => [op, { op: op as BinaryOperator, precedence: binding }]),
  ),
  ['==', { op: '=', precedence: precedence.comparison }],
  ['!=', { op: '<>', precedence: precedence.comparison }],
  ['#', { op: '^', precedence: precedence.bitXor }],
])

/** LIKE and its kin as operators. */
export const likeOperators: ReadonlyMap<string, { readonly caseInsensitive: boolean; readonly negated: boolean }> =
  new Map([
    ['~~', { caseInsensitive: false, negated: false }],
    ['~~*', { caseInsensitive: true, negated: false }],
    ['!~~', { caseInsensitive: false, negated: true }],
    ['!~~*', { caseInsensitive: true, negated: true }],
  ])

/** What to write instead of operators of other languages. */
export const foreignOperators: ReadonlyMap<string, string> = new Map([
  ['&&', 'AND'],
  ['===', '='],
  ['!==', '<>'],
  ['=>', '>='],
  ['??', 'coalesce(a, b)'],
  ['?', 'CASE WHEN … THEN … ELSE … END'],
  ['!', 'NOT'],
])
