// The formats of to_char and of the parsing functions: chrono's, which are strftime's with fractions of seconds.

import {
  civilFromDays,
  dayOf,
  dayOfYear,
  daysOf,
  isoWeek,
  isoWeekday,
  isoYear,
  monthOf,
  secondsPerDay,
  weekday,
  yearOf,
} from '../cast/calendar.ts'
import { clockText, dateText, fractionText, offsetText, two } from '../cast/temporal-text.ts'
import { DataError } from '../errors.ts'

/** What is written: local days and seconds of the day, nanoseconds of the second, and the zone. */
export interface Moment {
  readonly days: number
  readonly seconds: number
  readonly nanos: number
  readonly offset: number | undefined
  readonly zone: string | undefined
}

const months = 'January February March April May June July August September October November December'.split(' ')
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

const month = (at: Moment): number => monthOf(civilFromDays(at.days))
const year = (at: Moment): number => yearOf(civilFromDays(at.days))
const hour = (at: Moment): number => Math.floor(at.seconds / 3600)
const hour12 = (at: Moment): number => hour(at) % 12 || 12
const minute = (at: Moment): number => Math.floor(at.seconds / 60) % 60
const second = (at: Moment): number => at.seconds % 60
const epoch = (at: Moment): number => at.days * secondsPerDay + at.seconds - (at.offset ?? 0)
const modulo = (a: number, b: number): number => ((a % b) + b) % b
const signedYear = (value: number): string =>
  value >= 0 && value <= 9999
    ? String(value).padStart(4, '0')
    : `${value < 0 ? '-' : '+'}${String(Math.abs(value)).padStart(4, '0')}`

/** Numbers with their width and what fills it. */
const numbers: Readonly<Record<string, readonly [width: number, fill: '0' | ' ', value: (at: Moment) => number]>> = {
  C: [2, '0', (at) => Math.floor(year(at) / 100)],
  y: [2, '0', (at) => modulo(year(at), 100)],
  g: [2, '0', (at) => modulo(isoYear(at.days), 100)],
  m: [2, '0', month],
  d: [2, '0', (at) => dayOf(civilFromDays(at.days))],
  e: [2, ' ', (at) => dayOf(civilFromDays(at.days))],
  w: [1, '0', (at) => weekday(at.days)],
  u: [1, '0', (at) => isoWeekday(at.days)],
  U: [2, '0', (at) => Math.floor((dayOfYear(at.days) + 6 - weekday(at.days)) / 7)],
  W: [2, '0', (at) => Math.floor((dayOfYear(at.days) + 6 - modulo(weekday(at.days) - 1, 7)) / 7)],
  V: [2, '0', (at) => isoWeek(at.days)],
  j: [3, '0', (at) => dayOfYear(at.days)],
  H: [2, '0', hour],
  k: [2, ' ', hour],
  I: [2, '0', hour12],
  l: [2, ' ', hour12],
  M: [2, '0', minute],
  S: [2, '0', second],
  s: [1, '0', epoch],
}

const texts: Readonly<Record<string, (at: Moment) => string>> = {
  Y: (at) => signedYear(year(at)),
  G: (at) => signedYear(isoYear(at.days)),
  B: (at) => months[month(at) - 1] ?? '',
  b: (at) => (months[month(at) - 1] ?? '').slice(0, 3),
  h: (at) => (months[month(at) - 1] ?? '').slice(0, 3),
  A: (at) => weekdays[weekday(at.days)] ?? '',
  a: (at) => (weekdays[weekday(at.days)] ?? '').slice(0, 3),
  P: (at) => (hour(at) < 12 ? 'am' : 'pm'),
  p: (at) => (hour(at) < 12 ? 'AM' : 'PM'),
  f: (at) => String(at.nanos).padStart(9, '0'),
  Z: (at) => at.zone ?? '',
  z: (at) => (at.offset === undefined ? '' : offsetText(at.offset, '')),
  F: (at) => dateText(at.days),
  T: (at) => clockText(at.seconds),
  X: (at) => clockText(at.seconds),
  R: (at) => `${two(hour(at))}:${two(minute(at))}`,
  D: (at) => `${two(month(at))}/${two(dayOf(civilFromDays(at.days)))}/${two(modulo(year(at), 100))}`,
  x: (at) => `${two(month(at))}/${two(dayOf(civilFromDays(at.days)))}/${two(modulo(year(at), 100))}`,
  '+': (at) => `${dateText(at.days)}T${clockText(at.seconds)}${fractionText(at.nanos)}${offsetText(at.offset ?? 0)}`,
  t: () => '\t',
  n: () => '\n',
  '%': () => '%',
}
/** Formats that stand for others. */
const compounds: Readonly<Record<string, string>> = { r: '%I:%M:%S %p', c: '%a %b %e %H:%M:%S %Y', v: '%e-%b-%Y' }

