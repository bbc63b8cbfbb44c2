// Picking values out of typed arrays by position. There is one loop for each width of values: a loop that sees arrays of
// several kinds is slow for each of them. What columns are is not known here.

import type { NumberArray } from './column.ts'

/** The arrays of columns that hold one value a row. */
export type ValueArray = NumberArray | BigInt64Array | BigUint64Array

/** The entries at the first `length` positions, in an array of the same kind. Positions outside of `from` give 0. */
export function takeValues<Values extends ValueArray>(from: Values, positions: Int32Array, length: number): Values {
  const taken = new (from.constructor as new (length: number) => Values)(length)
  // Values are moved as what they are in memory: five kinds of arrays do for ten. Doubles stay doubles, because reading
  // one as a bigint costs more, and 64-bit integers do not become doubles, which need not keep every bit of a NaN.
  if (from instanceof Float64Array) takeDoubles(from, positions, taken as Float64Array)
  else if (from instanceof BigInt64Array || from instanceof BigUint64Array)
    takeWide(asKind(BigInt64Array, from), positions, asKind(BigInt64Array, taken))
  else if (from.BYTES_PER_ELEMENT === 4) takeWords(asKind(Int32Array, from), positions, asKind(Int32Array, taken))
  else if (from.BYTES_PER_ELEMENT === 2) takeHalves(asKind(Int16Array, from), positions, asKind(Int16Array, taken))
  else takeSingles(asKind(Uint8Array, from), positions, asKind(Uint8Array, taken))
  return taken
}

const asKind = <Values>(
  kind: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Values,
  { buffer, byteOffset, length }: ValueArray,
): Values => new kind(buffer, byteOffset, length)

function takeDoubles(from: Float64Array, positions: Int32Array, to: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[positions[i] ?? 0] ?? 0
}

function takeWide(from: BigInt64Array, positions: Int32Array, to: BigInt64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[positions[i] ?? 0] ?? 0n
}

function takeWords(from: Int32Array, positions: Int32Array, to: Int32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[positions[i] ?? 0] ?? 0
}

function takeHalves(from: Int16Array, positions: Int32Array, to: Int16Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[positions[i] ?? 0] ?? 0
}

function takeSingles(from: Uint8Array, positions: Int32Array, to: Uint8Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[positions[i] ?? 0] ?? 0
}
