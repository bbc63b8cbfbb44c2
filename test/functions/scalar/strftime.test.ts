import t from 'tap'
import { parseDate } from '../../../functions/cast/temporal-text.ts'
import { compileFormat, compileParser } from '../../../functions/scalar/strftime.ts'

t.setTimeout(120_000)

const at = (date: string, seconds: number, nanos = 0, offset?: number) => ({
  days: parseDate(date)!,
  seconds,
  nanos,
  offset,
  zone: offset === undefined ? undefined : 'Europe/Rome',
})
const afternoon = at('2024-02-09', 13 * 3600 + 5 * 60 + 7, 45_600_000, 3600)

const formats: readonly (readonly [string, string])[] = [
  ['%Y-%m-%d', '2024-02-09'],
  ['%F %T', '2024-02-09 13:05:07'],
  ['%d/%m/%y', '09/02/24'],
  ['%-d.%-m.%Y', '9.2.2024'],
  ['%e|%_d|%0e', ' 9| 9|09'],
  ['%A %a %B %b %h', 'Friday Fri February Feb Feb'],
  ['%j %U %W %V %G %g %u %w', '040 05 06 06 2024 24 5 5'],
  ['%H:%M:%S', '13:05:07'],
  ['%I:%M %p %P', '01:05 PM pm'],
  ['%k %l', '13  1'],
  ['%f', '045600000'],
  ['%.f %.3f %.6f %.9f %3f %6f', '.045600 .045 .045600 .045600000 045 045600'],
  ['%z %:z %Z', '+0100 +01:00 Europe/Rome'],
  ['%D %x %R %X', '02/09/24 02/09/24 13:05 13:05:07'],
  ['%c', 'Fri Feb  9 13:05:07 2024'],
  ['%r', '01:05:07 PM'],
  ['%v', ' 9-Feb-2024'],
  ['%s', '1707480307'],
  ['%+', '2024-02-09T13:05:07.045600+01:00'],
  ['%C%% %t|%n|', '20% \t|\n|'],
  ['no specifiers, é', 'no specifiers, é'],
]

for (const [format, wanted] of formats) {
  t.test(`compileFormat() writes ${format}`, (t) => {
    t.equal(compileFormat(format)(afternoon), wanted)
    t.end()
  })
}

t.test('hours of the clock with twelve start at 12', (t) => {
  t.equal(compileFormat('%I %p')(at('2024-01-01', 0)), '12 AM')
  t.equal(compileFormat('%I %p')(at('2024-01-01', 43_200)), '12 PM')
  t.equal(compileFormat('%.f|%z')(at('2024-01-01', 0)), '|')
  t.end()
})

const texts: readonly (readonly [string, string, string | undefined])[] = [
  ['%d/%m/%Y', '29/02/2024', '2024-02-29T00:00:00.000Z'],
  ['%d/%m/%Y', '30/02/2024', undefined],
  ['%d/%m/%Y', '2024-02-29', undefined],
  ['%Y%m%d %H%M%S', '20240229 123456', '2024-02-29T12:34:56.000Z'],
  ['%F %T%.f', '2024-02-29 12:34:56.5', '2024-02-29T12:34:56.500Z'],
  ['%F %T%.f', '2024-02-29 12:34:56', '2024-02-29T12:34:56.000Z'],
  ['%I:%M %p %d %b %Y', '01:05 PM 9 Feb 2024', '2024-02-09T13:05:00.000Z'],
  ['%A, %B %d, %Y', 'Friday, February 09, 2024', '2024-02-09T00:00:00.000Z'],
  ['%F %T %z', '2024-02-29 12:34:56 +0200', '2024-02-29T10:34:56.000Z'],
  ['%y-%j', '24-060', '2024-02-29T00:00:00.000Z'],
  ['%s', '1707480307', '2024-02-09T12:05:07.000Z'],
  ['%H:%M', '25:00', undefined],
  ['(%Y)', '(2024)', '2024-01-01T00:00:00.000Z'],
]

for (const [format, text, wanted] of texts) {
  t.test(`compileParser() reads ${text} by ${format} as ${wanted ?? 'nothing'}`, (t) => {
    const parsed = compileParser(format)(text)
    const shown = parsed && new Date(parsed.seconds * 1000 + parsed.nanos / 1_000_000).toISOString()
    t.equal(shown, wanted)
    t.end()
  })
}

t.test('specifiers that are not known are named', (t) => {
  t.throws(() => compileFormat('%Y %Q'), {
    code: 'invalid_value',
    message: 'Cannot use "%Q" in the format "%Y %Q": it is not known',
  })
  t.throws(() => compileParser('%W'), { code: 'invalid_value' })
  t.throws(() => compileFormat('%'), { code: 'invalid_value' })
  t.end()
})
