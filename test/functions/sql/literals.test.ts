import t from 'tap'
import { outputName } from '../../../functions/expr/display.ts'
import type { LiteralNode } from '../../../functions/expr/node.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { date32, float64, int64, interval, time64, timestamp, uint64, utf8 } from '../../../functions/types/type.ts'

const bytes = (...values: readonly number[]) => new Uint8Array(values)
const month = (months: number, days = 0, nanos = 0n) => ({ months, days, nanos })
const ns = (iso: string) => BigInt(Date.parse(iso)) * 1_000_000n

const cases = [
  ['1', int64, 1n],
  ['007', int64, 7n],
  ['-5', int64, -5n],
  ['- 5', int64, -5n],
  ['9223372036854775807', int64, 9223372036854775807n],
  ['-9223372036854775808', int64, -9223372036854775808n],
  ['9223372036854775808', uint64, 9223372036854775808n],
  ['18446744073709551615', uint64, 18446744073709551615n],
  ['18446744073709551616', float64, 2 ** 64],
  ['-9223372036854775809', float64, -(2 ** 63)],
  ['1.5', float64, 1.5],
  ['1.', float64, 1],
  ['.5', float64, 0.5],
  ['1e3', float64, 1000],
  ['2E-2', float64, 0.02],
  ['-0.0', float64, -0],
  ["'it''s'", utf8, "it's"],
  ["''", utf8, ''],
  ["'a\\n'", utf8, 'a\\n'],
  ["E'a\\n\\t\\'\\\\\\x41\\u00e9\\101'", utf8, "a\n\t'\\Aé" + 'A'],
  ["e'it''s'", utf8, "it's"],
  ['$$it is$$', utf8, 'it is'],
  ['$q$a $$ b$q$', utf8, 'a $$ b'],
  ["X'00fF'", { kind: 'binary' }, bytes(0, 255)],
  ['0x10', { kind: 'binary' }, bytes(16)],
  ['true', { kind: 'bool' }, true],
  ['FALSE', { kind: 'bool' }, false],
  ['null', { kind: 'null' }, null],
  ["date '2024-01-31'", date32, 19753],
  ["DATE '1969-12-31'", date32, -1],
  ["time '12:00:00.5'", time64('ns'), 43_200_500_000_000n],
  ["timestamp '2024-01-31'", timestamp('ns'), ns('2024-01-31T00:00:00Z')],
  ["timestamp '2024-01-31 10:00:00.25'", timestamp('ns'), ns('2024-01-31T10:00:00.250Z')],
  ["timestamp '2024-01-31T10:00:00+02:00'", timestamp('ns'), ns('2024-01-31T08:00:00Z')],
  ["timestamp '2024-01-31 10:00Z'", timestamp('ns'), ns('2024-01-31T10:00:00Z')],
  ["timestamptz '2024-01-31'", timestamp('ns', '+00:00'), ns('2024-01-31T00:00:00Z')],
  ["timestamp with time zone '2024-01-31'", timestamp('ns', '+00:00'), ns('2024-01-31T00:00:00Z')],
  ["interval '1 day'", interval(), month(0, 1)],
  ["interval '1 year 2 months 3 days'", interval(), month(14, 3)],
  ["interval '1 day 2 hours'", interval(), month(0, 1, 7_200_000_000_000n)],
  ["interval '1 day -02:30:00.5'", interval(), month(0, 1, -9_000_500_000_000n)],
  ["interval '-1 month 2 weeks'", interval(), month(-1, 14)],
  ["interval '1.5 months'", interval(), month(1, 15)],
  ["interval '1.5 years'", interval(), month(18)],
  ["interval '0.5 days'", interval(), month(0, 0, 43_200_000_000_000n)],
  ["interval '90 minutes'", interval(), month(0, 0, 5_400_000_000_000n)],
  ["interval '3' month", interval(), month(3)],
  ["interval '5'", interval(), month(0, 0, 5_000_000_000n)],
  ['interval 2 hours', interval(), month(0, 0, 7_200_000_000_000n)],
] as const

t.test('parseExpr() reads literals with their types', async (t) => {
  for (const [text, type, value] of cases) t.strictSame(parseExpr(text), { kind: 'literal', type, value }, text)
})

t.test('parseExpr() knows the offsets and names of time zones', async (t) => {
  const at = (text: string) => (parseExpr(text) as LiteralNode).value
  t.equal(at("timestamp '2024-01-31 10:00:00 Europe/Rome'"), 1_706_691_600_000_000_000n)
  t.equal(at("timestamptz '2024-01-01 00:00:00+23:59'"), 1_703_980_860_000_000_000n)
  for (const offset of ['+42:00', '+24:00', '-99', ' Europe/Rom'])
    t.throws(() => parseExpr(`timestamptz '2024-01-01 00:00:00${offset}'`), { code: 'syntax_error' }, offset)
})

t.test('parseExpr() reads the texts that a cast reads', async (t) => {
  t.strictSame(parseExpr("date '2024-01-01 12:00:00'"), parseExpr("date '2024-01-01'"))
  for (const text of ["date ' 2024-01-01'", "time '12:34:56 '", "timestamp ' 2024-01-01 12:00:00'"])
    t.throws(() => parseExpr(text), { code: 'syntax_error' }, text)
})

t.test('parseExpr() takes a plus before numbers, timestamps and intervals alone', async (t) => {
  t.strictSame(parseExpr('+1'), parseExpr('1'))
  t.equal(outputName(parseExpr('+x')), 'x')
  t.strictSame(parseExpr("+interval '1 day'"), parseExpr("interval '1 day'"))
  for (const text of ['+true', "+'a'", '+null', "+date '2024-01-01'"])
    t.throws(() => parseExpr(text), { code: 'syntax_error', message: /"\+" stands before numbers/ }, text)
})

t.test('parseExpr() takes the words of types for columns where no text follows', async (t) => {
  for (const name of ['date', 'time', 'timestamp', 'interval', 'year', 'position', 'array', 'first'])
    t.strictSame(parseExpr(`${name} + 1`), parseExpr(`"${name}" + 1`), name)
})

t.test('parseExpr() refuses texts that are no date, time or interval', async (t) => {
  const wrong = [
    ["date '2024-02-30'", 5, '"2024-02-30" is not a date'],
    ["time '25:00:00'", 5, '"25:00:00" is not a time of day'],
    ["timestamp '2024-13-01'", 10, '"2024-13-01" is not a timestamp'],
    ["interval 'soon'", 9, '"soon" is not an interval'],
    ["interval '1.2.3 days'", 9, '"1.2.3 days" is not an interval'],
    ["interval '9999999999 days'", 9, 'is not an interval'],
    [`date '${'0'.repeat(300)}'`, 5, 'is too long for a date'],
  ] as const
  for (const [text, position, message] of wrong)
    t.throws(() => parseExpr(text), { code: 'syntax_error', message: new RegExp(message), details: { position } }, text)
})
