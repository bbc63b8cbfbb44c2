import t from 'tap'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { typeName } from '../../../functions/types/type.ts'

const cases = [
  ['tinyint', 'int8'],
  ['smallint', 'int16'],
  ['int', 'int32'],
  ['INTEGER', 'int32'],
  ['bigint', 'int64'],
  ['tinyint unsigned', 'uint8'],
  ['int unsigned', 'uint32'],
  ['bigint unsigned', 'uint64'],
  ['int8', 'int8'],
  ['uint16', 'uint16'],
  ['float', 'float32'],
  ['float(53)', 'float64'],
  ['real', 'float32'],
  ['double', 'float64'],
  ['double precision', 'float64'],
  ['decimal', 'decimal128(38,10)'],
  ['decimal(10)', 'decimal128(10,0)'],
  ['numeric(10, 2)', 'decimal128(10,2)'],
  ['decimal128(10,2)', 'decimal128(10,2)'],
  ['varchar', 'utf8'],
  ['varchar(10)', 'utf8'],
  ['character varying(10)', 'utf8'],
  ['text', 'utf8'],
  ['string', 'utf8'],
  ['boolean', 'bool'],
  ['date', 'date32'],
  ['time', 'time64(ns)'],
  ['timestamp', 'timestamp(ns)'],
  ['timestamp(3)', 'timestamp(ms)'],
  ['timestamp(6) without time zone', 'timestamp(us)'],
  ['timestamp with time zone', 'timestamp(ns,+00:00)'],
  ['timestamp(us)', 'timestamp(us)'],
  ['timestamp(ms, Europe/Rome)', 'timestamp(ms,Europe/Rome)'],
  ["timestamp(ms, 'UTC')", 'timestamp(ms,UTC)'],
  ['duration(s)', 'duration(s)'],
  ['interval', 'interval(month_day_nano)'],
  ['bytea', 'binary'],
  ['binary', 'binary'],
  ['int[]', 'list<int32>'],
  ['list<list<bigint>>', 'list<list<int64>>'],
  ['array<text>', 'list<utf8>'],
  ['map<text, int[]>', 'map<utf8,list<int32>>'],
  ['struct<a int, b: list<text>>', 'struct<a:int32,b:list<utf8>>'],
  ['dictionary<int32, utf8>', 'dictionary<int32,utf8>'],
] as const

t.test('parseExpr() reads the types of casts in both spellings', async (t) => {
  for (const [text, name] of cases) {
    const node = parseExpr(`cast(x as ${text})`)
    t.equal(node.kind === 'cast' && typeName(node.to), name, text)
  }
})

t.test('parseExpr() reads a type after ::', async (t) => {
  const node = parseExpr('x::decimal(5, 1) + 1')
  t.match(node, { kind: 'binary', left: { kind: 'cast', to: { kind: 'decimal128', precision: 5, scale: 1 } } })
})

t.test('parseExpr() says where a type is wrong', async (t) => {
  const wrong = [
    ['cast(x as flaot64)', 'unknown_type', 10, 'Type "flaot64" is not known. Did you mean "float64"?'],
    ['cast(x as decimal(50, 2))', 'invalid_argument', 10, /takes 1 to 38 digits/],
    ['x::timestamp(4)', 'syntax_error', 3, /timestamps have 0, 3, 6 or 9 digits of seconds, not 4/],
    ['cast(x as map<int>)', 'syntax_error', 10, /map<…> takes 2 types/],
    ['cast(x as list<int)', 'syntax_error', 18, /expected ">" to close list<, after|expected ">" to close list</],
    ['cast(x as )', 'syntax_error', 10, /expected a type after "as", found "\)"/],
    [`cast(x as ${'y'.repeat(300)})`, 'unknown_type', 10, /no type has a name this long/],
    [`cast(x as int${'[]'.repeat(300)})`, 'unknown_type', 143, /no type is nested deeper than 64 levels/],
    [`cast(x as ${'list<'.repeat(20_000)}int`, 'unknown_type', 335, /no type is nested deeper than 64 levels/],
    ['cast(x as list<flaot64>)', 'unknown_type', 15, 'Type "flaot64" is not known. Did you mean "float64"?'],
    ['cast(x as decimal128(50, 2))', 'invalid_argument', 10, /takes 1 to 38 digits/],
    ['cast(x as timestamp(min, UTC))', 'unknown_type', 10, /^Type "timestamp\(min, UTC\)" is not known/],
    ['cast(x as "int")', 'unknown_type', 10, 'Type "int" is not known. Did you mean "int8"?'],
    ['cast(x as dictionary<int>)', 'syntax_error', 10, /dictionary<…> takes 2 types/],
  ] as const
  for (const [text, code, position, message] of wrong)
    t.throws(() => parseExpr(text), { code, message, details: { position } }, text)
})
