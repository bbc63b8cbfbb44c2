// Values to text, as CAST writes it.

import { decimalText, floatText } from '../expr/display-value.ts'
import { type DataType, isDecimal, isFloat, isInteger } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { temporalFormatter } from './temporal-text.ts'

/** Writes values of `type` as text; undefined for types that have no text form. */
export function formatter(type: DataType): ((value: never) => string) | undefined {
  if (isInteger(type) || type.kind === 'bool') return (value: Value) => String(value)
  if (type.kind === 'float64') return float64Text
  if (isFloat(type)) return float32Text
  if (isDecimal(type)) return (value: bigint) => decimalText(value, type.scale)
  if (type.kind === 'utf8') return (value: string) => value
  return nestedFormatter(type) ?? temporalFormatter(type)
}

/** `[1, , 3]`, `{a: 1, b: x}`: nulls are nothing, texts have no quotes. */
function nestedFormatter(type: DataType): ((value: never) => string) | undefined {
  if (type.kind === 'list') {
    const write = elementFormatter(type.item.type)
    return (values: readonly Value[]) => `[${values.map(write).join(', ')}]`
  }
  if (type.kind === 'struct') {
    const writers = type.fields.map((field) => [field.name, elementFormatter(field.type)] as const)
    return (record: Readonly<Record<string, Value>>) =>
      `{${writers.map(([name, write]) => `${name}: ${write(record[name] ?? null)}`).join(', ')}}`
  }
  if (type.kind === 'map') {
    const [writeKey, writeValue] = [elementFormatter(type.key.type), elementFormatter(type.value.type)]
    return (entries: readonly (readonly [Value, Value])[]) =>
      `{${entries.map(([key, value]) => `${writeKey(key)}: ${writeValue(value)}`).join(', ')}}`
  }
  return undefined
}

function elementFormatter(type: DataType): (value: Value) => string {
  const write = formatter(type) as ((value: Value) => string) | undefined
  return (value) => (value === null ? '' : (write?.(value) ?? String(value)))
}

/** The shortest text that reads back as the same 32-bit float. */
function float32Text(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return shortText(Object.is(value, -0) ? value : short, -6, 13)
  }
  return shortText(value, -6, 13)
}

/** A double as Arrow writes it: digits as they are while the point is near, else an exponent. */
const float64Text = (value: number): string => shortText(value, -5, 16)

/** `low` and `high` bound where the point may stand, counted from the first digit, before an exponent is written. */
function shortText(value: number, low: number, high: number): string {
  const text = floatText(value)
  if (!Number.isFinite(value) || value === 0) return text
  const size = Math.abs(value)
  // Most numbers need no second look.
  if (size >= 1e-3 && size < 1e13) return text
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const point = Number(exponent) + 1
  if (point > low && point <= high) return size < 1 ? fixedText(value, digits, point) : plainDigits(text, digits, point)
  return `${digits}e${Number(exponent)}`
}

/** `0.00001`, where JavaScript would write an exponent. */
function fixedText(value: number, digits: string, point: number): string {
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-point)}${digits.replace(/[-.]/g, '')}`
}

const plainDigits = (text: string, digits: string, point: number): string =>
  text.includes('e') ? `${digits.replace('.', '').padEnd(point, '0')}.0` : text
