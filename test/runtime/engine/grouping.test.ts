// Group numbers: growth of the tables, collisions, and what counts as one key.

import t from 'tap'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import {
  binary,
  bool,
  type DataType,
  date32,
  decimal128,
  float32,
  float64,
  int8,
  int32,
  int64,
  interval,
  list,
  nullType,
  struct,
  timestamp,
  uint32,
  uint64,
  utf8,
} from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { Grouping } from '../../../runtime/engine/aggregate/grouping.ts'
import { show, valuesOf } from './values.ts'

t.setTimeout(240_000)

/** The group of each row, and the keys of all groups. */
function group(...keys: readonly (readonly [DataType, readonly Value[]])[]) {
  const grouping = new Grouping(keys.map(([type]) => type))
  const columns = keys.map(([type, values]) => columnOf(values, type))
  const length = keys[0]?.[1].length ?? 0
  const numbers = [...grouping.intern(columns, length).subarray(0, length)]
  return { numbers, keys: grouping.keys().map(valuesOf), size: grouping.size }
}

const days = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

const kinds: readonly (readonly [string, DataType, readonly Value[], readonly number[]])[] = [
  ['small integers', int8, [5, -5, null, 5, 0, -128, 127, null], [0, 1, 2, 0, 3, 4, 5, 2]],
  ['integers', int32, [2147483647, -2147483648, 65536, 65535, 2147483647], [0, 1, 2, 3, 0]],
  ['unsigned integers', uint32, [4294967295, 0, 4294967295, 2147483648], [0, 1, 0, 2]],
  ['64-bit integers', int64, [1n, 4294967297n, -1n, 1n, -4294967295n, 4294967297n], [0, 1, 2, 0, 3, 1]],
  ['unsigned 64-bit integers', uint64, [18446744073709551615n, 0n, 18446744073709551615n], [0, 1, 0]],
  ['doubles', float64, [0, -0, NaN, -NaN, Infinity, 1e-300, null, NaN], [0, 0, 1, 1, 2, 3, 4, 1]],
  ['floats', float32, [0.5, -0, 0, NaN, 0.5], [0, 1, 1, 2, 0]],
  ['booleans', bool, [true, null, false, true], [0, 1, 2, 0]],
  ['strings', utf8, ['', 'a', null, 'é', '', '\0', 'é'], [0, 1, 2, 3, 0, 4, 3]],
  ['bytes', binary, [Uint8Array.of(), Uint8Array.of(0), Uint8Array.of(), null], [0, 1, 0, 2]],
  ['dates', date32, [0, -1, 0], [0, 1, 0]],
  ['timestamps', timestamp('ns'), [9007199254740993n, 9007199254740992n, 9007199254740993n], [0, 1, 0]],
  ['decimals', decimal128(38, 0), [10n ** 37n, -(10n ** 37n), 10n ** 37n, null], [0, 1, 0, 2]],
  ['nulls', nullType, [null, null], [0, 0]],
  ['lists', list(utf8), [['a', 'b'], ['ab'], [], [null], ['a', 'b'], null, ['null']], [0, 1, 2, 3, 0, 4, 5]],
  [
    'structs',
    struct({ x: int64, y: float64 }),
    [
      { x: 1n, y: NaN },
      { x: 1n, y: null },
      { x: 1n, y: NaN },
    ],
    [0, 1, 0],
  ],
  [
    'intervals',
    interval('month_day_nano'),
    [
      { months: 1, days: 0, nanos: 0n },
      { months: 0, days: 30, nanos: 0n },
      { months: 1, days: 0, nanos: 0n },
    ],
    [0, 1, 0],
  ],
]
for (const [what, type, values, numbers] of kinds) {
  t.test(`Grouping numbers ${what} and gives them back`, (t) => {
    const result = group([type, values])
    t.same(result.numbers, numbers)
    const firsts = values.filter((_, i) => numbers.indexOf(numbers[i] ?? 0) === i)
    t.same(
      result.keys[0]?.map(show),
      firsts.map((value) => show(value === 0 ? 0 : value)),
    )
    t.end()
  })
}

t.test('Grouping takes two keys for one when both are', (t) => {
  const result = group([utf8, ['a', 'b', 'a', null, null, 'a']], [int32, [1, 1, 1, null, 1, 2]])
  t.same(result.numbers, [0, 1, 0, 2, 3, 4])
  t.same(result.keys, [
    ['a', 'b', null, null, 'a'],
    [1, 1, null, 1, 2],
  ])
  const three = group([bool, [true, true, false]], [float64, [NaN, NaN, NaN]], [int64, [1n, 1n, 1n]])
  t.same(three.numbers, [0, 0, 1])
  t.end()
})

