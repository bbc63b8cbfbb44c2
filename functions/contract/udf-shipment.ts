// How functions travel, described for people: captured values may be secrets, or far larger than anyone thinks.

import type { Udf } from './udf.ts'

/**
 * How one function travels: what `inspectUdf` reports.
 *
 * @see docs/guide/distributing-work.md
 */
export interface UdfShipment {
  /** Its name; `anonymous` for a plain function without one. */
  readonly name: string
  /** What it is; absent for a plain function, as `WorkerPool.map` takes them. */
  readonly family?: Udf['family']
  /** Whether its code travels, or its name only. */
  readonly kind: 'by-value' | 'by-name'
  /** The size of its frame in bytes, body included. */
  readonly bytes: number
  /** SHA-256 of its code and what that captured, in hexadecimal; absent where its name alone travels. */
  readonly hash?: string
  /** What its closure takes along: names with the path to them, by value or by reference, and about how many bytes. */
  readonly captures: readonly ShippedEntry[]
}

/** One captured name. */
export interface ShippedEntry {
  /** The name in the function's code. */
  readonly name: string
  /** The captured names that lead to it, itself included. */
  readonly path: readonly string[]
  /** Whether its value travels, or where the worker finds it. */
  readonly kind: 'by-value' | 'by-reference'
  /** About how many bytes it takes, with everything that only it brings along. */
  readonly bytes: number
  /** For `by-reference`: where the worker finds it, such as `node:path#join` or `Math.max`. */
  readonly reference?: string
}
