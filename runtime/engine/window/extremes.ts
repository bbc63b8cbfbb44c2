// The position of the least number in each frame; the greatest is the least of the numbers with the other sign. Frames only
// move forward, so each position enters and leaves once.

import type { Frames } from './frame.ts'

/**
 * For frames that start with their partition: of equal numbers the first.
 *
 * @param numbers - By position, no NaN among them.
 * @param seen - 1 at positions that count; undefined when all do.
 * @returns By position, -1 where a frame has no position that counts.
 */
export function growingExtremes(
  numbers: Float64Array,
  seen: Uint8Array | undefined,
  { ends }: Frames,
  partitions: Int32Array,
): Int32Array {
  const indices = new Int32Array(numbers.length)
  for (let p = 0; p + 1 < partitions.length; p++) {
    const end = partitions[p + 1] ?? 0
    let reached = partitions[p] ?? 0
    let best = -1
    let least = 0
    for (let position = reached; position < end; position++) {
      const to = ends[position] ?? 0
      for (; reached < to; reached++) {
        if (seen !== undefined && seen[reached] === 0) continue
        const number = numbers[reached] ?? 0
        if (best !== -1 && !(number < least)) continue
        best = reached
        least = number
      }
      indices[position] = best
    }
  }
  return indices
}

/** For frames of any kind: of equal numbers the last. A queue holds the positions that can still become the least. */
export function slidingExtremes(
  numbers: Float64Array,
  seen: Uint8Array | undefined,
  { starts, ends }: Frames,
  partitions: Int32Array,
): Int32Array {
  const indices = new Int32Array(numbers.length)
  // A position waits at most where it stands among all positions: the queue never outgrows them.
  const queue = new Int32Array(numbers.length)
  for (let p = 0; p + 1 < partitions.length; p++) {
    const start = partitions[p] ?? 0
    const end = partitions[p + 1] ?? 0
    let reached = start
    let head = start
    let tail = start
    for (let position = start; position < end; position++) {
      const from = starts[position] ?? 0
      const to = ends[position] ?? 0
      if (reached < from) reached = from
      for (; reached < to; reached++) {
        if (seen !== undefined && seen[reached] === 0) continue
        const number = numbers[reached] ?? 0
        while (tail > head && number <= (numbers[queue[tail - 1] ?? 0] ?? 0)) tail--
        queue[tail++] = reached
      }
      while (head < tail && (queue[head] ?? 0) < from) head++
      indices[position] = head < tail ? (queue[head] ?? 0) : -1
    }
  }
  return indices
}
