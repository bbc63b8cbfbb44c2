// Columns of lists, structs, maps and intervals between Arrow's layout and our plain arrays and objects. Items and
// fields are columns of their own: they go through the conversions of arrow.ts, which are handed in.

import * as arrow from 'apache-arrow'
import { InternalError, ResourceError } from '../errors.ts'
import { toArrowType } from '../types/arrow.ts'
import type { DataType, Field, IntervalUnit } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { type Column, valueAt } from './column.ts'
import { columnOf } from './output-buffer.ts'

type FromData = (data: arrow.Data, type: DataType) => Column
type ToData = (column: Column, field: Field) => arrow.Data

/** The values of an Arrow array of a nested type; nulls where `valid` is 0. */
export function nestedValues(
  data: arrow.Data,
  type: DataType,
  valid: Uint8Array | undefined,
  fromData: FromData,
): readonly Value[] {
  // What Arrow gives for a stream without batches has no children.
  if (data.length === 0) return []
  const read = rowReader(data, type, fromData)
  return Array.from({ length: data.length }, (_, row) => (valid !== undefined && valid[row] === 0 ? null : read(row)))
}

function rowReader(data: arrow.Data, type: DataType, fromData: FromData): (row: number) => Value {
  switch (type.kind) {
    case 'list': {
      const items = fromData(childOf(data, 0), type.item.type)
      return (row) => valuesBetween(items, data.valueOffsets, row)
    }
    case 'map': {
      const entries = childOf(data, 0)
      const keys = fromData(childOf(entries, 0), type.key.type)
      const values = fromData(childOf(entries, 1), type.value.type)
      return (row) => {
        const items = valuesBetween(values, data.valueOffsets, row)
        return valuesBetween(keys, data.valueOffsets, row).map((key, i) => [key, items[i] ?? null])
      }
    }
    case 'struct': {
      const fields = type.fields.map(({ name, type: inner }, i) => [name, fromData(childOf(data, i), inner)] as const)
      return (row) => Object.fromEntries(fields.map(([name, column]) => [name, valueAt(column, row)]))
    }
    case 'interval': {
      const { words, read } = intervalLayouts[type.unit]
      return (row) => read((data.values as Int32Array).subarray(row * words, (row + 1) * words))
    }
    default:
      throw new InternalError(`Columns of ${type.kind} are not nested`)
  }
}

function childOf(data: arrow.Data, index: number): arrow.Data {
  const child = data.children[index]
  if (child === undefined) throw new InternalError(`An Arrow array of ${data.type} has no child ${index}`)
  return child
}

const valuesBetween = (column: Column, offsets: ArrayLike<number>, row: number): readonly Value[] => {
  const start = offsets[row] ?? 0
  return Array.from({ length: (offsets[row + 1] ?? start) - start }, (_, i) => valueAt(column, start + i))
}

/** Values of a nested type as an Arrow array; null stands for null. */
export function nestedData(values: readonly Value[], type: DataType, toData: ToData): arrow.Data {
  const { length } = values
  const common = { length, ...nullsOf(values) }
  const arrowType = toArrowType(type)
  const child = (inner: readonly Value[], field: Field): arrow.Data => toData(columnOf(inner, field.type), field)
  switch (type.kind) {
    case 'list': {
      const lists = values.map((value) => (value ?? []) as readonly Value[])
      checkItems(lists)
      const items = child(lists.flat(1), type.item)
      return arrow.makeData({ type: arrowType as arrow.List, ...common, valueOffsets: offsetsOf(lists), child: items })
    }
    case 'map': {
      const maps = values.map((value) => (value ?? []) as readonly (readonly [Value, Value])[])
      checkItems(maps)
      const entries = maps.flat(1)
      const { childType } = arrowType as arrow.Map_
      const children = [
        child(
          entries.map(([key]) => key),
          type.key,
        ),
        child(
          entries.map(([, item]) => item),
          type.value,
        ),
      ]
      const pairs = arrow.makeData({ type: childType as arrow.Struct, length: entries.length, nullCount: 0, children })
      return arrow.makeData({ type: arrowType as arrow.Map_, ...common, valueOffsets: offsetsOf(maps), child: pairs })
    }
    case 'struct': {
      const children = type.fields.map((field) =>
        child(
          values.map((value) => fieldOf(value, field.name)),
          field,
        ),
      )
      return arrow.makeData({ type: arrowType as arrow.Struct, ...common, children })
    }
    case 'interval': {
      const { words, write } = intervalLayouts[type.unit]
      const data = new Int32Array(words * length)
      values.forEach((value, row) => {
        if (value !== null) data.set(write(value as unknown as IntervalValue), row * words)
      })
      return arrow.makeData({ type: arrowType as arrow.Interval, ...common, data })
    }
    default:
      throw new InternalError(`Columns of ${type.kind} are not nested`)
  }
}

/** Lists in lists may share their items until they are written out one by one. */
const maxItems = 2 ** 25

function checkItems(lists: readonly (readonly unknown[])[]): void {
  let items = 0
  for (const { length } of lists) items += length
  if (items > maxItems)
    throw new ResourceError(
      'size_limit',
      `Cannot hold lists of ${items} elements in one batch: at most ${maxItems} are held`,
    )
}

function nullsOf(values: readonly Value[]): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullBitmap = new Uint8Array(((values.length + 511) >> 9) << 6)
  let nullCount = 0
  values.forEach((value, row) => {
    if (value === null) nullCount++
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7))
  })
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap }
}

function offsetsOf(lists: readonly (readonly unknown[])[]): Int32Array {
  const offsets = new Int32Array(lists.length + 1)
  lists.forEach((list, row) => {
    offsets[row + 1] = (offsets[row] ?? 0) + list.length
  })
  return offsets
}

const fieldOf = (value: Value, name: string): Value =>
  value === null || !Object.hasOwn(value as object, name)
    ? null
    : ((value as Readonly<Record<string, Value>>)[name] ?? null)

interface IntervalValue {
  readonly months: number
  readonly days: number
  readonly nanos: bigint
}

/** How many 32-bit words an interval of each unit takes, and what they hold. */
const intervalLayouts: Readonly<
  Record<IntervalUnit, { words: number; read(words: Int32Array): Value; write(value: IntervalValue): number[] }>
> = {
  year_month: {
    words: 1,
    read: ([months = 0]) => ({ months, days: 0, nanos: 0n }),
    write: ({ months }) => [months],
  },
  day_time: {
    words: 2,
    read: ([days = 0, ms = 0]) => ({ months: 0, days, nanos: BigInt(ms) * 1_000_000n }),
    write: ({ days, nanos }) => [days, Number(nanos / 1_000_000n)],
  },
  month_day_nano: {
    words: 4,
    read: ([months = 0, days = 0, low = 0, high = 0]) => ({
      months,
      days,
      nanos: (BigInt(high) << 32n) | BigInt(low >>> 0),
    }),
    write: ({ months, days, nanos }) => [months, days, Number(BigInt.asIntN(32, nanos)), Number(nanos >> 32n)],
  },
}
