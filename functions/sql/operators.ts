// The operators by the symbols and words that the text has for them; how tightly they bind is expr/precedence.ts.

import type { BinaryOperator } from '../expr/node.ts'
import { binaryPrecedence, precedence } from '../expr/precedence.ts'

interface Infix {
  readonly op: BinaryOperator
  readonly precedence: number
}

/** Operators that make a binary node, by symbol or keyword. IS DISTINCT FROM is read with the other forms of IS. */
export const infixes: ReadonlyMap<string, Infix> = new Map<string, Infix>([
  ...Object.entries(binaryPrecedence).map(([op, binding]): [string, Infix] => [
    op,
    { op: op as BinaryOperator, precedence: binding },
  ]),
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
