// Dates, times and intervals: fields, sums, bins and the ends of their ranges; the answers are DataFusion 55's.

import t from 'tap'
import { evaluate, failure, type Row } from '../evaluate.ts'

t.setTimeout(120_000)

const rows: readonly Row[] = [
  ["date_part('minute', interval '90 minutes 5.25 seconds')", 'Int32', '30'],
  ["date_part('second', interval '-90 minutes -5.25 seconds')", 'Int32', '-5'],
  ["date_part('month', interval '-15 months -40 days')", 'Int32', '-3'],
  ["date_part('year', interval '13 years 7 months 20 days 30 hours')", 'Int32', '13'],
  ["date_part('month', interval '13 years 7 months 20 days 30 hours')", 'Int32', '7'],
  ["date_part('day', interval '13 years 7 months 20 days 30 hours')", 'Int32', '20'],
  ["date_part('hour', interval '13 years 7 months 20 days 30 hours')", 'Int32', '30'],
  ["date_part('week', interval '-15 months -40 days')", 'Int32', '-5'],
  ["date_part('hour', arrow_cast(-93784005,'Duration(Millisecond)'))", 'Int32', '-26'],
  ["time '10:00:00' - time '10:00:00'", 'Interval(MonthDayNano)', '0 secs'],
  ["time '10:00:00' + time '10:00:00'", 'Interval(MonthDayNano)', '20 hours'],
  ["time '10:00:00' + interval '1 day 2 hours'", 'Time64(ns)', '12:00:00'],
  ["time '10:00:00' - interval '1 day 2 hours'", 'Time64(ns)', '08:00:00'],
  ["interval '1 day 2 hours' - time '10:00:00'", 'Interval(MonthDayNano)', '1 days -8 hours'],
  ["date '2020-01-01' + time '10:00:00'", 'Timestamp(ns)', '2020-01-01T10:00:00'],
  ["date '2020-01-01' - time '10:00:00'", 'Timestamp(ns)', '2019-12-31T14:00:00'],
  ["time '10:00:00' + date '2020-01-01'", 'Timestamp(ns)', '2020-01-01T10:00:00'],
  [
    "interval '1 day 2 hours' + arrow_cast(1,'Duration(Second)')",
    'Interval(MonthDayNano)',
    '1 days 2 hours 1.000000000 secs',
  ],
  [
    "arrow_cast(1,'Duration(Second)') - interval '1 day 2 hours'",
    'Interval(MonthDayNano)',
    '-1 days -1 hours -59 mins -59.000000000 secs',
  ],
  [
    "arrow_cast(1500,'Duration(Second)') + arrow_cast(1500,'Duration(Microsecond)')",
    'Interval(MonthDayNano)',
    '25 mins 0.001500000 secs',
  ],
  [
    "arrow_cast(1500,'Duration(Millisecond)') - arrow_cast(1500,'Duration(Second)')",
    'Interval(MonthDayNano)',
    '-24 mins -58.500000000 secs',
  ],
  ["interval '1 day 2 hours' + null", 'Interval(MonthDayNano)', null],
  ["time '10:00:00' + null", 'Interval(MonthDayNano)', null],
  ["date '9999-12-31' + interval '9000000000000000000 nanoseconds'", 'Date32', '+10285-03-12'],
  ["arrow_cast(95026236,'Date32') + interval '1 nanosecond'", 'Date32', '+262142-12-31'],
  [
    "date_bin(interval '1 month', timestamp '2022-03-01', timestamp '2021-01-31')",
    'Timestamp(ns)',
    '2022-02-28T00:00:00',
  ],
  [
    "date_bin(interval '1 month', timestamp '2022-02-28', timestamp '2021-01-31')",
    'Timestamp(ns)',
    '2022-02-28T00:00:00',
  ],
  [
    "date_bin(interval '1 month', timestamp '2020-12-30', timestamp '2021-01-31')",
    'Timestamp(ns)',
    '2020-11-30T00:00:00',
  ],
  [
    "date_bin(interval '1 month', timestamp '2022-03-30', timestamp '2021-01-31 12:00:00')",
    'Timestamp(ns)',
    '2022-02-28T12:00:00',
  ],
  [
    "date_bin(interval '2 months', timestamp '1969-12-31', timestamp '2021-01-31 12:00:00')",
    'Timestamp(ns)',
    '1969-11-30T12:00:00',
  ],
  [
    "date_bin(interval '1 year', timestamp '2022-02-28', timestamp '2020-02-29')",
    'Timestamp(ns)',
    '2022-02-28T00:00:00',
  ],
  [
    "date_bin(interval '1 year', timestamp '1969-12-31', timestamp '2020-02-29')",
    'Timestamp(ns)',
    '1969-02-28T00:00:00',
  ],
  [
    "date_bin(interval '5 months', timestamp '2022-03-31', timestamp '2025-08-31')",
    'Timestamp(ns)',
    '2021-11-30T00:00:00',
  ],
  ["date_part('year', arrow_cast(9223372036854775807,'Timestamp(Second, None)'))", 'Int32', null],
  [
    "arrow_try_cast(arrow_cast(9223372036854775807,'Timestamp(Second, None)'), 'Timestamp(Microsecond, None)')",
    'Timestamp(µs)',
    null,
  ],
  ["arrow_cast(-0.9,'Timestamp(Second, None)')", 'Timestamp(s)', '1970-01-01T00:00:00'],
  ["arrow_cast(1.5,'Duration(Second)')", 'Duration(s)', '0 days 0 hours 0 mins 1 secs'],
  ["arrow_cast(1.5::decimal(5,2),'Timestamp(Second, None)')", 'Timestamp(s)', '1970-01-01T00:00:01'],
  ['to_timestamp_micros(-0.9)', 'Timestamp(µs)', '1970-01-01T00:00:00'],
  ['to_timestamp(1700000000.123456789)', 'Timestamp(ns)', '2023-11-14T22:13:20.123456768'],
  ['to_timestamp(-1.55::decimal(10,2))', 'Timestamp(ns)', '1969-12-31T23:59:58.450'],
  ['to_date(1.5)', 'Date32', '1970-01-02'],
  ["arrow_cast(-1.5, 'Timestamp(Nanosecond, None)')", 'Timestamp(ns)', '1969-12-31T23:59:59.999999999'],
  ['to_timestamp_seconds(-1.5)', 'Timestamp(s)', '1969-12-31T23:59:59'],
  ['to_timestamp_millis(-1.5)', 'Timestamp(ms)', '1969-12-31T23:59:59.999'],
  ['to_timestamp_nanos(-1.5)', 'Timestamp(ns)', '1969-12-31T23:59:59.999999999'],
  ['cast(-1.5 as timestamp)', 'Timestamp(ns)', '1969-12-31T23:59:59.999999999'],
  ["interval '5 day 1' hour", 'Interval(MonthDayNano)', '5 days 1 hours'],
  ["arrow_cast(-1,'Duration(Second)')", 'Duration(s)', '0 days 0 hours 0 mins -1 secs'],
  ["arrow_cast(-3600,'Duration(Second)')", 'Duration(s)', '0 days -1 hours 0 mins 0 secs'],
  ["arrow_cast(-1,'Duration(Millisecond)')", 'Duration(ms)', '0 days 0 hours 0 mins -0.001 secs'],
  ["arrow_cast(-60001,'Duration(Millisecond)')", 'Duration(ms)', '0 days 0 hours -1 mins -0.001 secs'],
  ["arrow_cast(93784005,'Duration(Microsecond)')", 'Duration(µs)', '0 days 0 hours 1 mins 33.784005 secs'],
  ["arrow_cast(-93784005,'Duration(Nanosecond)')", 'Duration(ns)', '0 days 0 hours 0 mins -0.093784005 secs'],
  [
    "arrow_cast(9223372036854775807,'Duration(Nanosecond)')",
    'Duration(ns)',
    '106751 days 23 hours 47 mins 16.854775807 secs',
  ],
  ["to_char(arrow_cast(-60001,'Duration(Millisecond)'),'pretty')", 'Utf8', '0 days 0 hours -1 mins -0.001 secs'],
  ["to_char(arrow_cast(-60001,'Duration(Millisecond)'),'iso8601')", 'Utf8', '-PT60.001S'],
  ["range(date '2020-01-01', date '2020-03-01', interval '1 month')", 'List(Date32)', '[2020-01-01, 2020-02-01]'],
  ["range(date '2020-03-01', date '2020-01-01', interval '-1 month')", 'List(Date32)', '[2020-03-01, 2020-02-01]'],
  [
    "generate_series(date '2020-01-31', date '2020-05-31', interval '1 month')",
    'List(Date32)',
    '[2020-01-31, 2020-02-29, 2020-03-29, 2020-04-29, 2020-05-29]',
  ],
  [
    "generate_series(date '2020-01-01', date '2020-01-03', interval '1 day')",
    'List(Date32)',
    '[2020-01-01, 2020-01-02, 2020-01-03]',
  ],
  [
    "generate_series(timestamp '2020-01-31', timestamp '2020-05-02', interval '1 month')",
    'List(Timestamp(ns))',
    '[2020-01-31T00:00:00, 2020-02-29T00:00:00, 2020-03-29T00:00:00, 2020-04-29T00:00:00]',
  ],
  [
    "generate_series(arrow_cast('2020-01-01T00:00:00','Timestamp(Second, Some(\"Europe/Rome\"))'), arrow_cast('2020-01-03T00:00:00','Timestamp(Second, Some(\"Europe/Rome\"))'), interval '1 day')",
    'List(Timestamp(ns, "Europe/Rome"))',
    '[2020-01-01T00:00:00+01:00, 2020-01-02T00:00:00+01:00, 2020-01-03T00:00:00+01:00]',
  ],
  ["range(date '2020-01-01', null, interval '1 day')", 'List(Date32)', null],
  ["range(date '2020-01-01', date '2020-01-03', null)", 'List(Date32)', null],
  ["range(null, date '2020-01-03', interval '1 day')", 'List(Date32)', null],
  ['generate_series(1, 5, null)', 'List(Int64)', null],
  ["range(date '2020-01-03', date '2020-01-01', interval '1 day')", 'List(Date32)', '[]'],
  [
    "generate_series(timestamp '2020-01-03', timestamp '2020-01-01', interval '-1 day')",
    'List(Timestamp(ns))',
    '[2020-01-03T00:00:00, 2020-01-02T00:00:00, 2020-01-01T00:00:00]',
  ],
]

