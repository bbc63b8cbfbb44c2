import t from 'tap'
import {
  arithmeticTypes,
  commonNumeric,
  comparisonType,
  conditionType,
  unifyTypes,
} from '../../../functions/types/coercion.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import { typeName } from '../../../functions/types/type.ts'

t.setTimeout(120_000)

const name = (type: ReturnType<typeof comparisonType>): string | undefined =>
  type === undefined ? undefined : typeName(type)

const numeric: readonly (readonly [string, string, string | undefined])[] = [
  ['int8', 'int64', 'int64'],
  ['int8', 'uint8', 'int16'],
  ['int16', 'uint16', 'int32'],
  ['int32', 'uint32', 'int64'],
  ['int64', 'uint8', 'int64'],
  ['int64', 'uint64', 'decimal128(20,0)'],
  ['uint8', 'uint32', 'uint32'],
  ['int64', 'float64', 'float64'],
  ['int64', 'float32', 'float32'],
  ['float32', 'float64', 'float64'],
  ['decimal128(10,2)', 'int32', 'decimal128(12,2)'],
  ['decimal128(10,2)', 'decimal128(5,4)', 'decimal128(12,4)'],
  ['decimal128(10,2)', 'float64', 'float64'],
  ['null', 'int8', 'int8'],
  ['int64', 'utf8', undefined],
  ['bool', 'int64', undefined],
]

for (const [a, b, wanted] of numeric) {
  t.test(`commonNumeric() of ${a} and ${b} is ${wanted ?? 'nothing'}, either way around`, (t) => {
    t.equal(name(commonNumeric(parseType(a), parseType(b))), wanted)
    t.equal(name(commonNumeric(parseType(b), parseType(a))), wanted)
    t.end()
  })
}

const compared: readonly (readonly [string, string, string | undefined])[] = [
  ['utf8', 'int64', 'int64'],
  ['utf8', 'float64', 'float64'],
  ['utf8', 'date32', 'date32'],
  ['utf8', 'timestamp(ms)', 'timestamp(ms)'],
  ['date32', 'timestamp(us)', 'timestamp(us)'],
  ['timestamp(ms)', 'timestamp(ns)', 'timestamp(ms)'],
  ['timestamp(ms)', 'timestamp(ns,UTC)', 'timestamp(ms,UTC)'],
  ['date32', 'int64', 'int64'],
  ['decimal128(12,2)', 'float64', 'decimal128(30,15)'],
  ['list<int64>', 'list<float64>', 'list<float64>'],
  ['dictionary<int32,utf8>', 'utf8', 'utf8'],
  ['bool', 'utf8', undefined],
  ['bool', 'int64', undefined],
  ['utf8', 'list<utf8>', undefined],
]

for (const [a, b, wanted] of compared) {
  t.test(`comparisonType() of ${a} and ${b} is ${wanted ?? 'nothing'}, either way around`, (t) => {
    t.equal(name(comparisonType(parseType(a), parseType(b))), wanted)
    t.equal(name(comparisonType(parseType(b), parseType(a))), wanted)
    t.end()
  })
}

const arithmetic: readonly (readonly [string, string, string, string | undefined])[] = [
  ['int32', '+', 'int32', 'int32'],
  ['int64', '/', 'int64', 'int64'],
  ['int64', '+', 'uint64', 'decimal128(21,0)'],
  ['uint64', '/', 'int64', 'decimal128(24,4)'],
  ['decimal128(12,2)', '+', 'decimal128(5,3)', 'decimal128(14,3)'],
  ['decimal128(12,2)', '*', 'decimal128(12,2)', 'decimal128(25,4)'],
  ['decimal128(12,2)', '/', 'decimal128(12,2)', 'decimal128(18,6)'],
  ['decimal128(12,2)', '%', 'decimal128(5,3)', 'decimal128(5,3)'],
  ['decimal128(12,2)', '+', 'float64', 'float64'],
  ['decimal128(38,10)', '*', 'decimal128(38,10)', 'decimal128(38,20)'],
  ['null', '+', 'null', 'int64'],
  ['utf8', '+', 'int64', undefined],
  ['bool', '+', 'int64', undefined],
]

for (const [a, op, b, wanted] of arithmetic) {
  t.test(`${a} ${op} ${b} is ${wanted ?? 'nothing'}`, (t) => {
    t.equal(name(arithmeticTypes(op, parseType(a), parseType(b))?.result), wanted)
    t.end()
  })
}

t.test('unifyTypes() reads strings as numbers among values and numbers as strings among branches', (t) => {
  const types = ['utf8', 'int64', 'null'].map(parseType)
  t.equal(name(unifyTypes(types, 'number')), 'int64')
  t.equal(name(unifyTypes(types, 'string')), 'utf8')
  t.equal(name(unifyTypes([], 'number')), 'null')
  t.equal(name(unifyTypes(['bool', 'int64'].map(parseType), 'string')), undefined)
  t.end()
})

t.test('conditionType() takes booleans and nulls only', (t) => {
  t.equal(name(conditionType(parseType('bool'))), 'bool')
  t.equal(name(conditionType(parseType('null'))), 'bool')
  t.equal(conditionType(parseType('int64')), undefined)
  t.end()
})