t.test('Grouping grows to 300,000 keys of every storage', (t) => {
  const count = 300_000
  const all: readonly (readonly [DataType, (i: number) => Value])[] = [
    [int32, (i) => (i * 7919) % count],
    [int64, (i) => BigInt(i) * 4294967296n + BigInt(i % 7)],
    [float64, (i) => i / 7],
    [utf8, (i) => `key ${i * 31}`],
  ]
  for (const [type, valueAt] of all) {
    const grouping = new Grouping([type])
    const column = columnOf(days(count).map(valueAt), type)
    const numbers = grouping.intern([column], count)
    t.ok(
      numbers.every((id, i) => id === i),
      `${type.kind}: each new key gets the next number`,
    )
    t.ok(
      grouping.intern([column], count).every((id, i) => id === i),
      'and is known when it comes again',
    )
    t.equal(grouping.size, count)
    const [keys] = grouping.keys()
    t.same(keys === undefined ? [] : valuesOf(keys).slice(-3), days(count).slice(-3).map(valueAt))
  }
  t.end()
})

t.test('Grouping grows to 300,000 pairs of keys', (t) => {
  const count = 300_000
  const grouping = new Grouping([int32, int32])
  const columns = [
    columnOf(
      days(count).map((i) => i % 600),
      int32,
    ),
    columnOf(
      days(count).map((i) => Math.floor(i / 600)),
      int32,
    ),
  ]
  t.ok(grouping.intern(columns, count).every((id, i) => id === i))
  t.ok(
    grouping.intern(columns, count).every((id, i) => id === i),
    'all are known again',
  )
  t.equal(grouping.size, count)
  t.same(
    grouping.keys().map((key) => valuesOf(key)[299_999]),
    [599, 499],
  )
  t.end()
})

/** The hash of the tables, to find strings that share one. */
function fnv(text: string): number {
  let h = 0x811c9dc5
  for (const byte of Buffer.from(text)) h = Math.imul(h ^ byte, 0x01000193)
  return h
}

t.test('Grouping tells strings of equal hash apart', (t) => {
  const seen = new Map<number, string>()
  const pairs: string[] = []
  for (let i = 0; pairs.length < 8; i++) {
    const text = i.toString(36)
    const other = seen.get(fnv(text))
    if (other !== undefined) pairs.push(other, text)
    seen.set(fnv(text), text)
  }
  t.same(group([utf8, [...pairs, ...pairs]]).numbers, [...days(8), ...days(8)])
  t.end()
})

t.test('Grouping keeps numbers from batch to batch, nulls among them', (t) => {
  const grouping = new Grouping([utf8])
  const numbersOf = (values: readonly Value[]): readonly number[] => [
    ...grouping.intern([columnOf(values, utf8)], values.length).subarray(0, values.length),
  ]
  t.same(numbersOf(['a', null]), [0, 1])
  t.same(numbersOf([]), [])
  t.same(numbersOf([null, 'b', 'a']), [1, 2, 0])
  t.same(grouping.keys().map(valuesOf), [['a', null, 'b']])
  t.end()
})

t.test('Grouping takes a letter for the same key in a column of letters and among other texts', (t) => {
  const grouping = new Grouping([utf8])
  const numbersOf = (values: readonly Value[], positions?: readonly number[]): readonly number[] => {
    const count = positions?.length ?? values.length
    const selection = positions && { positions: Int32Array.from(positions), count }
    return [...grouping.intern([columnOf(values, utf8)], count, selection).subarray(0, count)]
  }
  t.same(numbersOf(['b', 'a', 'b']), [0, 1, 0])
  t.same(numbersOf(['', 'ca', 'b', 'a']), [2, 3, 0, 1])
  t.same(numbersOf(['a', null, 'b']), [1, 4, 0])
  t.same(numbersOf(['x', 'a', 'c', 'b'], [3, 2, 1, 2]), [0, 5, 1, 5])
  t.same(numbersOf(['bc', '']), [6, 2])
  t.same(grouping.keys().map(valuesOf), [['b', 'a', '', 'ca', null, 'c', 'bc']])

  // Letters behind bytes that belong to no row.
  const column = columnOf(['zz', 'c', 'a'], utf8)
  if (column.storage !== 'bytes') throw new Error('Texts are bytes')
  const rest = { ...column, length: 2, offsets: column.offsets.subarray(1) }
  t.same([...grouping.intern([rest], 2).subarray(0, 2)], [5, 1])
  t.end()
})

t.test('Grouping follows the codes of dictionaries, and knows entries of another dictionary again', (t) => {
  const grouping = new Grouping([utf8])
  const dictionary = (entries: readonly Value[], codes: readonly number[], valid?: readonly number[]) =>
    ({
      storage: 'dictionary',
      type: utf8,
      length: codes.length,
      valid: valid === undefined ? undefined : Uint8Array.from(valid),
      codes: Int32Array.from(codes),
      dictionary: columnOf(entries, utf8) as never,
    }) as const
  const numbersOf = (column: ReturnType<typeof dictionary>): readonly number[] => [
    ...grouping.intern([column], column.length).subarray(0, column.length),
  ]
  t.same(numbersOf(dictionary(['x', 'y', null], [1, 0, 2, 99], [1, 1, 1, 0])), [0, 1, 2, 2])
  t.same(numbersOf(dictionary(['y', 'z', 'y'], [2, 1, 0])), [0, 3, 0])
  t.same(grouping.keys().map(valuesOf), [['y', 'x', null, 'z']])
  t.end()
})
