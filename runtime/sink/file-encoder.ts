// The contract of what turns batches into the bytes of a file.

import type { Batch } from '../../functions/column/column.ts'

/** Bytes that may share the memory of the batch they were made from: to be written before anything else happens. */
export type Chunks = readonly Uint8Array[]

/** Turns the rows of one file, or of a piece of one, into bytes. */
export interface FileEncoder {
  /** How many rows are worth being encoded together. */
  readonly batchRows: number
  /** The beginning of a file; to be asked for first, by whoever writes one. */
  start(): Chunks
  /** @param batches - Runs of rows, one after another, whose columns may be dictionaries; `batchRows` in all, or the last. */
  encode(batches: readonly Batch[]): Chunks
  /** What the end of the file has to know of the rows so far. */
  tail(): Uint8Array
}

/** A piece of a file: all pieces, one after another, are its bytes but for the end. */
export interface FilePiece {
  readonly bytes: number
  readonly rows: number
  readonly tail: Uint8Array
}
