// Which rows of a column of bytes hold a piece: the whole run is searched in WebAssembly, in blocks that are copied there,
// and hits are mapped to rows. Where there is no WebAssembly, row by row.

import type { BytesColumn } from '../column/column.ts'
import { searchModule } from './search-module.ts'

const PAGE = 65_536

/** Small enough to stay in the processor's cache between being copied and being searched. */
const BLOCK = PAGE
/** Where the piece stands; reads go up to sixteen bytes and a piece beyond the end of a block. */
const NEEDLE = 2 * PAGE
const MAX_NEEDLE = PAGE / 2

interface Searcher {
  readonly memory: Uint8Array
  readonly find: (at: number, end: number, needle: number, size: number) => number
}

/** What is used of the platform's WebAssembly, which is missing under `--jitless`. */
interface WebAssemblyPlatform {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
  ) => { readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly find: Searcher['find'] } }
}

let searcher: Searcher | undefined

/** One for all searches, made when it is first needed. */
function ownSearcher(): Searcher | undefined {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: WebAssemblyPlatform }
  if (WebAssembly === undefined) return undefined
  if (searcher === undefined) {
    const { memory, find } = new WebAssembly.Instance(new WebAssembly.Module(searchModule(3))).exports
    searcher = { memory: new Uint8Array(memory.buffer), find }
  }
  return searcher
}

/** A byte per row, 1 where it holds the piece. */
export function rowsHolding({ values, offsets }: BytesColumn, piece: Uint8Array, length: number): Uint8Array {
  const matches = new Uint8Array(length)
  if (piece.length === 0) return matches.fill(1)
  const own = piece.length > MAX_NEEDLE ? undefined : ownSearcher()
  if (own !== undefined) searchBlocks(own, values, offsets, piece, matches)
  else {
    for (let row = 0; row < length; row++)
      matches[row] = find(values, offsets[row] ?? 0, offsets[row + 1] ?? 0, piece) === -1 ? 0 : 1
  }
  return matches
}

function searchBlocks(
  { memory, find }: Searcher,
  values: Uint8Array,
  offsets: Int32Array,
  piece: Uint8Array,
  matches: Uint8Array,
): void {
  const size = piece.length
  const end = offsets[matches.length] ?? 0
  memory.set(piece, NEEDLE)
  let row = 0
  for (let start = offsets[0] ?? 0; start + size <= end; ) {
    const stop = Math.min(end, start + BLOCK)
    memory.set(values.subarray(start, stop))
    let at = 0
    for (let hit = 0; hit !== -1; ) {
      hit = find(at, stop - start, NEEDLE, size)
      if (hit === -1) break
      while ((offsets[row + 1] ?? 0) <= start + hit) row++
      if (start + hit + size <= (offsets[row + 1] ?? 0)) {
        matches[row++] = 1
        at = (offsets[row] ?? 0) - start
      } else {
        // Across the border of two rows: no hit, the next may begin one byte on.
        at = hit + 1
      }
    }
    // A piece may stand across the end of the block.
    start = Math.max(start + at, stop - size + 1)
  }
}

/** Where `piece` begins at or after `start` and ends by `end`; -1 when it does not. */
export function find(bytes: Uint8Array, start: number, end: number, piece: Uint8Array): number {
  const first = piece[0]
  const last = end - piece.length
  for (let at = start; at <= last; at++) if (bytes[at] === first && hasAt(bytes, at, piece)) return at
  return -1
}

/** Whether `bytes` has `piece` at `at`; the caller has checked that it fits. */
export function hasAt(bytes: Uint8Array, at: number, piece: Uint8Array): boolean {
  for (let i = 0; i < piece.length; i++) if (bytes[at + i] !== piece[i]) return false
  return true
}
