// Functions of lists, maps, texts and numbers over nulls, nothing and the ends of their ranges; the answers are DataFusion
// 55's. Dates and times are temporal.test.ts.

import t from 'tap'
import { evaluate, failure, type Row } from '../evaluate.ts'

t.setTimeout(120_000)

const rows: readonly Row[] = [
  ['flatten([[1,2],[3]])', 'List(Int64)', '[1, 2, 3]'],
  ['flatten([[1,null],null,[]])', 'List(Int64)', '[1, ]'],
  ['flatten([1,2,null,3])', 'List(Int64)', '[1, 2, , 3]'],
  ['cardinality([[1,2],[3]])', 'UInt64', '3'],
  ['cardinality([[1,null],null,[]])', 'UInt64', '2'],
  ['array_normalize([])', 'List(Float64)', '[]'],
  ['array_normalize([0,0])', 'List(Float64)', null],
  ["array_to_string([1,2,null,3], ',', null)", 'Utf8', '1,2,3'],
  ['array_to_string([1,2,null,3], null)', 'Utf8', null],
  ["array_to_string([], ',', null)", 'Utf8', ''],
  ["array_to_string([[1,2],[3]], ',')", 'Utf8', '1,2,3'],
  ["array_to_string([[1,null],null,[]], ',')", 'Utf8', '1'],
  ["array_to_string([[1,null],null,[]], ',', '*')", 'Utf8', '1,*,*'],
  ["array_to_string([1.5,2.0,null], ',')", 'Utf8', '1.5,2'],
  ["array_to_string([1.5,2.0,null], ',', '')", 'Utf8', '1.5,2,'],
  [
    "array_to_string([1e20,1e-7,'NaN'::double,'inf'::double,-0.0::double,1.0,123456789.125,1e300], ',')",
    'Utf8',
    '100000000000000000000,0.0000001,NaN,inf,-0,1,123456789.125,1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
  ],
  ["array_to_string([arrow_cast(0.1,'Float32'), arrow_cast(1e10,'Float32')], ',')", 'Utf8', '0.1,10000000000'],
  ["array_to_string([[['a'],['b']],[['c']]], ',')", 'Utf8', 'a,b,c'],
  ["map_extract(map(['a','b'],[1,null]),'a')", 'List(Int64)', '[1]'],
  ["map_extract(map(['a','b'],[1,null]),'z')", 'List(Int64)', '[]'],
  [
    "map_extract(map(['a'],[1]),null)[1] is null and cardinality(map_extract(map(['a'],[1]),null)) = 1",
    'Boolean',
    'true',
  ],
  ["map_extract(map(['a','b'],[1,null]),null)", 'List(Int64)', '[]'],
  ["regexp_like('aXbx','x',null)", 'Boolean', 'true'],
  ['regexp_like(null,null)', 'Boolean', null],
  ["regexp_match('aXbx','x',null)", 'List(Utf8)', '[x]'],
  ["regexp_match('aaa','(a)(b)?')", 'List(Utf8)', '[a]'],
  ["regexp_replace('aXbx','x','_',null)", 'Utf8', null],
  ["regexp_replace('aaa','a*','_','g')", 'Utf8', '_'],
  ["regexp_replace('日本日','','_','g')", 'Utf8', '_日_本_日_'],
  ["regexp_replace('aaa','(a)(b)?','_','g')", 'Utf8', '___'],
  ["regexp_count('aaa','a*')", 'Int64', '1'],
  ["regexp_count('aaa','',4)", 'Int64', '1'],
  ["regexp_count('aaa','',5)", 'Int64', '0'],
  ["regexp_count('','',2)", 'Int64', '0'],
  ["regexp_instr('aaa','^a',2)", 'Int64', '2'],
  ["regexp_instr('aaa','a*',1,2)", 'Int64', '0'],
  ["regexp_instr('aaa','$',5)", 'Int64', '0'],
  ["regexp_instr('日本日','日',2)", 'Int64', '3'],
  ["find_in_set('','')", 'Int32', '1'],
  ["find_in_set('a','')", 'Int32', '0'],
  ["find_in_set('','a,,b')", 'Int32', '2'],
  ['nanvl(1,null)', 'Float64', '1.0'],
  ['nanvl(null,1)', 'Float64', null],
  ["nanvl('NaN'::double,null)", 'Float64', null],
  ["cast(decode('YQ=','base64') as text)", 'Utf8', 'a'],
  ["cast(decode('YQ','base64') as text)", 'Utf8', 'a'],
  ["log(arrow_cast(2.5,'Float32'))", 'Float32', '0.39794'],
  ["log(2,arrow_cast(2.5,'Float32'))", 'Float32', '1.3219281'],
  ['log(2.5,2)', 'Float64', '0.75647079736603'],
  ["atan2(arrow_cast(2.5,'Float32'),arrow_cast(2,'Float32'))", 'Float32', '0.8960554'],
  ["round(arrow_cast(12345.678,'Float32'),1)", 'Float32', '12345.7'],
  ["round(arrow_cast(12345.678,'Float32'),-2)", 'Float32', '12300.0'],
  ["round(arrow_cast(2.675,'Float32'),2)", 'Float32', '2.68'],
  ["round(arrow_cast(1.005,'Float32'),2)", 'Float32', '1.01'],
  ["round(arrow_cast(0.285,'Float32'),2)", 'Float32', '0.29'],
  ["round(arrow_cast(1e38,'Float32'),2)", 'Float32', '1e38'],
  ['round(2.675,2)', 'Float64', '2.68'],
  ["trunc(arrow_cast(0.29,'Float32'),2)", 'Float32', '0.29'],
  ["trunc(arrow_cast(1.15,'Float32'),2)", 'Float32', '1.15'],
  ["trunc(arrow_cast(8.41,'Float32'),2)", 'Float32', '8.41'],
  ['trunc(0.29,2)', 'Float64', '0.28'],
  ['round(-99.99::decimal(4,2),-2147483648)', 'Decimal128(4, 0)', '0'],
  ['round(12345.67::decimal(7,2),2147483647)', 'Decimal128(7, 2)', '12345.67'],
  ["regexp_replace('a.b.c', '[.]', '$0$0', 'g')", 'Utf8', 'a..b..c'],
  ["regexp_replace('a1b2', '(?P<d>[0-9])|$', '<${d}>', 'g')", 'Utf8', 'a<1>b<2>'],
  ['array_concat([1], null)', 'List(Int64)', '[1]'],
  ["map_extract(null, 'k')", 'List(Null)', null],
  ["null['a']", 'Null', null],
  ["{'a': 1}['a']", 'Int64', '1'],
  // What is no list becomes the only element of one.
  ["arrow_cast(5, 'List(Utf8)')", 'List(Utf8)', '[5]'],
  ['cast(5 as bigint[])', 'List(Int64)', '[5]'],
  ["arrow_cast('x', 'List(Utf8)')", 'List(Utf8)', '[x]'],
  ["interval '1 day 2'", 'Interval(MonthDayNano)', '1 days 2.000000000 secs'],
  ["cast('1 day 2' as interval)", 'Interval(MonthDayNano)', '2 mons 1 days'],
  ["cast('1.5' as interval)", 'Interval(MonthDayNano)', '1 mons 15 days'],
  // A dictionary has the type of its values.
  ["arrow_cast('bar', 'Dictionary(Int32, Utf8)')", 'Utf8', 'bar'],
  ["arrow_cast('5', 'Dictionary(UInt8, Int64)') + 1", 'Int64', '6'],
  ["arrow_try_cast('x', 'Dictionary(Int8, Int64)')", 'Int64', null],
  ["arrow_cast(['a', null], 'List(Dictionary(Int32, Utf8))')", 'List(Utf8)', '[a, ]'],
  ["cast(arrow_cast('2024-01-31', 'Dictionary(Int16, Date32)') as text)", 'Utf8', '2024-01-31'],
]

