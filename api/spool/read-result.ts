// Reads a result that is complete or still growing: from memory what is there, else from its file. What lay on disk is
// verified block by block, and the last piece of a block is held back until its checksum is right.

import * as zlib from 'node:zlib'
import { unlessAborted } from '../../runtime/bytes/unless-aborted.ts'
import { HttpError } from '../errors.ts'
import { messageBytes } from './message-scanner.ts'
import { type FileReader, resultCorrupted } from './result-file.ts'
import { blockAt, type PlacedBlock } from './result-index.ts'

export interface ReadOptions {
  /** The schema, then the record batches from this one on, and what dictionaries they need. */
  readonly fromBatch?: number
  /** Of a complete result: the bytes from `start` up to `end`. */
  readonly range?: { readonly start: number; readonly end: number }
  readonly signal?: AbortSignal
}

/** A result as its readers see it. */
export interface ReadableResult {
  /** All so far; of one that is not complete, the last may still grow. */
  readonly blocks: readonly PlacedBlock[]
  readonly batches: number
  readonly received: number
  readonly isComplete: boolean
  readonly memoryStart: number
  readonly isVerified: boolean
  inMemory(position: number): Uint8Array | undefined
  throwIfFailed(): void
  change(): Promise<void>
  /** Everything before `position` has been taken. */
  onTaken(position: number): Promise<void>
}

type Bytes = AsyncGenerator<Uint8Array, void, undefined>

export async function* readResult(
  result: ReadableResult,
  file: FileReader,
  { fromBatch = 0, range, signal }: ReadOptions,
): Bytes {
  if (fromBatch === 0) {
    yield* bytesBetween(result, file, range?.start ?? 0, range?.end ?? Number.POSITIVE_INFINITY, signal)
    return
  }
  const start = await locate(result, file, fromBatch, signal)
  for (const block of [...result.blocks]) {
    if (block.start >= start) break
    const isNeeded = block.kind === 'schema' || block.kind === 'dictionaries'
    if (isNeeded) yield* bytesBetween(result, file, block.start, block.start + block.bytes, signal)
  }
  yield* bytesBetween(result, file, start, Number.POSITIVE_INFINITY, signal)
}

/** Where a record batch begins, once it is there. */
async function locate(
  result: ReadableResult,
  file: FileReader,
  batch: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  while (result.batches <= batch && !result.isComplete) await nextChange(result, signal)
  result.throwIfFailed()
  if (batch > result.batches) {
    throw new HttpError(
      'range_not_satisfiable',
      `Cannot read from batch ${batch}: the result has ${result.batches} batches, ask for one of them`,
      { details: { batches: result.batches } },
    )
  }
  const block = result.blocks.findLast(({ kind, firstBatch }) =>
    batch === result.batches ? kind === 'end' : kind === 'batches' && firstBatch <= batch,
  )
  if (block === undefined || block.kind === 'end') return block?.start ?? result.received
  if (block.firstBatch === batch) return block.start
  const pieces: Uint8Array[] = []
  for await (const piece of bytesBetween(result, file, block.start, block.start + block.bytes, signal))
    pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  let at = 0
  for (let skipped = block.firstBatch; skipped < batch; skipped++) at += messageBytes(bytes.subarray(at))
  return block.start + at
}

async function* bytesBetween(
  result: ReadableResult,
  file: FileReader,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): Bytes {
  for (let at = start; at < end; ) {
    result.throwIfFailed()
    signal?.throwIfAborted()
    const inMemory = result.inMemory(at)?.subarray(0, end - at)
    if (inMemory !== undefined) {
      yield inMemory
      at += inMemory.length
      await result.onTaken(at)
    } else if (at < result.received) {
      for await (const piece of onDisk(result, file, at, Math.min(end, result.memoryStart))) {
        result.throwIfFailed()
        yield piece
        at += piece.length
        await result.onTaken(at)
      }
    } else if (result.isComplete) return
    else await nextChange(result, signal)
  }
}

/** Some of the bytes of a block that are on disk, the whole of it where it is verified. */
async function* onDisk(result: ReadableResult, file: FileReader, start: number, end: number): Bytes {
  const block = blockAt(result.blocks, start)
  if (block === undefined) throw resultCorrupted('its index does not fit its bytes')
  const blockEnd = block.start + block.bytes
  const isClosed = result.isComplete || block !== result.blocks.at(-1)
  if (result.isVerified && isClosed && blockEnd <= result.memoryStart) yield* verified(block, file, start, end)
  else yield await pieceAt(file, start, Math.min(end, blockEnd))
}

async function* verified(block: PlacedBlock, file: FileReader, start: number, end: number): Bytes {
  const blockEnd = block.start + block.bytes
  let checksum = 0
  let held: Uint8Array | undefined
  for (let at = block.start; at < blockEnd; ) {
    const piece = await pieceAt(file, at, blockEnd)
    checksum = zlib.crc32(piece, checksum)
    const wanted = piece.subarray(Math.max(0, start - at), Math.max(0, end - at))
    at += piece.length
    if (wanted.length === 0) continue
    if (held !== undefined) yield held
    held = wanted
  }
  if (checksum !== block.checksum) throw resultCorrupted('its bytes are not those that were written')
  if (held !== undefined) yield held
}

async function pieceAt(file: FileReader, start: number, end: number): Promise<Uint8Array> {
  const piece = await file.read(start, end)
  if (piece === undefined) throw resultCorrupted('a part of it is missing')
  return piece
}

function nextChange(result: ReadableResult, signal: AbortSignal | undefined): Promise<void> {
  result.throwIfFailed()
  return signal === undefined ? result.change() : unlessAborted(result.change(), signal)
}
