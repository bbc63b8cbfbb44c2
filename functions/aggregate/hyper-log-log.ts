// HyperLogLog: counts distinct values within about one per cent in 16 KiB. While there are few values their hashes are
// kept and the count is exact.

import { COLLECTION_BYTES } from '../contract/aggregate-run.ts'
import type { Value } from '../types/value.ts'

const indexBits = 14
const registers = 1 << indexBits
/** Bits of the hash that the rank is taken of. */
const rankBits = 53 - indexBits
const mostSparse = 1024
/** A hash in a set. */
const SPARSE_BYTES = 40

export class HyperLogLog {
  #sparse: Set<number> | undefined = new Set()
  #dense: Uint8Array | undefined

  /** What it takes, about. */
  get byteLength(): number {
    return this.#sparse === undefined ? registers : COLLECTION_BYTES + SPARSE_BYTES * this.#sparse.size
  }

  add(value: Value): void {
    this.addHash(hashOf(value))
  }

  addHash(hash: number): void {
    if (this.#sparse !== undefined) {
      this.#sparse.add(hash)
      if (this.#sparse.size > mostSparse) this.#densify()
    } else if (this.#dense !== undefined) register(this.#dense, hash)
  }

  /** Takes in what `toBytes` gave. */
  merge(bytes: Uint8Array): void {
    if (bytes[0] === 0) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let at = 1; at + 8 <= bytes.length; at += 8) this.addHash(view.getFloat64(at, true))
      return
    }
    this.#densify()
    const own = this.#dense ?? new Uint8Array(registers)
    for (let i = 0; i < registers; i++) own[i] = Math.max(own[i] ?? 0, bytes[i + 1] ?? 0)
  }

  toBytes(): Uint8Array {
    if (this.#dense !== undefined) {
      const bytes = new Uint8Array(registers + 1)
      bytes[0] = 1
      bytes.set(this.#dense, 1)
      return bytes
    }
    const hashes = [...(this.#sparse ?? [])]
    const bytes = new Uint8Array(1 + 8 * hashes.length)
    const view = new DataView(bytes.buffer)
    for (const [i, hash] of hashes.entries()) view.setFloat64(1 + 8 * i, hash, true)
    return bytes
  }

  count(): number {
    return this.#dense === undefined ? (this.#sparse?.size ?? 0) : estimate(this.#dense)
  }

  #densify(): void {
    if (this.#dense !== undefined) return
    this.#dense = new Uint8Array(registers)
    for (const hash of this.#sparse ?? []) register(this.#dense, hash)
    this.#sparse = undefined
  }
}

function register(dense: Uint8Array, hash: number): void {
  const index = Math.floor(hash / 2 ** rankBits)
  const rest = hash - index * 2 ** rankBits
  const rank = rest === 0 ? rankBits + 1 : rankBits - Math.floor(Math.log2(rest))
  if (rank > (dense[index] ?? 0)) dense[index] = rank
}

/** Ertl's improved estimator: no bias for small counts, no tables. */
function estimate(dense: Uint8Array): number {
  const most = rankBits + 1
  const histogram = new Array<number>(most + 1).fill(0)
  for (const rank of dense) histogram[rank] = (histogram[rank] ?? 0) + 1
  let z = registers * tau(1 - (histogram[most] ?? 0) / registers)
  for (let rank = most - 1; rank >= 1; rank--) z = 0.5 * (z + (histogram[rank] ?? 0))
  z += registers * sigma((histogram[0] ?? 0) / registers)
  return Math.round((registers * registers) / (2 * Math.LN2 * z))
}

function sigma(fraction: number): number {
  if (fraction === 1) return Number.POSITIVE_INFINITY
  let [x, y, z] = [fraction, 1, fraction]
  for (let last = -1; z !== last; ) {
    x *= x
    last = z
    z += x * y
    y += y
  }
  return z
}

function tau(fraction: number): number {
  if (fraction === 0 || fraction === 1) return 0
  let [x, y, z] = [fraction, 1, 1 - fraction]
  for (let last = -1; z !== last; ) {
    x = Math.sqrt(x)
    last = z
    y *= 0.5
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/** 53 bits of a hash; equal values have equal hashes. */
export function hashOf(value: Value): number {
  switch (typeof value) {
    case 'number':
      float[0] = value === 0 ? 0 : value
      return mix(words[0] ?? 0, words[1] ?? 0)
    case 'bigint':
      return mix(Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)))
    case 'string':
      return hashText(value)
    default:
      return hashText(
        value instanceof Uint8Array
          ? value.join()
          : JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner)),
      )
  }
}

function hashText(text: string): number {
  let low = 0x9747b28c
  let high = 0x5bd1e995
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    low = Math.imul(low ^ unit, 0x85ebca6b)
    high = Math.imul(high ^ unit, 0xc2b2ae35)
    low ^= high >>> 15
    high ^= low >>> 13
  }
  return mix(low ^ text.length, high)
}

/** Murmur's finish on both halves. */
function mix(low: number, high: number): number {
  let a = Math.imul(low ^ (high >>> 16) ^ 0x2545f491, 0x85ebca6b)
  let b = Math.imul(high ^ (a >>> 13), 0xc2b2ae35)
  a ^= b >>> 16
  a = Math.imul(a, 0x27d4eb2f)
  b = Math.imul(b ^ (a >>> 15), 0x165667b1)
  a ^= b >>> 13
  a = Math.imul(a, 0xc2b2ae35)
  b ^= a >>> 16
  return (a >>> 0) * 0x20_0000 + (b >>> 11)
}
