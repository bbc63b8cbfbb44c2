// Arrow streams for tests of the spool, cut anywhere, and what one reads back.

import { type Float64, makeVector, type RecordBatch, Table, tableFromIPC, tableToIPC } from 'apache-arrow'

/** A stream of batches of one float64 column `x`, whose values count on from batch to batch. */
export function streamOf(batches: number, rows: number): Uint8Array {
  const parts = Array.from({ length: batches }, (_, batch) => {
    const x = makeVector(Float64Array.from({ length: rows }, (_, row) => batch * rows + row))
    return new Table({ x }).batches[0] as RecordBatch<{ x: Float64 }>
  })
  const schema = new Table({ x: makeVector(new Float64Array(1)) }).schema
  return tableToIPC(parts.length === 0 ? new Table(schema) : new Table(parts), 'stream')
}

/** The bytes in chunks of a size. */
export async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The values of `x`. */
export const valuesOf = (bytes: Uint8Array): number[] =>
  [...(tableFromIPC(bytes).getChild('x')?.toArray() ?? [])] as number[]
