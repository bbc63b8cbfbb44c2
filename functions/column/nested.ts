// Nested values between Arrow's row objects (Vector, StructRow, MapRow) and our plain arrays and objects.

import type { Value } from '../expr/node.ts'
import type { DataType } from '../types/type.ts'

interface Iterates {
  [Symbol.iterator](): Iterator<unknown>
}

/** The plain value of what an Arrow vector gives for one row of `type`. */
export function fromArrowValue(value: unknown, type: DataType): Value {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'list':
      return Array.from(value as Iterates, (item) => fromArrowValue(item, type.item.type))
    case 'struct':
      return Object.fromEntries(
        type.fields.map((field) => [
          field.name,
          fromArrowValue((value as Record<string, unknown>)[field.name], field.type),
        ]),
      )
    case 'map':
      return Array.from(value as Iterates, (entry) => {
        const [key, item] = entry as [unknown, unknown]
        return [fromArrowValue(key, type.key.type), fromArrowValue(item, type.value.type)]
      })
    case 'interval':
      return intervalFromArrow(value as Int32Array, type.unit)
    case 'dictionary':
      return fromArrowValue(value, type.value)
    case 'date32':
      return Math.floor(Number(value) / 86_400_000)
    case 'timestamp':
      return timestampFromArrow(value, type.unit)
    default:
      return value as Value
  }
}

/** Arrow's vectors give timestamps as milliseconds; ours are ticks of the type's unit. */
function timestampFromArrow(value: unknown, unit: 's' | 'ms' | 'us' | 'ns'): bigint {
  if (typeof value === 'bigint') return value
  const ms = Number(value)
  if (unit === 's') return BigInt(Math.floor(ms / 1000))
  return BigInt(Math.trunc(ms)) * { ms: 1n, us: 1000n, ns: 1_000_000n }[unit]
}

function intervalFromArrow(words: Int32Array, unit: 'year_month' | 'day_time' | 'month_day_nano'): Value {
  const [first = 0, second = 0, third = 0, fourth = 0] = words
  if (unit === 'year_month') return { months: first * 12 + second, days: 0, nanos: 0n }
  if (unit === 'day_time') return { months: 0, days: first, nanos: BigInt(second) * 1_000_000n }
  return { months: first, days: second, nanos: (BigInt(fourth) << 32n) | BigInt(third >>> 0) }
}

/** What Arrow's builders take for one row of `type`. */
export function toArrowValue(value: Value, type: DataType): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'list':
      return (value as readonly Value[]).map((item) => toArrowValue(item, type.item.type))
    case 'struct': {
      const record = value as Readonly<Record<string, Value>>
      return Object.fromEntries(
        type.fields.map((field) => [field.name, toArrowValue(record[field.name] ?? null, field.type)]),
      )
    }
    case 'map':
      return new Map(
        (value as readonly (readonly [Value, Value])[]).map(([k, v]) => [k, toArrowValue(v, type.value.type)]),
      )
    case 'interval':
      return intervalToArrow(value as { months: number; days: number; nanos: bigint }, type.unit)
    case 'date32':
      return new Date((value as number) * 86_400_000)
    default:
      return value
  }
}

function intervalToArrow(
  value: { readonly months: number; readonly days: number; readonly nanos: bigint },
  unit: 'year_month' | 'day_time' | 'month_day_nano',
): Int32Array {
  if (unit === 'year_month') return Int32Array.of(value.months)
  if (unit === 'day_time') return Int32Array.of(value.days, Number(value.nanos / 1_000_000n))
  return Int32Array.of(value.months, value.days, Number(BigInt.asIntN(32, value.nanos)), Number(value.nanos >> 32n))
}
