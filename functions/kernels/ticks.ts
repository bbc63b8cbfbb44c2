// Columns of ticks read and written as doubles, by the two 32-bit halves of each: bigints would cost many times as much.
// Only ticks that a double holds exactly are taken; other columns are left to the row functions.

import { ticksPerSecond } from '../cast/calendar.ts'
import type { BigIntColumn, NumberColumn, PlainColumn } from '../column/column.ts'
import type { ColumnArgument } from '../contract/scalar.ts'
import { int32, type TimestampType } from '../types/type.ts'

/** Below this doubles hold whole numbers, and their quotients are never rounded up to the next one. */
const exact = 2 ** 52
const word = 2 ** 32

const halves = (values: BigInt64Array | BigUint64Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length * 2)

/** The column of an argument when its ticks can be read as doubles: nanoseconds of our time cannot. */
function ticksColumn(arg: ColumnArgument | undefined, type: TimestampType): BigIntColumn | undefined {
  const column = arg?.column
  if (column === undefined || column.storage !== 'bigint' || type.unit === 'ns' || type.timezone !== undefined)
    return undefined
  return column
}

/** Makes 32-bit integers of the whole seconds since 1970 of each row. */
export function mapSeconds(
  arg: ColumnArgument | undefined,
  length: number,
  type: TimestampType,
  of: (seconds: number) => number,
): PlainColumn | undefined {
  const column = ticksColumn(arg, type)
  if (column === undefined) return undefined
  const perSecond = Number(ticksPerSecond[type.unit])
  // Of what no calendar has, the row function knows what to make.
  const most = type.unit === 's' ? 262_000 * 365 * 86_400 : exact
  const from = halves(column.values)
  const values = new Int32Array(length)
  for (let i = 0; i < length; i++) {
    const ticks = (from[2 * i + 1] ?? 0) * word + ((from[2 * i] ?? 0) >>> 0)
    // A null row may hold anything; a row with a value this far out is for the row function.
    if (ticks > most || ticks < -most) {
      if (column.valid === undefined || column.valid[i] === 1) return undefined
      continue
    }
    values[i] = of(Math.floor(ticks / perSecond))
  }
  return { storage: 'number', type: int32, length, valid: undefined, values }
}

/** Brings ticks down to a multiple of `size`. */
export function floorTicks(
  arg: ColumnArgument | undefined,
  length: number,
  type: TimestampType,
  size: number,
): PlainColumn | undefined {
  const column = ticksColumn(arg, type)
  if (column === undefined) return undefined
  const from = halves(column.values)
  const values = new BigInt64Array(length)
  const to = halves(values)
  for (let i = 0; i < length; i++) {
    const ticks = (from[2 * i + 1] ?? 0) * word + ((from[2 * i] ?? 0) >>> 0)
    if (ticks > exact || ticks < -exact) {
      if (column.valid === undefined || column.valid[i] === 1) return undefined
      continue
    }
    const start = Math.floor(ticks / size) * size
    const high = Math.floor(start / word)
    to[2 * i] = start - high * word
    to[2 * i + 1] = high
  }
  return { storage: 'bigint', type, length, valid: undefined, values }
}

/** Makes 32-bit integers of the days of a column of dates. */
export function mapDays(
  arg: ColumnArgument | undefined,
  length: number,
  of: (days: number) => number,
): NumberColumn | undefined {
  const column = arg?.column
  if (column === undefined || column.storage !== 'number') return undefined
  const from = column.values
  const values = new Int32Array(length)
  for (let i = 0; i < length; i++) values[i] = of(from[i] ?? 0)
  return { storage: 'number', type: int32, length, valid: undefined, values }
}