const specifier = /%(?:([-_0])?([A-Za-z+%])|(:{1,2})z|(\.)?([369])f|\.f)/y

interface Piece {
  readonly letter: string
  readonly pad: string | undefined
  readonly digits: number | undefined
}

/** Splits a format into literal texts and specifiers. */
function pieces(format: string): readonly (string | Piece)[] {
  const found: (string | Piece)[] = []
  let at = 0
  while (at < format.length) {
    const next = format.indexOf('%', at)
    if (next === -1) return [...found, format.slice(at)]
    if (next > at) found.push(format.slice(at, next))
    specifier.lastIndex = next
    const match = specifier.exec(format)
    if (match === null) unknownSpecifier(format.slice(next, next + 2), format)
    const [whole, pad, letter, colons, point, digits] = match
    at = specifier.lastIndex
    if (colons !== undefined) found.push({ letter: ':z', pad, digits: colons.length })
    else if (letter === undefined)
      found.push({
        letter: whole.startsWith('%.') ? '.f' : 'f',
        pad: point,
        digits: digits === undefined ? undefined : Number(digits),
      })
    else if (compounds[letter] !== undefined) found.push(...pieces(compounds[letter]))
    else found.push({ letter, pad, digits: undefined })
  }
  return found
}

function unknownSpecifier(text: string, format: string): never {
  throw new DataError('invalid_value', `Cannot use "${text}" in the format ${JSON.stringify(format)}: it is not known`)
}

/**
 * Makes the function that writes moments in a format.
 *
 * @throws {DataError} `invalid_value` for a specifier that is not known.
 */
export function compileFormat(format: string): (at: Moment) => string {
  const writers = pieces(format).map((piece) => (typeof piece === 'string' ? () => piece : writer(piece, format)))
  return (at) => {
    let written = ''
    for (const write of writers) written += write(at)
    return written
  }
}

function writer({ letter, pad, digits }: Piece, format: string): (at: Moment) => string {
  if (letter === ':z') return (at) => (at.offset === undefined ? '' : offsetText(at.offset))
  if (letter === '.f' && digits === undefined) return (at) => fractionText(at.nanos)
  if (digits !== undefined) {
    const point = letter === '.f' ? '.' : ''
    return (at) => point + String(at.nanos).padStart(9, '0').slice(0, digits)
  }
  const number = numbers[letter]
  if (number !== undefined) {
    const [width, usual, value] = number
    const fill = pad === '_' ? ' ' : pad === '0' ? '0' : usual
    return pad === '-' ? (at) => String(value(at)) : (at) => String(value(at)).padStart(width, fill)
  }
  return texts[letter] ?? unknownSpecifier(`%${letter}`, format)
}

