import t from 'tap'
import { parseArrowType } from '../../../functions/types/arrow-name.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import {
  bool,
  type DataType,
  date32,
  decimal128,
  dictionary,
  displayType,
  duration,
  field,
  float64,
  int8,
  int64,
  integerRange,
  interval,
  list,
  map,
  sameType,
  struct,
  time32,
  time64,
  timestamp,
  typeName,
  uint64,
  utf8,
} from '../../../functions/types/type.ts'

t.setTimeout(120_000)

/** Type, its name in JSON, its name in messages. */
const names: readonly (readonly [DataType, string, string])[] = [
  [int8, 'int8', 'Int8'],
  [uint64, 'uint64', 'UInt64'],
  [float64, 'float64', 'Float64'],
  [bool, 'bool', 'Boolean'],
  [utf8, 'utf8', 'Utf8'],
  [date32, 'date32', 'Date32'],
  [decimal128(10, 2), 'decimal128(10,2)', 'Decimal128(10, 2)'],
  [decimal128(38, 0), 'decimal128(38,0)', 'Decimal128(38, 0)'],
  [timestamp('ms'), 'timestamp(ms)', 'Timestamp(ms)'],
  [timestamp('ns', 'Europe/Rome'), 'timestamp(ns,Europe/Rome)', 'Timestamp(ns, "Europe/Rome")'],
  [time32('ms'), 'time32(ms)', 'Time32(ms)'],
  [time64('us'), 'time64(us)', 'Time64(µs)'],
  [duration('s'), 'duration(s)', 'Duration(s)'],
  [interval('year_month'), 'interval(year_month)', 'Interval(YearMonth)'],
  [list(int64), 'list<int64>', 'List(Int64)'],
  [list(list(utf8)), 'list<list<utf8>>', 'List(List(Utf8))'],
  [
    map(utf8, list(int64)),
    'map<utf8,list<int64>>',
    'Map("entries": non-null Struct("key": non-null Utf8, "value": List(Int64)), unsorted)',
  ],
  [dictionary(utf8), 'dictionary<int32,utf8>', 'Dictionary(Int32, Utf8)'],
  [
    struct({ a: int64, b: decimal128(5, 1) }),
    'struct<a:int64,b:decimal128(5,1)>',
    'Struct("a": Int64, "b": Decimal128(5, 1))',
  ],
]

t.test('names of fields that could be read as something else are in quotes', (t) => {
  const odd = ['a:int64,b', '', ' a', 'a "b"', '<', '\\', 'first name', 'ü', 'x.y', 'x:y,z>']
  for (const name of odd) {
    const type = struct({ [name]: list(int64), other: utf8 })
    t.same(parseType(typeName(type)), type, typeName(type))
    t.same(parseType(typeName(list(type))), list(type))
  }
  t.notOk(sameType(struct({ 'a:int64,b': int64 }), struct({ a: int64, b: int64 })))
  t.same(parseType('struct<first name: utf8>'), struct({ 'first name': utf8 }), 'not that they have to')
  for (const wrong of ['struct<"a:int64>', 'struct<"a" b:int64>', 'struct<"\\x":int64>', 'struct<:int64>', 'struct<a>'])
    t.throws(() => parseType(wrong), { code: 'unknown_type' }, wrong)
  t.end()
})

for (const [type, name, display] of names) {
  t.test(`parseType() reads back the name ${name}`, (t) => {
    t.equal(typeName(type), name)
    t.same(parseType(name), type)
    t.equal(displayType(type), display)
    t.end()
  })

  t.test(`parseArrowType() reads ${display}`, (t) => {
    t.equal(typeName(parseArrowType(display)), name)
    t.end()
  })
}

t.test('parseType() takes short names, spaces and any case', (t) => {
  t.same(parseType('String'), utf8)
  t.same(parseType(' boolean '), bool)
  t.same(parseType('decimal(4)'), decimal128(4, 0))
  t.same(parseType('timestamp'), timestamp('ms'))
  t.same(parseType('List< Int64 >'), list(int64))
  t.end()
})

t.test('parseType() names the nearest type', (t) => {
  t.throws(() => parseType('in64'), {
    code: 'unknown_type',
    message: 'Type "in64" is not known. Did you mean "int64"?',
    details: { type: 'in64' },
  })
  t.throws(() => parseType('timestamp(minutes)'), { code: 'unknown_type' })
  t.throws(() => parseType('struct<int64>'), { code: 'unknown_type' })
  t.end()
})

