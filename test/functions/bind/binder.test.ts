import t from 'tap'
import { Binder } from '../../../functions/bind/binder.ts'
import { type Bound, inputsOf } from '../../../functions/bind/bound.ts'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import { builtInNames } from '../../../functions/catalogue/function-names.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import {
  bool,
  dictionary,
  field,
  float64,
  int32,
  int64,
  type Schema,
  typeName,
  utf8,
} from '../../../functions/types/type.ts'

t.setTimeout(120_000)

const schema: Schema = [
  field('id', int64, false),
  field('name', utf8),
  field('price', float64),
  field('flag', bool),
  field('small', int32),
  field('Name2', utf8),
  field('kind', dictionary(utf8)),
]

const bind = (sql: string): Bound => new Binder(schema, catalogue).bind(parseExpr(sql, { functions: builtInNames }))

const types: readonly (readonly [string, string, boolean])[] = [
  ['id', 'int64', false],
  ['name', 'utf8', true],
  ['kind', 'utf8', true],
  ['NAME2', 'utf8', true],
  ['id + small', 'int64', true],
  ['id + 1', 'int64', false],
  ['price / id', 'float64', true],
  ['id = 1', 'bool', false],
  ['name is null', 'bool', false],
  ["coalesce(name, 'x')", 'utf8', false],
  ['coalesce(name, Name2)', 'utf8', true],
  ['nullif(id, 1)', 'int64', true],
  ['case when flag then 1 end', 'int64', true],
  ['case when flag then id else 1 end', 'int64', false],
  ['try_cast(name as bigint)', 'int64', true],
  ['cast(id as varchar)', 'utf8', false],
  ['id in (1, 2)', 'bool', false],
  ['id in (1, null)', 'bool', true],
  ['name is distinct from Name2', 'bool', false],
  ['nvl2(name, id, 0)', 'int64', false],
  ['concat(name, id)', 'utf8', false],
]

for (const [sql, type, nullable] of types) {
  t.test(`bind() finds ${sql} to be a ${type} that ${nullable ? 'may' : 'cannot'} be null`, (t) => {
    const bound = bind(sql)
    t.equal(typeName(bound.type), type)
    t.equal(bound.nullable, nullable)
    t.end()
  })
}

const errors: readonly (readonly [string, string, string])[] = [
  ['nmae', 'unknown_column', 'No field named "nmae". Did you mean "name"?'],
  ['zzz', 'unknown_column', 'No field named "zzz". The columns are id, name, price, flag, small, Name2, kind'],
  ['id and flag', 'type_mismatch', 'Cannot use a Int64 as an operand of AND: compare it with something'],
  ['not name', 'type_mismatch', 'Cannot use a Utf8 as the operand of NOT: compare it with something'],
  ['name + 1', 'type_mismatch', 'Cannot apply "+" to Utf8 and Int64: cast one of them to a number'],
  ['flag = 1', 'type_mismatch', 'Cannot compare Boolean and Int64 with "=": cast one of them'],
  ['-name', 'type_mismatch', 'Cannot negate Utf8: only signed numbers have a negative'],
  ['upper(id)', 'type_mismatch', 'Function "upper" takes a string, got Int64'],
  ['upper()', 'type_mismatch', 'Function "upper" takes 1 argument, got 0'],
  ['substr(name)', 'type_mismatch', 'Function "substr" takes 2 to 3 arguments, got 1'],
  ['substr(name, name)', 'type_mismatch', 'Function "substr" takes an integer as argument 2, got Utf8'],
  ['concat()', 'type_mismatch', 'Function "concat" takes at least 1 argument, got 0'],
  ['sum(id) + 1', 'type_mismatch', 'Cannot use sum(id) here: it needs rows, put it into aggregate() or over()'],
  ['cast(flag as date)', 'type_mismatch', 'Cannot cast Boolean to Date32'],
  ['id || id', 'type_mismatch', 'Operator "||" takes a string and a value, got Int64, Int64'],
  ["date_trunc('yer', name)", 'invalid_argument', 'Unit "yer" is not known to date_trunc. Did you mean "year"?'],
  ["name like 'a' and id", 'type_mismatch', 'Cannot use a Int64 as an operand of AND: compare it with something'],
  ["arrow_cast(id, 'Int46')", 'unknown_type', 'Type "Int46" is not known. Did you mean "int16"?'],
  ["regexp_like(name, '(')", 'invalid_argument', 'Cannot read the regular expression "(": unterminated group'],
]

for (const [sql, code, message] of errors) {
  t.test(`bind() refuses ${sql}: ${code}`, (t) => {
    t.throws(() => bind(sql), { name: 'PlanError', code, message })
    t.end()
  })
}

t.test('bind() refuses a name that fits several columns only in another case', (t) => {
  const binder = new Binder([field('Ab', int64), field('aB', int64)], catalogue)
  t.equal(binder.columnIndex('aB'), 1)
  t.throws(() => binder.columnIndex('ab'), { code: 'unknown_column' })
  t.end()
})

t.test('bind() names the nearest function', (t) => {
  const binder = new Binder(schema, catalogue)
  t.throws(() => binder.bind({ kind: 'call', name: 'uper', args: [{ kind: 'column', name: 'name' }] }), {
    code: 'unknown_function',
    message: 'Function "uper" is not known. Did you mean "upper"?',
    details: { function: 'uper', suggestion: 'upper' },
  })
  t.end()
})

t.test('bind() folds constants, but not those whose evaluation fails', (t) => {
  t.match(bind('1 + 2 * 3'), { kind: 'constant', value: 7n })
  t.match(bind("upper('a') || 'b'"), { kind: 'constant', value: 'Ab' })
  t.match(bind('id + null'), { kind: 'constant', value: null })
  t.match(bind('1 / 0'), { kind: 'call' })
  t.match(bind('random()'), { kind: 'call' })
  t.match(bind('now()'), { kind: 'call' })
  t.end()
})

t.test('bind() simplifies conditions with constants', (t) => {
  t.match(bind('flag and true'), { kind: 'input', name: 'flag' })
  t.match(bind('true or flag'), { kind: 'constant', value: true })
  t.match(bind('false and flag'), { kind: 'constant', value: false })
  t.match(bind('id is null'), { kind: 'constant', value: false })
  t.end()
})

t.test('bind() gives equal subexpressions one object, volatile ones two', (t) => {
  const binder = new Binder(schema, catalogue)
  const parse = (sql: string) => parseExpr(sql, { functions: builtInNames })
  t.equal(binder.bind(parse('upper(name)')), binder.bind(parse('upper(name)')))
  t.not(binder.bind(parse('random()')), binder.bind(parse('random()')))
  t.end()
})

t.test('inputsOf() finds the columns that are read', (t) => {
  t.same([...inputsOf([bind('case when flag then id + small end')])].sort(), [0, 3, 4])
  t.end()
})