for (const row of rows) {
  t.test(`${row[0]} gives ${row[2]}`, (t) => {
    t.same(evaluate(row[0]), row)
    t.end()
  })
}

/** Times of 32 bits count seconds or milliseconds; what does not fit is cut. */
const times: readonly Row[] = [
  ["arrow_cast('01:02:03.456', 'Time32(Second)')", 'Time32(s)', '01:02:03'],
  ["arrow_cast('01:02:03.456789', 'Time32(Millisecond)')", 'Time32(ms)', '01:02:03.456'],
  ["arrow_cast(arrow_cast(5, 'Int32'), 'Time32(Second)')", 'Time32(s)', '00:00:05'],
  ["arrow_cast(arrow_cast(5, 'Int32'), 'Time32(Millisecond)')", 'Time32(ms)', '00:00:00.005'],
  ["arrow_cast(3600, 'Time64(Microsecond)')", 'Time64(µs)', '00:00:00.003600'],
  ["arrow_cast(arrow_cast('10:10:05', 'Time32(Second)'), 'Int32')", 'Int32', '36605'],
  ["arrow_cast(arrow_cast('10:10:05.9', 'Time32(Millisecond)'), 'Time32(Second)')", 'Time32(s)', '10:10:05'],
  ["arrow_cast(timestamp '2020-01-01 10:11:12.999', 'Time32(Second)')", 'Time32(s)', '10:11:12'],
  ["arrow_cast('10:00:00', 'Time32(Second)') - interval '15 hours 1.5 seconds'", 'Time32(s)', '18:59:58'],
  ["arrow_cast('10:00:00', 'Time64(Microsecond)') + interval '15 hours 1 nanosecond'", 'Time64(µs)', '01:00:00'],
  ["arrow_cast('10:00:00', 'Time32(Second)') - time '10:00:00'", 'Interval(MonthDayNano)', '0 secs'],
  ["date_trunc('hour', arrow_cast('10:10:00', 'Time32(Second)'))", 'Time32(s)', '10:00:00'],
  ["date_part('second', arrow_cast('10:10:05', 'Time32(Second)'))", 'Int32', '5'],
  ["to_char(arrow_cast('10:10:05', 'Time32(Second)'), '%H')", 'Utf8', '10'],
  ['make_time(1, 2, 3)', 'Time32(s)', '01:02:03'],
  // Timestamps of coarse units are brought down, not towards zero.
  [
    "arrow_cast('2020-01-01T10:00:00', 'Timestamp(Second, None)') - interval '1.5 seconds'",
    'Timestamp(s)',
    '2020-01-01T09:59:58',
  ],
  [
    "arrow_cast('1960-01-01T10:00:00', 'Timestamp(Millisecond, None)') - interval '1 microsecond'",
    'Timestamp(ms)',
    '1960-01-01T09:59:59.999',
  ],
]

