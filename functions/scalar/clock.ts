// What a clock and a calendar show for a value of a temporal type: local days, seconds and nanoseconds, by the type's
// unit and zone. The functions that take dates apart share it.

import { floorModulo, floorQuotient, secondsPerDay, ticksPerSecond } from '../cast/calendar.ts'
import { toLocal } from '../cast/temporal.ts'
import { type Zone, zoneOf } from '../cast/zone.ts'
import type { Parameter } from '../contract/signature.ts'
import { type DataType, timestamp } from '../types/type.ts'

/** Reads values of one type. */
export interface Clock {
  /** Local seconds since 1970, whole. */
  seconds(value: never): number
  /** Nanoseconds of the second. */
  nanos(value: never): number
  /** Local days since 1970. */
  days(value: never): number
  /** Seconds east of UTC; undefined for types without a zone. */
  offset(value: never): number | undefined
  readonly zone: Zone | undefined
}

/** The clock of a type; undefined for types other than points in time. */
export function clockOf(type: DataType): Clock | undefined {
  switch (type.kind) {
    case 'date32':
      return {
        seconds: (days: number) => days * secondsPerDay,
        nanos: () => 0,
        days: (days: number) => days,
        offset: () => undefined,
        zone: undefined,
      }
    case 'time32':
    case 'time64': {
      const perSecond = ticksPerSecond[type.unit]
      const perTick = Number(1_000_000_000n / perSecond)
      return {
        seconds: (ticks: bigint) => Number(ticks / perSecond),
        nanos: (ticks: bigint) => Number(ticks % perSecond) * perTick,
        days: () => 0,
        offset: () => undefined,
        zone: undefined,
      }
    }
    case 'timestamp': {
      const perSecond = ticksPerSecond[type.unit]
      const perDay = perSecond * BigInt(secondsPerDay)
      const perTick = Number(1_000_000_000n / perSecond)
      const zone = type.timezone === undefined ? undefined : zoneOf(type.timezone)
      return {
        seconds: (ticks: bigint) => floorQuotient(toLocal(ticks, zone, perSecond), perSecond),
        nanos: (ticks: bigint) => Number(floorModulo(ticks, perSecond)) * perTick,
        days: (ticks: bigint) => floorQuotient(toLocal(ticks, zone, perSecond), perDay),
        offset: (ticks: bigint) => zone?.offsetAt(floorQuotient(ticks, perSecond)),
        zone,
      }
    }
    default:
      return undefined
  }
}

/** Seconds since midnight, a small integer. */
export const secondOfDay = (seconds: number): number =>
  (seconds - Math.floor(seconds / secondsPerDay) * secondsPerDay) | 0

/** A date, time, timestamp, duration or interval; a string is read as a timestamp. */
export const temporal: Parameter = {
  describe: 'a date, time or timestamp',
  coerce: (type) => {
    if (type.kind === 'utf8' || type.kind === 'null') return timestamp('ns')
    const kinds: readonly DataType['kind'][] = ['date32', 'timestamp', 'time32', 'time64', 'duration', 'interval']
    return kinds.includes(type.kind) ? type : undefined
  },
}

/** A date or timestamp; dates and strings are read as timestamps in nanoseconds. */
export const moment: Parameter = {
  describe: 'a date or timestamp',
  coerce: (type) => {
    if (type.kind === 'timestamp') return type
    return type.kind === 'date32' || type.kind === 'utf8' || type.kind === 'null' ? timestamp('ns') : undefined
  },
}
