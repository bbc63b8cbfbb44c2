// Cuts an Arrow stream in memory down to the batches of one partition, so that a task carries only its own.
// Copies messages whole, decodes none.

import type { SourcePartition } from '../source.ts'
import { memoryAccess, readLayout, readMessages } from './messages.ts'

/** The stream that holds only the partition's batches (and the dictionaries before them), and the partition as one of it. */
export async function narrowMemory(
  bytes: Uint8Array,
  partition: SourcePartition,
): Promise<{ bytes: Uint8Array; partition: SourcePartition }> {
  const access = memoryAccess(bytes)
  const layout = await readLayout(access)
  const all = [0, layout.messages.length] as const
  const ranges = partition.slices.map((slice) => slice.range ?? all)
  const parts: Uint8Array[] = []
  for await (const part of readMessages(access, layout, ranges)) parts.push(part)
  const batches = layout.messages
    .filter((message) => message.kind === 'batch')
    .filter((_, index) => ranges.some(([start, end]) => index >= start && index < end)).length
  return {
    bytes: Buffer.concat([...parts, endOfStream]),
    partition: { ...partition, slices: [{ range: [0, batches] }] },
  }
}

const endOfStream = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0)