for (const row of times) {
  t.test(`${row[0]} gives ${row[2]}`, (t) => {
    t.same(evaluate(row[0]), row)
    t.end()
  })
}

/** What leaves the range of its type. */
const overflows: readonly string[] = [
  "date '2020-01-01' + interval '99999999' day",
  "date '2020-01-01' + interval '999999' year",
  "date '2020-01-31' - interval '2147483647 days'",
  "arrow_cast(95026236, 'Date32') + interval '1 day'",
  "arrow_cast(95026236, 'Date32') + interval '25 hours'",
  "arrow_cast(95026236, 'Date32') + 1",
  "arrow_cast(-96465292, 'Date32') - interval '1 month'",
  "timestamp '2020-01-01' + interval '99999999 day'",
  "timestamp '2020-01-01' + interval '300 year'",
  "arrow_cast(0, 'Timestamp(Second, None)') + interval '2147483647 days'",
  "arrow_cast(8210266876799, 'Timestamp(Second, None)') + interval '1000 hours'",
  "arrow_cast(8210266876799999, 'Timestamp(Millisecond, None)') + interval '1 year'",
  "arrow_cast(9223372036854775807, 'Timestamp(Nanosecond, None)') + interval '1 nanosecond'",
  "date '9999-12-31' - time '00:00:01'",
  "arrow_cast(9223372036854775807, 'Duration(Second)') + arrow_cast(1, 'Duration(Second)')",
  "- arrow_cast(-9223372036854775808, 'Duration(Second)')",
  "interval '2147483647 months' + interval '1 month'",
  "interval '2147483647 days' + interval '1 day'",
  "interval '9000000000000000000 nanoseconds' + interval '9000000000000000000 nanoseconds'",
  "date_part('microsecond', arrow_cast(93784005, 'Duration(Millisecond)'))",
  "date_part('nanosecond', arrow_cast(9223372036854775807, 'Duration(Second)'))",
  'to_timestamp(9223372037)',
  'to_timestamp(1e300)',
  "to_timestamp('NaN'::double)",
]