for (const row of rows) {
  t.test(`${row[0]} gives ${row[2]}`, (t) => {
    t.same(evaluate(row[0]), row)
    t.end()
  })
}

/** The types that values have, as arrow_typeof names them. */
const types: readonly (readonly [sql: string, type: string])[] = [
  ["map(['a'], [1])", 'Map("entries": non-null Struct("key": non-null Utf8, "value": Int64), unsorted)'],
  ["map_entries(map(['a'], [1]))", 'List(non-null Struct("key": non-null Utf8, "value": Int64))'],
  ["{'a': 1, 'b': 'x'}", 'Struct("a": Int64, "b": Utf8)'],
  ["arrow_cast(1, 'Duration(Microsecond)')", 'Duration(µs)'],
  ["arrow_cast('10:00', 'Time64(Microsecond)')", 'Time64(µs)'],
  [`arrow_cast('2020-01-01T00:00:00', 'Timestamp(Microsecond, Some("UTC"))')`, 'Timestamp(µs, "UTC")'],
  ['to_timestamp_micros(1)', 'Timestamp(µs)'],
]

for (const [sql, type] of types) {
  t.test(`arrow_typeof(${sql}) is ${type}`, (t) => {
    t.equal(evaluate(`arrow_typeof(${sql})`)[2], type)
    t.end()
  })
}

const failures: readonly (readonly [sql: string, code: string])[] = [
  ["decode('invalid', 'base64')", 'invalid_value'],
  ["decode('YR', 'base64')", 'invalid_value'],
  ["decode('YQ==YQ==', 'base64')", 'invalid_value'],
  ["decode('6G', 'hex')", 'invalid_value'],
  ["regexp_instr('aaa', 'a', 1, 0)", 'invalid_value'],
  ["regexp_count('aaa', 'a', 0)", 'invalid_value'],
  ["array_sort([1], 'x')", 'invalid_value'],
  ["array_sort([1], 'ASC', 'x')", 'invalid_value'],
  ["map([1, 2], ['x', 'y'])['a']", 'type_mismatch'],
  ["named_struct('a', 1, 'a', 2)", 'invalid_argument'],
  ["arrow_cast('x', 'List(Int64)')", 'invalid_cast'],
  ["interval '1-2'", 'syntax_error'],
  ["interval '2020-01-02'", 'syntax_error'],
  ["cast('2020-01-02' as interval)", 'invalid_cast'],
  ["+upper('a')", 'type_mismatch'],
  ["+(date '2020-01-01' + 1)", 'type_mismatch'],
  ['+(1 = 1)', 'type_mismatch'],
  ['+[1]', 'type_mismatch'],
]

for (const [sql, code] of failures) {
  t.test(`${sql} fails with ${code}`, (t) => {
    t.equal(failure(sql), code)
    t.end()
  })
}
