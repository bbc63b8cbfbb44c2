import t from 'tap'
import {
  anything,
  boolean,
  coerceAll,
  coerceArguments,
  count,
  exactly,
  float,
  integer,
  number,
  printable,
  text,
  unified,
  variadic,
} from '../../../functions/contract/signature.ts'
import { parseType } from '../../../functions/types/parse-type.ts'
import { typeName } from '../../../functions/types/type.ts'

t.setTimeout(120_000)

const coerce = (signature: Parameters<typeof coerceArguments>[1], ...types: string[]): readonly string[] =>
  coerceArguments('f', signature, types.map(parseType)).map(typeName)

t.test('classes keep what fits and widen the rest', (t) => {
  t.same(coerce(exactly([text]), 'null'), ['utf8'])
  t.same(coerce(exactly([integer]), 'uint8'), ['int64'])
  t.same(coerce(exactly([count]), 'int64'), ['float64'])
  t.same(coerce(exactly([number]), 'decimal128(10,2)'), ['decimal128(10,2)'])
  t.same(coerce(exactly([float]), 'float32'), ['float32'])
  t.same(coerce(exactly([float]), 'decimal128(10,2)'), ['float64'])
  t.same(coerce(exactly([printable]), 'date32'), ['utf8'])
  t.same(coerce(exactly([boolean]), 'null'), ['bool'])
  t.same(coerce(exactly([anything]), 'list<int64>'), ['list<int64>'])
  t.same(coerce(exactly([text]), 'dictionary<int32,utf8>'), ['utf8'])
  t.end()
})

t.test('unified() brings all arguments to one type', (t) => {
  t.same(coerce(unified(), 'int8', 'float64', 'null'), ['float64', 'float64', 'float64'])
  t.same(coerce(unified('string'), 'int8', 'utf8'), ['utf8', 'utf8'])
  t.throws(() => coerce(unified(), 'bool', 'int64'), {
    code: 'type_mismatch',
    message: 'Function "f" takes values of one type, got Boolean, Int64',
  })
  t.end()
})

t.test('coerceAll() decides for all arguments at once', (t) => {
  const same = coerceAll('two of a kind', 2, 2, ([a, b]) => (a?.kind === b?.kind && a && b ? [a, b] : undefined))
  t.same(coerce(same, 'int64', 'int64'), ['int64', 'int64'])
  t.throws(() => coerce(same, 'int64', 'utf8'), {
    code: 'type_mismatch',
    message: 'Function "f" takes two of a kind, got Int64, Utf8',
  })
  t.throws(() => coerce(same, 'int64'), { message: 'Function "f" takes 2 arguments, got 1' })
  const none = coerceAll('anything', 0, Number.POSITIVE_INFINITY, (types) => types)
  t.same(coerce(none), [])
  t.same(coerce(none, 'int64', 'utf8', 'bool'), ['int64', 'utf8', 'bool'])
  t.end()
})

const counts: readonly (readonly [Parameters<typeof coerceArguments>[1], readonly string[], string])[] = [
  [exactly([]), ['int64'], 'Function "f" takes no arguments, got 1'],
  [exactly([text]), [], 'Function "f" takes 1 argument, got 0'],
  [exactly([text, text]), ['utf8'], 'Function "f" takes 2 arguments, got 1'],
  [exactly([text, text], 1), ['utf8', 'utf8', 'utf8'], 'Function "f" takes 1 to 2 arguments, got 3'],
  [variadic([text, text]), ['utf8'], 'Function "f" takes at least 2 arguments, got 1'],
]

for (const [signature, types, message] of counts) {
  t.test(message, (t) => {
    t.throws(() => coerce(signature, ...types), { name: 'PlanError', code: 'type_mismatch', message })
    t.end()
  })
}

t.test('an argument of another class is named by its place and its type', (t) => {
  t.throws(() => coerce(exactly([text]), 'int64'), {
    message: 'Function "f" takes a string, got Int64',
    details: { function: 'f', argument: 1, type: 'Int64' },
  })
  t.throws(() => coerce(exactly([text, integer]), 'utf8', 'utf8'), {
    message: 'Function "f" takes an integer as argument 2, got Utf8',
  })
  t.throws(() => coerce(variadic([text, integer]), 'utf8', 'int8', 'bool'), {
    message: 'Function "f" takes an integer as argument 3, got Boolean',
  })
  t.end()
})