/** What each specifier accepts in a text, as a pattern with one group. */
const inputPatterns: Readonly<Record<string, string>> = {
  Y: '([+-]\\d{1,6}|\\d{1,4})',
  y: '(\\d{2})',
  m: '(\\d{1,2})',
  d: '\\s*(\\d{1,2})',
  e: '\\s*(\\d{1,2})',
  j: '(\\d{1,3})',
  H: '(\\d{1,2})',
  k: '\\s*(\\d{1,2})',
  I: '(\\d{1,2})',
  l: '\\s*(\\d{1,2})',
  M: '(\\d{1,2})',
  S: '(\\d{1,2})',
  f: '(\\d{1,9})',
  '.f': '(?:\\.(\\d{1,9}))?',
  p: '([AaPp][Mm])',
  P: '([AaPp][Mm])',
  B: '([A-Za-z]+)',
  b: '([A-Za-z]+)',
  h: '([A-Za-z]+)',
  A: '([A-Za-z]+)',
  a: '([A-Za-z]+)',
  z: '([+-]\\d{2}:?\\d{2}|Z)',
  ':z': '([+-]\\d{2}:?\\d{2}|Z)',
  Z: '([A-Za-z]+)',
  s: '(-?\\d+)',
}
const compoundInputs: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  X: '%H:%M:%S',
  x: '%m/%d/%y',
}

/** What a text in a format says, in seconds since 1970 (UTC where it has an offset) and nanoseconds. */
export interface Parsed {
  readonly seconds: number
  readonly nanos: number
}

/**
 * Makes the function that parses texts in a format.
 *
 * @returns A function that gives undefined for texts in another format.
 */
export function compileParser(format: string): (text: string) => Parsed | undefined {
  const expanded = format.replace(/%([FTRDXx])/g, (whole, letter: string) => compoundInputs[letter] ?? whole)
  const letters: string[] = []
  const source = pieces(expanded).map((piece) => {
    if (typeof piece === 'string') return RegExp.escape(piece).replace(/(?:\\x20|\s)+/g, '\\s*')
    if (piece.letter === '%' || piece.letter === 't' || piece.letter === 'n') return piece.letter === '%' ? '%' : '\\s*'
    const inputPattern = inputPatterns[piece.letter]
    if (inputPattern === undefined) return unknownSpecifier(`%${piece.letter}`, format)
    letters.push(piece.letter.replace('.f', 'f').replace(':z', 'z'))
    return inputPattern
  })
  const pattern = new RegExp(`^${source.join('')}$`)
  return (text) => {
    const match = pattern.exec(text)
    return match === null ? undefined : parsedMoment(letters, match)
  }
}

function parsedMoment(letters: readonly string[], match: RegExpExecArray): Parsed | undefined {
  const said = new Map(letters.map((letter, i) => [letter, match[i + 1] ?? '']))
  const number = (...names: string[]): number | undefined => {
    const found = names.find((name) => said.has(name))
    return found === undefined || said.get(found) === '' ? undefined : Number(said.get(found))
  }
  const nanos = Number((said.get('f') ?? '').padEnd(9, '0'))
  const epochSeconds = number('s')
  if (epochSeconds !== undefined) return { seconds: epochSeconds, nanos }
  const short = number('y')
  const ofYear = number('Y') ?? (short === undefined ? 1970 : short + (short < 70 ? 2000 : 1900))
  const name = (said.get('B') ?? said.get('b') ?? said.get('h'))?.toLowerCase()
  const named =
    name === undefined ? -1 : months.findIndex((m) => m.toLowerCase() === name || m.slice(0, 3).toLowerCase() === name)
  const ofMonth = named >= 0 ? named + 1 : (number('m') ?? 1)
  const dayNumber = number('j')
  const days =
    dayNumber === undefined
      ? daysOf(ofYear, ofMonth, number('d', 'e') ?? 1)
      : (daysOf(ofYear, 1, 1) ?? 0) + dayNumber - 1
  let hours = number('H', 'k')
  const half = (said.get('p') ?? said.get('P'))?.toLowerCase()
  if (hours === undefined) hours = ((number('I', 'l') ?? 0) % 12) + (half === 'pm' ? 12 : 0)
  const [minutes, seconds] = [number('M') ?? 0, number('S') ?? 0]
  if (days === undefined || hours > 23 || minutes > 59 || seconds > 60) return undefined
  const zone = /^([+-])(\d{2}):?(\d{2})$/.exec(said.get('z') ?? '')
  const offset = zone === null ? 0 : (Number(zone[2]) * 3600 + Number(zone[3]) * 60) * (zone[1] === '-' ? -1 : 1)
  return { seconds: days * secondsPerDay + hours * 3600 + minutes * 60 + seconds - offset, nanos }
}
