// OVER (…): partitions, order and frame of a window function.

import type { FrameBound, LiteralNode, WindowFrame } from '../expr/node.ts'
import { precedence } from '../expr/precedence.ts'
import { isInteger } from '../types/type.ts'
import type { Token } from './lexer.ts'
import type { OverClauses, Parser } from './parser.ts'
import { parseOrdering } from './sort-key.ts'

/** Parses `OVER (…)` or `OVER name` when it comes next. */
export function acceptOver(parser: Parser): { readonly token: Token; readonly clauses: OverClauses } | undefined {
  const token = parser.peek()
  if (!parser.acceptWords('OVER')) return undefined
  if (!parser.atName()) return { token, clauses: parseWindow(parser) }
  return { token, clauses: namedWindow(parser, parser.next()) }
}

/** Parses `([name] [PARTITION BY …] [ORDER BY …] [frame])`. */
export function parseWindow(parser: Parser): OverClauses {
  const opening = parser.peek()
  parser.expectOperator('(')
  const base = parser.atName() && parser.windows.has(parser.peek().value.toLowerCase()) ? parser.next() : undefined
  const inherited = base === undefined ? undefined : namedWindow(parser, base)
  const partitionBy = parser.acceptWords('PARTITION', 'BY') ? parser.list(() => parser.expr()) : undefined
  const orderBy = parser.acceptWords('ORDER', 'BY') ? parser.list(() => parseOrdering(parser)) : undefined
  const frame = acceptFrame(parser) ?? inherited?.frame
  parser.expectClosing(')', opening)
  return {
    partitionBy: partitionBy ?? inherited?.partitionBy ?? Object.freeze([]),
    orderBy: orderBy ?? inherited?.orderBy ?? Object.freeze([]),
    ...(frame === undefined ? {} : { frame }),
  }
}

function namedWindow(parser: Parser, token: Token): OverClauses {
  const found = parser.windows.get(token.value.toLowerCase())
  if (found !== undefined) return found
  throw parser.fail(`no window is named "${token.value}", write OVER (…)`, token.start)
}

const frameUnits = { ROWS: 'rows', RANGE: 'range', GROUPS: 'groups' } as const

function acceptFrame(parser: Parser): WindowFrame | undefined {
  const word = (['ROWS', 'RANGE', 'GROUPS'] as const).find((keyword) => parser.atWord(keyword))
  if (word === undefined) return undefined
  const token = parser.next()
  const units = frameUnits[word]
  const between = parser.acceptWords('BETWEEN')
  const start = parseBound(parser, units)
  if (between) parser.expectWords('AND')
  const end: Bound = between ? parseBound(parser, units) : { rank: 2, bound: Object.freeze({ kind: 'current' }) }
  if (parser.atWord('EXCLUDE')) throw parser.notImplemented('EXCLUDE is not supported in a frame')
  if (start.rank === 4 || end.rank === 0 || start.rank > end.rank || isBackwards(start.bound, end.bound))
    throw parser.fail('the frame ends before it starts', token.start)
  return Object.freeze({ units, start: start.bound, end: end.bound })
}

interface Bound {
  /** 0 unbounded preceding, 1 preceding, 2 current row, 3 following, 4 unbounded following. */
  readonly rank: number
  readonly bound: FrameBound
}

function parseBound(parser: Parser, units: WindowFrame['units']): Bound {
  if (parser.acceptWords('CURRENT')) {
    parser.expectWords('ROW')
    return { rank: 2, bound: Object.freeze({ kind: 'current' }) }
  }
  const unbounded = parser.acceptWords('UNBOUNDED')
  const offset = unbounded ? undefined : parseOffset(parser, units)
  const following = parser.acceptWords('FOLLOWING')
  if (!following && !parser.acceptWords('PRECEDING'))
    throw parser.expected('PRECEDING or FOLLOWING', ['PRECEDING', 'FOLLOWING'])
  if (offset === undefined) return { rank: following ? 4 : 0, bound: Object.freeze({ kind: 'unbounded' }) }
  const kind = following ? 'following' : 'preceding'
  return { rank: following ? 3 : 1, bound: Object.freeze({ kind, offset }) }
}

/** A distance: rows or groups are counted, a range is a number or an interval; never negative. */
function parseOffset(parser: Parser, units: WindowFrame['units']): LiteralNode {
  const token = parser.peek()
  const node = parser.expr(precedence.comparison)
  const counted = units !== 'range'
  const what = counted ? 'a whole number' : 'a number or an interval'
  const isCount = node.kind === 'literal' && node.value !== null && isInteger(node.type)
  const isRange = node.kind === 'literal' && (typeof node.value === 'number' || node.type.kind === 'interval')
  if (node.kind !== 'literal' || !(isCount || (!counted && isRange && node.type.kind !== 'date32')))
    throw parser.fail(`a frame's bound is ${what}, UNBOUNDED or CURRENT ROW`, token.start, { expected: [what] })
  if ((typeof node.value === 'bigint' || typeof node.value === 'number') && node.value < 0)
    throw parser.fail("a frame's bound cannot be negative, PRECEDING and FOLLOWING give the direction", token.start)
  return node
}

function isBackwards(start: FrameBound, end: FrameBound): boolean {
  if (start.kind !== end.kind || !('offset' in start) || !('offset' in end)) return false
  const [a, b] = [start.offset.value, end.offset.value]
  if (typeof a !== typeof b || (typeof a !== 'bigint' && typeof a !== 'number')) return false
  return start.kind === 'following' ? a > (b as typeof a) : a < (b as typeof a)
}
