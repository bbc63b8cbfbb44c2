import t from 'tap'
import {
  addMonths,
  civilFromDays,
  dayOf,
  daysFromCivil,
  floorDivide,
  floorQuotient,
  isoWeek,
  isoYear,
  monthOf,
  weekday,
  yearOf,
} from '../../../functions/cast/calendar.ts'
import { conversionKernel, resolveCast } from '../../../functions/cast/cast.ts'
import { formatInterval, parseInterval } from '../../../functions/cast/interval.ts'
import { dateText, parseDate, parseTime, parseTimestamp, timestampText } from '../../../functions/cast/temporal-text.ts'
import { localToUtc, parseOffset, zoneOf } from '../../../functions/cast/zone.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import type { Value } from '../../../functions/types/value.ts'

t.setTimeout(120_000)

const cast = (value: Value, from: string, to: string): Value =>
  resolveCast({ type: parseType(from), nullable: true }, parseType(to), false)
    ?.kernel()
    .row(value as never) ?? null

t.test('the calendar agrees with Date on every day of ten thousand years, by steps', (t) => {
  let wrong = 0
  for (let days = -719_162; days < 2_932_896; days += 97) {
    const date = new Date(days * 86_400_000)
    const civil = civilFromDays(days)
    const same =
      yearOf(civil) === date.getUTCFullYear() &&
      monthOf(civil) === date.getUTCMonth() + 1 &&
      dayOf(civil) === date.getUTCDate() &&
      weekday(days) === date.getUTCDay() &&
      daysFromCivil(yearOf(civil), monthOf(civil), dayOf(civil)) === days
    if (!same) wrong++
  }
  t.equal(wrong, 0)
  t.end()
})

t.test('floorQuotient() divides as bigints do, on both sides of what doubles hold', (t) => {
  const divisors = [1n, 7n, 1000n, 60_000_000n, 86_400_000_000n, 1_000_000_000n]
  let wrong = 0
  for (const divisor of divisors) {
    for (const base of [
      0n,
      1n,
      1_709_210_096_123_456n,
      2n ** 52n / divisor,
      2n ** 53n / divisor,
      2n ** 62n / divisor,
    ]) {
      for (const step of [-1n, 0n, 1n]) {
        for (const sign of [1n, -1n]) {
          const ticks = BigInt.asIntN(64, sign * (base * divisor + step))
          if (floorQuotient(ticks, divisor) !== Number(floorDivide(ticks, divisor))) wrong++
        }
      }
    }
  }
  t.equal(wrong, 0)
  t.end()
})

t.test('weeks belong to the year of their Thursday', (t) => {
  const week = (text: string) => [isoYear(parseDate(text)!), isoWeek(parseDate(text)!)]
  t.same(week('2021-01-03'), [2020, 53])
  t.same(week('2021-01-04'), [2021, 1])
  t.same(week('2024-12-30'), [2025, 1])
  t.end()
})

t.test('addMonths() clamps to the end of a shorter month', (t) => {
  t.equal(dateText(addMonths(parseDate('2024-01-31')!, 1)), '2024-02-29')
  t.equal(dateText(addMonths(parseDate('2023-01-31')!, 1)), '2023-02-28')
  t.equal(dateText(addMonths(parseDate('2024-03-31')!, -13)), '2023-02-28')
  t.end()
})

const timestamps: readonly (readonly [string, string | undefined])[] = [
  ['2024-02-29', '2024-02-29T00:00:00'],
  ['2024-02-29 12:34', '2024-02-29T12:34:00'],
  ['2024-02-29T12:34:56Z', '2024-02-29T12:34:56'],
  ['2024-02-29T12:34:56.5+02:00', '2024-02-29T10:34:56.500'],
  ['2024-02-29T12:34:56 Europe/Rome', '2024-02-29T11:34:56'],
  ['1969-12-31T23:59:59.999999999', '1969-12-31T23:59:59.999999999'],
  ['2023-02-29', undefined],
  ['2024-02-29T24:00:00', undefined],
  ['2024-02-29T12:34:56 Europe/Nowhere', undefined],
  ['noon', undefined],
  ['', undefined],
]

for (const [text, wanted] of timestamps) {
  t.test(`parseTimestamp() reads ${JSON.stringify(text)} as ${wanted ?? 'nothing'}`, (t) => {
    const ticks = parseTimestamp(text, 'ns')
    t.equal(ticks === undefined ? undefined : timestampText(ticks, 'ns'), wanted)
    t.end()
  })
}

