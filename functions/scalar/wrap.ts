// Integers of up to 32 bits that wrap at their width: JavaScript numbers brought back into range.

import type { DataType } from '../types/type.ts'

const wraps: Partial<Record<DataType['kind'], (value: number) => number>> = {
  int8: (value) => (value << 24) >> 24,
  int16: (value) => (value << 16) >> 16,
  uint8: (value) => value & 255,
  uint16: (value) => value & 65535,
  uint32: (value) => value >>> 0,
}
const toInt32 = (value: number): number => value | 0

/** Brings a whole number back to the width of a small integer type. */
export const wrapNumber = (type: DataType): ((value: number) => number) => wraps[type.kind] ?? toInt32

/** The same as JavaScript around `text`. */
export function wrapText(type: DataType, text: string): string {
  switch (type.kind) {
    case 'int8':
      return `(((${text}) << 24) >> 24)`
    case 'int16':
      return `(((${text}) << 16) >> 16)`
    case 'uint8':
      return `((${text}) & 255)`
    case 'uint16':
      return `((${text}) & 65535)`
    case 'uint32':
      return `((${text}) >>> 0)`
    default:
      return `((${text}) | 0)`
  }
}
