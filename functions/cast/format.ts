// Values to text, as CAST writes it.

import { decimalText, floatText } from '../expr/display-value.ts'
import type { Value } from '../expr/node.ts'
import { type DataType, isDecimal, isFloat, isInteger } from '../types/type.ts'
import { temporalFormatter } from './temporal.ts'

/** Writes values of `type` as text; undefined for types that have no text form. */
export function formatter(type: DataType): ((value: never) => string) | undefined {
  if (isInteger(type) || type.kind === 'bool') return (value: Value) => String(value)
  if (type.kind === 'float64') return floatText
  if (isFloat(type)) return float32Text
  if (isDecimal(type)) return (value: bigint) => decimalText(value, type.scale)
  if (type.kind === 'utf8') return (value: string) => value
  if (type.kind === 'binary') return (value: Uint8Array) => new TextDecoder('utf-8', { fatal: false }).decode(value)
  return temporalFormatter(type)
}

/** The shortest text that reads back as the same 32-bit float. */
export function float32Text(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return floatText(short)
  }
  return floatText(value)
}
