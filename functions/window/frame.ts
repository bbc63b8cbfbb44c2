// Frames with their bounds resolved for the sort key: distances in rows or groups as signed numbers, distances of RANGE
// as functions that move a key. Nothing here sees rows.

import type { IntervalValue } from '../cast/interval.ts'
import { PlanError } from '../errors.ts'
import { displayValue } from '../expr/display-value.ts'
import type { FrameBound, LiteralNode, WindowFrame } from '../expr/node.ts'
import { resolveArithmetic } from '../scalar/arithmetic.ts'
import { type DataType, displayType, isBigInt, isInteger, isNumeric, timestamp } from '../types/type.ts'
import type { Value } from '../types/value.ts'

/** A distance along the sort key. Both functions give values that compare with each other. */
export interface RangeDistance {
  /** Where the frame ends for a row with this key. */
  readonly shift: (key: Value) => Value
  /** A row's key, to be compared with that. */
  readonly form: (key: Value) => Value
}

export type FrameLimit =
  | { readonly kind: 'unbounded' }
  /** RANGE and GROUPS: the first or last peer of the row; ROWS: the row. */
  | { readonly kind: 'current' }
  /** ROWS and GROUPS: so many after, or before when negative. */
  | { readonly kind: 'count'; readonly offset: number }
  | { readonly kind: 'distance'; readonly distance: RangeDistance }

export interface BoundFrame {
  readonly units: WindowFrame['units']
  readonly start: FrameLimit
  readonly end: FrameLimit
}

/** What a frame needs to know of the window's order. */
export interface FrameKey {
  readonly type: DataType
  readonly descending: boolean
}

const unbounded: FrameLimit = Object.freeze({ kind: 'unbounded' })

/**
 * Resolves a frame; without one, the rows up to the last peer when there is an order, else the whole partition.
 *
 * @param keys - The sort keys.
 * @throws {PlanError} `type_mismatch` for a frame that the order does not allow, `invalid_argument` for bounds that make
 * no frame.
 */
export function bindFrame(frame: WindowFrame | undefined, keys: readonly FrameKey[]): BoundFrame {
  if (frame === undefined) {
    return { units: 'range', start: unbounded, end: keys.length === 0 ? unbounded : Object.freeze({ kind: 'current' }) }
  }
  const { units } = frame
  const hasOffset = 'offset' in frame.start || 'offset' in frame.end
  if (units === 'groups' && keys.length === 0)
    throw new PlanError('type_mismatch', 'Cannot frame GROUPS without an order: add ORDER BY')
  if (units === 'range' && hasOffset && keys.length !== 1)
    throw new PlanError(
      'type_mismatch',
      `Cannot frame a RANGE by a distance with ${keys.length} sort keys: it takes exactly one`,
    )
  checkDirection(frame)
  // Without an order all rows are peers of each other.
  if (units === 'range' && keys.length === 0) return { units, start: unbounded, end: unbounded }
  return { units, start: bindLimit(frame.start, units, keys), end: bindLimit(frame.end, units, keys) }
}

const ranks = { preceding: 1, current: 2, following: 3 } as const

function checkDirection({ start, end }: WindowFrame): void {
  const from = start.kind === 'unbounded' ? 0 : ranks[start.kind]
  const to = end.kind === 'unbounded' ? 4 : ranks[end.kind]
  if (from > to) throw new PlanError('invalid_argument', 'Cannot use a frame that ends before it starts')
}

function bindLimit(bound: FrameBound, units: WindowFrame['units'], keys: readonly FrameKey[]): FrameLimit {
  if (bound.kind === 'unbounded' || bound.kind === 'current') return bound
  const { offset } = bound
  const before = bound.kind === 'preceding'
  const isNumber = typeof offset.value === 'number' || typeof offset.value === 'bigint'
  if (isNumber && Number(offset.value) < 0)
    throw new PlanError('invalid_argument', `Cannot use ${shown(offset)} in a frame: distances are not negative`)
  const [key] = keys
  if (units === 'range' && key !== undefined)
    return { kind: 'distance', distance: rangeDistance(key.type, offset, before !== key.descending ? -1 : 1) }
  if (!isNumber || !Number.isInteger(Number(offset.value)))
    throw new PlanError('type_mismatch', `Cannot count ${units} by ${shown(offset)}: it takes a whole number`)
  return { kind: 'count', offset: before ? -Number(offset.value) : Number(offset.value) }
}

const shown = ({ type, value }: LiteralNode): string => `${displayType(type)}(${displayValue(value, type)})`

const same = (key: Value): Value => key

function rangeDistance(type: DataType, offset: LiteralNode, sign: 1 | -1): RangeDistance {
  const value = offset.value
  const number = typeof value === 'bigint' ? Number(value) : typeof value === 'number' ? value : undefined
  if (number !== undefined && offset.type.kind !== 'decimal128') {
    if (type.kind === 'decimal128') return decimalDistance(sign * number, type.scale)
    if (isBigInt(type) && isInteger(type)) return integerDistance(number, sign)
    if (isNumeric(type) || type.kind === 'date32')
      return { shift: (key) => (key as number) + sign * number, form: same }
  }
  if (offset.type.kind === 'interval' && (type.kind === 'date32' || type.kind === 'timestamp'))
    return intervalDistance(type, offset.type, value as unknown as IntervalValue, sign)
  throw new PlanError(
    'type_mismatch',
    `Cannot frame a RANGE of ${displayType(type)} by ${shown(offset)}: numbers take a number, dates and timestamps an interval`,
    { details: { type: displayType(type), offset: displayType(offset.type) } },
  )
}

function integerDistance(number: number, sign: 1 | -1): RangeDistance {
  if (!Number.isInteger(number)) return { shift: (key) => Number(key) + sign * number, form: (key) => Number(key) }
  const offset = BigInt(number) * BigInt(sign)
  return { shift: (key) => (key as bigint) + offset, form: same }
}

function decimalDistance(number: number, scale: number): RangeDistance {
  const unit = 10 ** scale
  if (!Number.isInteger(number * unit))
    return { shift: (key) => Number(key) + number * unit, form: (key) => Number(key) }
  const offset = Number.isInteger(number) ? BigInt(number) * 10n ** BigInt(scale) : BigInt(number * unit)
  return { shift: (key) => (key as bigint) + offset, form: same }
}

/** Dates are moved as timestamps: an interval may hold hours. */
function intervalDistance(
  type: DataType,
  intervalType: DataType,
  interval: IntervalValue,
  sign: 1 | -1,
): RangeDistance {
  const instant = type.kind === 'timestamp' ? type : timestamp('us')
  const argument = (of: DataType) => ({ type: of, nullable: false })
  const move = resolveArithmetic(sign === 1 ? '+' : '-', argument(instant), argument(intervalType)).kernel().row as (
    key: Value,
    by: Value,
  ) => Value
  const by = interval as unknown as Value
  if (type.kind === 'timestamp') return { shift: (key) => move(key, by), form: same }
  const form = (key: Value): Value => BigInt(key as number) * 86_400_000_000n
  return { shift: (key) => move(form(key), by), form }
}
