// The total order of values: NaN equals NaN and is greatest, -0 equals 0, strings and bytes compare by bytes.
// Sorting, comparison operators, min and max all use it.

import type { Value } from '../types/value.ts'

/**
 * Negative, zero or positive, as for Array.sort; both values are of one type and neither is null.
 *
 * @param nullsGreatest - Where nulls inside lists and structs stand: last instead of first. Operators have them first, an
 * order where it has its nulls, and extremes last.
 */
export function compareValues(a: Value, b: Value, nullsGreatest = false): number {
  if (typeof a === 'string') return compareText(a, b as string)
  if (typeof a === 'number') return compareNumbers(a, b as number)
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array)
  if (Array.isArray(a)) return compareLists(a, b as readonly Value[], nullsGreatest)
  if (typeof a === 'object' && a !== null) {
    const names = Object.keys(a)
    const [left, right] = [a, b] as [Record<string, Value>, Record<string, Value>]
    return compareLists(
      names.map((name) => left[name] ?? null),
      names.map((name) => right[name] ?? null),
      nullsGreatest,
    )
  }
  return (a as bigint) < (b as bigint) ? -1 : (a as bigint) > (b as bigint) ? 1 : 0
}

export function compareNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/**
 * Compares by UTF-8 bytes. UTF-16 order differs only where a surrogate pair meets a unit above it (U+E000 to U+FFFF).
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    if (x >= 0xd800 && y >= 0xd800) {
      const xPair = x <= 0xdfff
      if (xPair !== y <= 0xdfff) return xPair ? 1 : -1
    }
    return x < y ? -1 : 1
  }
  return a.length - b.length
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Element by element, the shorter list first. */
function compareLists(a: readonly Value[], b: readonly Value[], nullsGreatest: boolean): number {
  const end = Math.min(a.length, b.length)
  for (let i = 0; i < end; i++) {
    const [x, y] = [a[i] ?? null, b[i] ?? null]
    if (x === null || y === null) {
      if (x !== y) return (x === null) === nullsGreatest ? 1 : -1
      continue
    }
    const order = compareValues(x, y, nullsGreatest)
    if (order !== 0) return order
  }
  return a.length - b.length
}