t.test('parseArrowType() knows the types that share one of ours', (t) => {
  t.same(parseArrowType('LargeUtf8'), utf8)
  t.same(parseArrowType('Utf8View'), utf8)
  t.same(parseArrowType('Timestamp(Nanosecond, None)'), timestamp('ns'))
  t.same(parseArrowType('Timestamp(Millisecond, Some("UTC"))'), timestamp('ms', 'UTC'))
  t.same(parseArrowType('Timestamp(µs, "+02:00")'), timestamp('us', '+02:00'))
  t.equal(
    typeName(parseArrowType('Map("entries": non-null Struct("key": non-null Utf8, "value": Int64), unsorted)')),
    'map<utf8,int64>',
  )
  t.throws(() => parseArrowType('Strng'), { code: 'unknown_type' })
  t.end()
})

t.test('parseArrowType() mixes both spellings at every level', (t) => {
  t.same(parseArrowType('list<Dictionary(Int32, LargeUtf8)>'), list(dictionary(utf8)))
  t.same(parseArrowType('List(map<utf8,int64>)'), list(map(utf8, int64)))
  t.same(parseArrowType('FixedSizeList(3 x Int64)'), list(int64))
  t.same(parseArrowType('FixedSizeList(3, non-null Int64)'), list(field('item', int64, false)))
  t.end()
})

const deep: readonly (readonly [open: string, close: string, parse: (text: string) => DataType])[] = [
  ['list<', '>', parseType],
  ['struct<a:', '>', parseType],
  ['List(', ')', parseArrowType],
  ['Struct("a": ', ')', parseArrowType],
  ['list<', '>', parseArrowType],
]
for (const [open, close, parse] of deep) {
  t.test(`${parse.name}() bounds how deep ${open}… nests, at once`, (t) => {
    const nested = (levels: number) => `${open.repeat(levels)}int64${close.repeat(levels)}`
    t.doesNotThrow(() => parse(nested(64)))
    for (const levels of [65, 20_000, 1_000_000]) {
      const message = `Cannot read the type "${nested(levels).slice(0, 40)}…": it is nested deeper than 64 levels`
      t.throws(() => parse(nested(levels)), { code: 'unknown_type', message })
    }
    t.end()
  })
}

t.test('parseType() bounds how many types make one', async (t) => {
  const fields = (count: number) => `struct<${Array.from({ length: count }, (_, i) => `f${i}:int8`)}>`
  t.match(parseType(fields(1999)), { kind: 'struct' })
  t.throws(() => parseType(fields(2000)), { code: 'unknown_type', message: /it consists of more than 2000 types$/ })
})

t.test('parseType() shortens what it quotes', (t) => {
  t.throws(() => parseType('x'.repeat(1_000_000)), { code: 'unknown_type', details: { type: `${'x'.repeat(199)}…` } })
  t.end()
})

t.test('decimal128() refuses more than 38 digits and a scale beyond its precision', (t) => {
  t.throws(() => decimal128(39, 0), {
    code: 'invalid_argument',
    message: 'Cannot make a decimal128 of precision 39: it takes 1 to 38 digits',
  })
  t.throws(() => decimal128(0), { code: 'invalid_argument' })
  t.throws(() => decimal128(5, 6), {
    code: 'invalid_argument',
    message: 'Cannot make a decimal128 of scale 6: at most its precision, 5',
  })
  t.end()
})

t.test('types are frozen plain data', (t) => {
  t.ok(Object.isFrozen(timestamp('ms')))
  t.ok(Object.isFrozen(list(int64)))
  t.ok(Object.isFrozen(struct({ a: int64 })))
  t.same(JSON.parse(JSON.stringify(list(int64))), {
    kind: 'list',
    item: { name: 'item', type: { kind: 'int64' }, nullable: true },
  })
  t.end()
})

t.test('sameType() compares by meaning, not by identity', (t) => {
  t.ok(sameType(list(int64), list(int64)))
  t.ok(sameType(list(field('a', int64)), list(field('b', int64, false))))
  t.notOk(sameType(timestamp('ms'), timestamp('ms', 'UTC')))
  t.end()
})

t.test('integerRange() gives the least and the greatest value', (t) => {
  t.same(integerRange(int8), [-128n, 127n])
  t.same(integerRange(uint64), [0n, 18446744073709551615n])
  t.end()
})
