// OVER (…): partitions, order and frame of a window function.

import type { FrameBound, LiteralNode, WindowFrame } from '../expr/node.ts'
import type { Token } from './lexer.ts'
import { precedence } from './operators.ts'
import type { OverClauses, Reader } from './reader.ts'
import { readSortKey } from './sort-key.ts'

/** Reads `OVER (…)` or `OVER name` when it comes next. */
export function acceptOver(reader: Reader): { readonly token: Token; readonly clauses: OverClauses } | undefined {
  const token = reader.peek()
  if (!reader.acceptWords('OVER')) return undefined
  if (!reader.atName()) return { token, clauses: readWindow(reader) }
  return { token, clauses: namedWindow(reader, reader.next()) }
}

/** Reads `([name] [PARTITION BY …] [ORDER BY …] [frame])`. */
export function readWindow(reader: Reader): OverClauses {
  const opening = reader.peek()
  reader.expectOperator('(')
  const base = reader.atName() && reader.windows.has(reader.peek().value.toLowerCase()) ? reader.next() : undefined
  const inherited = base === undefined ? undefined : namedWindow(reader, base)
  const partitionBy = reader.acceptWords('PARTITION', 'BY') ? reader.list(() => reader.expr()) : undefined
  const orderBy = reader.acceptWords('ORDER', 'BY') ? reader.list(() => readSortKey(reader)) : undefined
  const frame = acceptFrame(reader) ?? inherited?.frame
  reader.expectClosing(')', opening)
  return {
    partitionBy: partitionBy ?? inherited?.partitionBy ?? Object.freeze([]),
    orderBy: orderBy ?? inherited?.orderBy ?? Object.freeze([]),
    ...(frame === undefined ? {} : { frame }),
  }
}

function namedWindow(reader: Reader, token: Token): OverClauses {
  const found = reader.windows.get(token.value.toLowerCase())
  if (found !== undefined) return found
  throw reader.fail(`no window is named "${token.value}", write OVER (…)`, token.start)
}

const frameUnits = { ROWS: 'rows', RANGE: 'range', GROUPS: 'groups' } as const

function acceptFrame(reader: Reader): WindowFrame | undefined {
  const word = (['ROWS', 'RANGE', 'GROUPS'] as const).find((keyword) => reader.atWord(keyword))
  if (word === undefined) return undefined
  const token = reader.next()
  const units = frameUnits[word]
  const between = reader.acceptWords('BETWEEN')
  const start = readBound(reader, units)
  if (between) reader.expectWords('AND')
  const end: Bound = between ? readBound(reader, units) : { rank: 2, bound: Object.freeze({ kind: 'current' }) }
  if (reader.atWord('EXCLUDE')) throw reader.notImplemented('EXCLUDE is not supported in a frame')
  if (start.rank === 4 || end.rank === 0 || start.rank > end.rank || isBackwards(start.bound, end.bound))
    throw reader.fail('the frame ends before it starts', token.start)
  return Object.freeze({ units, start: start.bound, end: end.bound })
}

interface Bound {
  /** 0 unbounded preceding, 1 preceding, 2 current row, 3 following, 4 unbounded following. */
  readonly rank: number
  readonly bound: FrameBound
}

function readBound(reader: Reader, units: WindowFrame['units']): Bound {
  if (reader.acceptWords('CURRENT')) {
    reader.expectWords('ROW')
    return { rank: 2, bound: Object.freeze({ kind: 'current' }) }
  }
  const unbounded = reader.acceptWords('UNBOUNDED')
  const offset = unbounded ? undefined : readOffset(reader, units)
  const following = reader.acceptWords('FOLLOWING')
  if (!following && !reader.acceptWords('PRECEDING'))
    throw reader.expected('PRECEDING or FOLLOWING', ['PRECEDING', 'FOLLOWING'])
  if (offset === undefined) return { rank: following ? 4 : 0, bound: Object.freeze({ kind: 'unbounded' }) }
  const kind = following ? 'following' : 'preceding'
  return { rank: following ? 3 : 1, bound: Object.freeze({ kind, offset }) }
}

/** A distance: rows or groups are counted, a range is a number or an interval; never negative. */
function readOffset(reader: Reader, units: WindowFrame['units']): LiteralNode {
  const token = reader.peek()
  const node = reader.expr(precedence.comparison)
  const counted = units !== 'range'
  const what = counted ? 'a whole number' : 'a number or an interval'
  const isCount = node.kind === 'literal' && typeof node.value === 'bigint' && node.type.kind === 'int64'
  const isRange = node.kind === 'literal' && (typeof node.value === 'number' || node.type.kind === 'interval')
  if (node.kind !== 'literal' || !(isCount || (!counted && isRange && node.type.kind !== 'date32')))
    throw reader.fail(`a frame's bound is ${what}, UNBOUNDED or CURRENT ROW`, token.start, { expected: [what] })
  if ((typeof node.value === 'bigint' || typeof node.value === 'number') && node.value < 0)
    throw reader.fail("a frame's bound cannot be negative, PRECEDING and FOLLOWING give the direction", token.start)
  return node
}

function isBackwards(start: FrameBound, end: FrameBound): boolean {
  if (start.kind !== end.kind || !('offset' in start) || !('offset' in end)) return false
  const [a, b] = [start.offset.value, end.offset.value]
  if (typeof a !== typeof b || (typeof a !== 'bigint' && typeof a !== 'number')) return false
  return start.kind === 'following' ? a > (b as typeof a) : a < (b as typeof a)
}
