// Text to values, as CAST reads it: no spaces around numbers, `+5` is a number, `1.5` is not an integer.

import { type DataType, integerRange, isBigInt, isDecimal, isFloat, isInteger } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { parseDecimal } from './decimal.ts'
import { temporalParser } from './temporal-text.ts'

/** Reads text as a value of `type`; undefined for text that is not one. Types without a text form have no parser. */
export function textParser(type: DataType): ((text: string) => Value | undefined) | undefined {
  if (isInteger(type)) return integerParser(type)
  if (isFloat(type)) return type.kind === 'float32' ? (text) => roundFloat(parseFloatText(text)) : parseFloatText
  if (isDecimal(type)) {
    const limit = 10n ** BigInt(type.precision)
    return (text) => {
      // Alone among numbers, decimals may have spaces around them, and nothing at all is zero.
      const trimmed = text.trim()
      const value = trimmed === '' ? 0n : parseDecimal(trimmed, type.scale)
      return value === undefined || value >= limit || value <= -limit ? undefined : value
    }
  }
  if (type.kind === 'bool') return parseBoolean
  if (type.kind === 'binary') return (text) => new TextEncoder().encode(text)
  return temporalParser(type)
}

const roundFloat = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.fround(value)

function integerParser(type: DataType): (text: string) => number | bigint | undefined {
  const [least, most] = integerRange(type)
  const asBigInt = isBigInt(type)
  return (text) => {
    if (!/^[+-]?\d+$/.test(text)) return undefined
    const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
    if (value < least || value > most) return undefined
    return asBigInt ? value : Number(value)
  }
}

const specialFloats: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['infinity', Infinity],
])

function parseFloatText(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text)
  const negative = text.startsWith('-')
  const bare = negative || text.startsWith('+') ? text.slice(1) : text
  const special = specialFloats.get(bare.toLowerCase())
  return special === undefined ? undefined : negative ? -special : special
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1'].map((word): [string, boolean] => [word, true]),
  ...['f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0'].map((word): [string, boolean] => [word, false]),
])

const parseBoolean = (text: string): boolean | undefined => booleans.get(text.trim().toLowerCase())
