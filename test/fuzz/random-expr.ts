// Random SQL expressions, most of them well typed and over the values that break things: ends of ranges, empty, null,
// not a number, texts that mean something to somebody.

import { aggregateFunctions, scalarFunctions, windowFunctions } from '../../functions/catalogue/catalogue.ts'
import type { Signature } from '../../functions/contract/signature.ts'
import { parseArrowType } from '../../functions/types/arrow-name.ts'
import type { DataType } from '../../functions/types/type.ts'
import type { createRandom } from './mutate.ts'

export type Random = ReturnType<typeof createRandom>

export const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random(items.length)] as Item

/** Columns of the table that jobs are over: SQL text of some values and the type they are cast to. */
export const samples: readonly { readonly name: string; readonly type: string; readonly values: readonly string[] }[] =
  [
    { name: 'i8', type: 'Int8', values: ['0', '-128', '127', 'null'] },
    { name: 'u8', type: 'UInt8', values: ['0', '255', 'null'] },
    { name: 'i32', type: 'Int32', values: ['0', '1', '-1', '2147483647', '-2147483648', 'null'] },
    {
      name: 'i64',
      type: 'Int64',
      values: ['0', '1', '-1', '2', '9223372036854775807', "'-9223372036854775808'", '9007199254740993', 'null'],
    },
    { name: 'u64', type: 'UInt64', values: ['0', "'18446744073709551615'", 'null'] },
    { name: 'f32', type: 'Float32', values: ['0', "'-0'", "'NaN'", "'Infinity'", '1.5', '3.4e38', 'null'] },
    {
      name: 'f64',
      type: 'Float64',
      values: ['0', "'-0'", "'NaN'", "'-Infinity'", '5e-324', '1.7976931348623157e308', '0.1', 'null'],
    },
    {
      name: 'dec',
      type: 'Decimal128(38, 10)',
      values: ['0', '1.5', "'9999999999999999999999999999.9999999999'", 'null'],
    },
    { name: 'flag', type: 'Boolean', values: ['true', 'false', 'null'] },
    {
      name: 'txt',
      type: 'Utf8',
      values: [
        "''",
        "'a'",
        "'äß🎉'",
        "'%_\\'",
        "'(a+)+$'",
        "'[a-'",
        "'2020-02-30'",
        '\'{"a":1}\'',
        "'UTC'",
        "'month'",
        "'YYYY-%Q'",
        "'\u0000'",
        "'1e999'",
        'null',
      ],
    },
    { name: 'bin', type: 'Binary', values: ["''", "'abc'", "X'ff00'", 'null'] },
    { name: 'day', type: 'Date32', values: ["'1970-01-01'", "'0001-01-01'", "'9999-12-31'", "'2024-02-29'", 'null'] },
    {
      name: 'ts',
      type: 'Timestamp(Nanosecond, None)',
      values: ["'1970-01-01'", "'1677-09-22'", "'2262-04-11'", "'2024-12-31T23:59:59.999999999'", 'null'],
    },
    { name: 'tz', type: 'Timestamp(Microsecond, Some("Europe/Berlin"))', values: ["'2024-03-31T02:30:00'", 'null'] },
    { name: 'clock', type: 'Time64(Nanosecond)', values: ["'00:00:00'", "'23:59:59.999999999'", 'null'] },
    {
      name: 'span',
      type: 'Interval(MonthDayNano)',
      values: ["'1 month'", "'-1000000 years'", "'99999999 days'", "'0.5 seconds'", 'null'],
    },
  ]

const lists = ['make_array()', 'make_array(1, null, 3)', 'make_array(make_array(1), null)', "make_array('a', null)"]
const structs = ["named_struct('a', 1)", "map(make_array('k'), make_array(1))", 'struct(1, null)']
const wholes = ['0', '1', '-1', '3', '2147483647', '-2147483648', '9223372036854775807']
const arithmetic = ['+', '-', '*', '/', '%', '||', '=', '<>', '<', '<=', 'AND', 'OR', 'IS DISTINCT FROM', '|', '~']

/** An expression of no particular type. */
export function randomExpr(random: Random, depth = 3): string {
  if (depth === 0 || random(4) === 0) return leaf(random)
  const inner = () => randomExpr(random, depth - 1)
  switch (random(12)) {
    case 0:
      return `(${inner()} ${pick(random, arithmetic)} ${inner()})`
    case 1:
      return `${pick(random, ['cast', 'try_cast'])}(${inner()} as ${pick(random, ['int', 'double', 'varchar', 'date', 'timestamp', 'decimal(38, 5)', 'boolean', 'bytea', 'time', 'interval'])})`
    case 2:
      return `arrow_cast(${inner()}, '${pick(random, samples).type.replaceAll("'", "''")}')`
    case 3:
      return `case when ${inner()} then ${inner()} else ${inner()} end`
    case 4:
      return `${inner()} ${pick(random, ['in', 'not in'])} (${inner()}, ${inner()})`
    case 5:
      return `(${inner()} between ${inner()} and ${inner()})`
    case 6:
      return `(${inner()} ${pick(random, ['like', 'ilike', 'similar to', '~*'])} ${inner()})`
    default: {
      const fn = pick(random, scalarFunctions)
      return call(random, fn.name, fn.signature, depth)
    }
  }
}

export function randomAggregate(random: Random): string {
  const fn = pick(random, aggregateFunctions)
  const distinct = random(5) === 0 ? 'distinct ' : ''
  const text = call(random, fn.name, fn.signature, 2).replace('(', `(${distinct}`)
  return random(5) === 0 ? `${text} filter (where ${randomExpr(random, 1)})` : text
}

export function randomWindow(random: Random): string {
  const fn = pick(random, [...windowFunctions, ...aggregateFunctions])
  const keys = random(2) === 0 ? `partition by ${randomExpr(random, 1)} ` : ''
  const order = random(3) === 0 ? '' : `order by ${randomExpr(random, 1)} `
  const bound = () => pick(random, ['unbounded preceding', '1 preceding', 'current row', '2 following', '-1 preceding'])
  const frame = random(2) === 0 ? `${pick(random, ['rows', 'range', 'groups'])} between ${bound()} and ${bound()}` : ''
  return `${call(random, fn.name, fn.signature, 1)} over (${keys}${order}${frame})`
}

function call(random: Random, name: string, signature: Signature, depth: number): string {
  const wanted = signature.parameters.length - (signature.optional > 0 ? random(signature.optional + 1) : 0)
  const count = random(30) === 0 ? random(6) : wanted + (signature.variadic ? random(3) : 0)
  const args = Array.from({ length: count }, (_, i) => {
    const parameter = signature.parameters[i] ?? signature.parameters.at(-1)
    return random(4) === 0
      ? randomExpr(random, depth - 1)
      : leaf(random, (type) => parameter?.coerce(type) !== undefined)
  })
  return `${/^\w+$/.test(name) ? name : `"${name}"`}(${args.join(', ')})`
}

const typed = samples.map((sample) => ({ ...sample, dataType: parseArrowType(sample.type) }))

/** A column or a constant; where types matter, one of a type that fits, if there is one. */
function leaf(random: Random, fits: (type: DataType) => boolean = () => true): string {
  if (random(6) === 0) return pick(random, [...lists, ...structs, ...wholes, 'null'])
  const candidates = typed.filter(({ dataType }) => fits(dataType))
  const { name, type, values } = pick(random, candidates.length === 0 ? typed : candidates)
  if (random(2) === 0) return name
  return `arrow_cast(${pick(random, values)}, '${type}')`
}
