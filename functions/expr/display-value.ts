// One value as text, as SQL results and canonical names print it.

import type { DataType } from '../types/type.ts'
import type { Value } from '../types/value.ts'

/** The value as DataFusion prints it inside a literal: strings quoted, floats with a point, decimals with their scale. */
export function displayValue(value: Value, type: DataType): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'utf8':
      return JSON.stringify(value)
    case 'binary':
      return `"${hex(value as Uint8Array)}"`
    case 'decimal128':
      return decimalText(value as bigint, type.scale)
    case 'float32':
      return float32Text(value as number)
    case 'float64':
      return floatText(value as number)
    default:
      return typeof value === 'object' ? JSON.stringify(value, bigintAsText) : String(value)
  }
}

/** The shortest text that is this float32 again: `0.1`, not the double that it is nearest to. */
function float32Text(value: number): string {
  if (value === 0) return floatText(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return floatText(short)
  }
  return floatText(value)
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const bigintAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** A float as SQL text: `1.0`, `0.5`, `1e300`, `NaN`, `inf`, `-inf`, `-0.0`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Infinity) return 'inf'
  if (value === -Infinity) return '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value)
  if (text.includes('e')) return text.replace('e+', 'e')
  return text.includes('.') ? text : `${text}.0`
}

/** The text of a float with all its digits: `2` for `2.0`, `100000` for `1e5`, `0.00001` for `1e-5`. */
export function plainFloatText(text: string): string {
  const [number = '', exponent] = text.split('e')
  if (exponent === undefined) return text.endsWith('.0') ? text.slice(0, -2) : text
  const sign = number.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = number.slice(sign.length).split('.')
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (digits.length <= point) return sign + digits.padEnd(point, '0')
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** An unscaled decimal as text: `(12345n, 2)` gives `123.45`. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale))
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const whole = digits.slice(0, -scale)
  return `${unscaled < 0n ? '-' : ''}${whole}.${digits.slice(-scale)}`
}