t.test('parseTime() reads times of day', (t) => {
  t.equal(parseTime('12:34:56.5'), 45_296_500_000_000n)
  t.equal(parseTime('1:02'), 3_720_000_000_000n)
  t.equal(parseTime('24:00:00'), undefined)
  t.end()
})

t.test('casts between temporal types keep to the calendar and cut ticks', (t) => {
  t.equal(cast(-1n, 'timestamp(ns)', 'timestamp(ms)'), 0n)
  t.equal(cast(-1n, 'timestamp(ns)', 'date32'), -1)
  t.equal(cast(1, 'date32', 'timestamp(ms)'), 86_400_000n)
  t.equal(cast(-1n, 'timestamp(s)', 'time64(us)'), 86_399_000_000n)
  t.equal(cast(86_400_000n, 'timestamp(ms)', 'int64'), 86_400_000n)
  t.equal(cast(7, 'date32', 'int64'), 7n)
  t.equal(cast(7n, 'int64', 'date32'), 7)
  t.throws(() => cast(-719_162, 'date32', 'timestamp(ns)'), { code: 'invalid_cast' })
  t.end()
})

t.test('an integer cast to a timestamp counts seconds, for arrow_cast nanoseconds', (t) => {
  t.equal(cast(1n, 'int64', 'timestamp(ns)'), 1_000_000_000n)
  t.equal(conversionKernel(parseType('int64'), parseType('timestamp(ns)'), false).row(1n as never), 1n)
  t.end()
})

t.test('a local time cast to a zone becomes the instant at which clocks there show it', (t) => {
  const noon = parseTimestamp('2024-07-01T12:00:00', 'us')!
  t.equal(cast(noon, 'timestamp(us)', 'timestamp(us,Europe/Rome)'), parseTimestamp('2024-07-01T10:00:00', 'us'))
  t.equal(cast(noon, 'timestamp(us,Europe/Rome)', 'utf8'), '2024-07-01T14:00:00+02:00')
  t.equal(cast(noon, 'timestamp(us,UTC)', 'utf8'), '2024-07-01T12:00:00Z')
  t.equal(cast(noon, 'timestamp(us,-05:30)', 'utf8'), '2024-07-01T06:30:00-05:30')
  t.equal(cast(noon, 'timestamp(us,UTC)', 'timestamp(us,Europe/Rome)'), noon)
  t.end()
})

t.test(
  'localToUtc() takes the earlier instant where clocks are put back and moves on where they are put forward',
  (t) => {
    const zone = zoneOf('America/New_York')
    const utc = (text: string) => new Date(localToUtc(zone, Number(parseTimestamp(text, 's'))) * 1000).toISOString()
    t.equal(utc('2024-11-03T01:30:00'), '2024-11-03T05:30:00.000Z')
    t.equal(utc('2024-03-10T02:30:00'), '2024-03-10T07:30:00.000Z')
    t.equal(utc('2024-07-01T12:00:00'), '2024-07-01T16:00:00.000Z')
    t.end()
  },
)

t.test('zones are named by the database or by their offset', (t) => {
  t.equal(parseOffset('+02:00'), 7200)
  t.equal(parseOffset('-0530'), -19_800)
  t.equal(parseOffset('Europe/Rome'), undefined)
  t.throws(() => zoneOf('Mars/Olympus'), {
    code: 'invalid_argument',
    message: 'Time zone "Mars/Olympus" is not known: name it like "Europe/Rome" or "+02:00"',
  })
  t.end()
})

t.test('intervals are written in months, days and time', (t) => {
  const text = (source: string) => formatInterval(parseInterval(source)!)
  t.equal(text('1 year 2 months 3 days'), '14 mons 3 days')
  t.equal(text('90 minutes'), '1 hours 30 mins')
  t.equal(text('-1.5 seconds'), '-1.500000000 secs')
  t.equal(text('0 days'), '0 secs')
  t.end()
})

t.test('parseInterval() takes a number without a unit only at the end, and numbers apart', (t) => {
  t.same(parseInterval('5 day 1', 'hour'), { months: 0, days: 5, nanos: 3_600_000_000_000n })
  t.same(parseInterval('1 day -2 hours'), { months: 0, days: 1, nanos: -7_200_000_000_000n })
  for (const text of ['1-2', '1 2-3', '5 5', '5 5 days', '1+2 hours', '1 02:03:04'])
    t.equal(parseInterval(text, 'day'), undefined, text)
  t.end()
})