/** What has no form in the type that it is cast to. */
const casts: readonly string[] = [
  "arrow_cast(9223372036854775807, 'Duration(Second)')::interval",
  "arrow_cast(arrow_cast(9223372036854775807, 'Timestamp(Second, None)'), 'Date32')",
  "arrow_cast(arrow_cast(2147483647, 'Date32'), 'Timestamp(Nanosecond, None)')",
  "cast(date '9999-12-31' as timestamp)",
  "arrow_cast(1e19, 'Timestamp(Second, None)')",
  "arrow_cast(86400, 'Time32(Second)')",
  "arrow_cast('25:00:00', 'Time32(Second)')",
]

for (const [code, failing] of [
  ['overflow', overflows],
  ['invalid_cast', casts],
] as const) {
  for (const sql of failing) {
    t.test(`${sql} fails with ${code}`, (t) => {
      t.equal(failure(sql), code)
      t.end()
    })
  }
}

t.test('a series of dates steps by whole days, and never by nothing', (t) => {
  t.equal(failure("range(date '2020-01-01', date '2020-01-03', interval '6 hours')"), 'invalid_value')
  t.equal(failure("generate_series(timestamp '2020-01-01', timestamp '2020-01-03', interval '0 day')"), 'invalid_value')
  t.equal(
    failure("generate_series(timestamp '2020-01-01', timestamp '2200-01-03', interval '1 second')"),
    'invalid_value',
  )
  t.equal(failure("range(date '2020-01-01', timestamp '2020-01-03', interval '1 day')"), 'type_mismatch')
  t.end()
})
