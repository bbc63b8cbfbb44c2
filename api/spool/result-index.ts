// Where the parts of a stored result are, and what they must add up to. An index is plain data: it goes into the job
// store when the result is complete, and says later whether the bytes are still those that were written.

/** A run of messages of one kind that is read and verified as one. */
export interface ResultBlock {
  readonly kind: 'schema' | 'dictionaries' | 'batches' | 'end'
  readonly bytes: number
  readonly messages: number
  /** CRC-32 of its bytes. */
  readonly checksum: number
}

/** What is known of a complete result. */
export interface ResultIndex {
  readonly bytes: number
  readonly rows: number
  readonly batches: number
  readonly blocks: readonly ResultBlock[]
  /** The result itself as base64, where it is small and retained: it has no file then. */
  readonly inline?: string
}

/** A block with its place in the result. */
export interface PlacedBlock extends ResultBlock {
  readonly start: number
  /** How many record batches come before it. */
  readonly firstBatch: number
}

/** Gives blocks their places. */
export function placeBlocks(blocks: readonly ResultBlock[]): PlacedBlock[] {
  let start = 0
  let firstBatch = 0
  return blocks.map((block) => {
    const placed = { ...block, start, firstBatch }
    start += block.bytes
    firstBatch += block.kind === 'batches' ? block.messages : 0
    return placed
  })
}

/** The one that holds the byte at `position`, of those that follow one another. */
export function blockAt<Block extends { readonly start: number }>(
  blocks: readonly Block[],
  position: number,
): Block | undefined {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((blocks[middle]?.start ?? 0) <= position) low = middle + 1
    else high = middle
  }
  return blocks[low - 1]
}
