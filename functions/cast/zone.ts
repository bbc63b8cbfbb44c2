// Time zones: names of the IANA database (as the JavaScript engine knows it) and fixed offsets such as +02:00. Offsets
// are looked up per quarter of an hour and kept, because asking the engine costs a microsecond.

import { PlanError } from '../errors.ts'
import { daysFromCivil, secondsPerDay } from './calendar.ts'

export interface Zone {
  readonly name: string
  /** Seconds east of UTC at an instant given in seconds since 1970. */
  offsetAt(seconds: number): number
}

const zones = new Map<string, Zone>()

/**
 * The zone of a name.
 *
 * @throws {PlanError} `invalid_argument` when there is no such zone.
 */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name)
  if (zone === undefined) {
    zone = makeZone(name)
    if (zone === undefined) {
      throw new PlanError(
        'invalid_argument',
        `Time zone ${JSON.stringify(name)} is not known: name it like "Europe/Rome" or "+02:00"`,
        { details: { timezone: name } },
      )
    }
    zones.set(name, zone)
  }
  return zone
}

/** The same, undefined when there is no such zone. */
export const findZone = (name: string): Zone | undefined => zones.get(name) ?? makeZone(name)

function makeZone(name: string): Zone | undefined {
  const fixed = parseOffset(name)
  if (fixed !== undefined) return { name, offsetAt: () => fixed }
  try {
    return namedZone(name)
  } catch {
    return undefined
  }
}

/** Seconds east of UTC of `Z`, `UTC`, `+02`, `+0200` or `+02:00`, less than a day; undefined for other texts. */
export function parseOffset(text: string): number | undefined {
  if (/^(?:z|utc|gmt)$/i.test(text)) return 0
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(text)
  if (match === null) return undefined
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60
  if (seconds >= secondsPerDay) return undefined
  return match[1] === '-' ? -seconds : seconds
}

const quarter = 900
const maxKept = 50_000
/** Seconds from 1970 that Intl knows, either way; the rules at these ends are taken for all times beyond. */
const maxSeconds = 8.64e12

function namedZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const kept = new Map<number, number>()
  const ask = (seconds: number): number => {
    const known = Math.max(-maxSeconds, Math.min(seconds, maxSeconds))
    const part: Record<string, string> = {}
    for (const { type, value } of format.formatToParts(known * 1000)) part[type] = value
    const year = part.era?.startsWith('B') ? 1 - Number(part.year) : Number(part.year)
    const days = daysFromCivil(year, Number(part.month), Number(part.day))
    return days * secondsPerDay + Number(part.hour) * 3600 + Number(part.minute) * 60 + Number(part.second) - known
  }
  return {
    name,
    offsetAt: (seconds) => {
      const key = Math.floor(seconds / quarter)
      let offset = kept.get(key)
      if (offset === undefined) {
        if (kept.size >= maxKept) kept.clear()
        offset = ask(key * quarter)
        kept.set(key, offset)
      }
      return offset
    },
  }
}

/**
 * Seconds since 1970 of a local time given as if it were UTC. Where clocks were put back the earlier instant is taken,
 * where they were put forward the time is moved on by the gap.
 */
export function localToUtc(zone: Zone, local: number): number {
  const before = zone.offsetAt(local - secondsPerDay)
  const after = zone.offsetAt(local + secondsPerDay)
  const earlier = local - before
  if (zone.offsetAt(earlier) === before) return earlier
  const later = local - after
  return zone.offsetAt(later) === after ? later : earlier
}
