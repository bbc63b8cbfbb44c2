// The frame of every row, as positions from start to end (half-open). Within a window partition neither ever moves back,
// which is what lets aggregates slide.

import { compareValues } from '../../../functions/scalar/order.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { BoundFrame, FrameLimit, RangeDistance } from '../../../functions/window/frame.ts'
import type { WindowOrder } from './order.ts'

export interface Frames {
  readonly bound: BoundFrame
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** What frames of a distance need: the one sort key by row, null for null. */
export interface DistanceKey {
  readonly read: (row: number) => Value
  readonly descending: boolean
}

/** The frames of all rows of all partitions, by position. */
export function framesOf(frame: BoundFrame, order: WindowOrder, key: DistanceKey | undefined): Frames {
  const { units } = frame
  const length = order.rows.length
  const frames = { bound: frame, starts: new Int32Array(length), ends: new Int32Array(length) }
  for (let p = 0; p + 1 < order.partitions.length; p++) {
    const within = { start: order.partitions[p] ?? 0, end: order.partitions[p + 1] ?? 0 }
    fill({ buffer: frames.starts, units, limit: frame.start, isEnd: false }, within, order, key)
    fill({ buffer: frames.ends, units, limit: frame.end, isEnd: true }, within, order, key)
  }
  for (let position = 0; position < length; position++) {
    if ((frames.ends[position] ?? 0) < (frames.starts[position] ?? 0))
      frames.ends[position] = frames.starts[position] ?? 0
  }
  return frames
}

interface Span {
  readonly start: number
  readonly end: number
}

/** One end of the frames. */
interface Edge {
  /** Where it goes, by position. */
  readonly buffer: Int32Array
  readonly units: BoundFrame['units']
  readonly limit: FrameLimit
  readonly isEnd: boolean
}

function fill(edge: Edge, within: Span, order: WindowOrder, key: DistanceKey | undefined): void {
  const { buffer, units, limit, isEnd } = edge
  const { start, end } = within
  const side = isEnd ? 1 : 0
  if (limit.kind === 'unbounded') {
    buffer.fill(isEnd ? end : start, start, end)
  } else if (limit.kind === 'distance') {
    if (key !== undefined) fillByDistance(edge, limit.distance, within, order, key)
  } else if (units === 'rows') {
    const offset = (limit.kind === 'count' ? limit.offset : 0) + side
    for (let position = start; position < end; position++)
      buffer[position] = Math.min(end, Math.max(start, position + offset))
  } else {
    const { of: peersOf, starts: peerStarts } = order.peers
    const offset = (limit.kind === 'count' ? limit.offset : 0) + side
    const first = peersOf[start] ?? 0
    const last = (peersOf[end - 1] ?? 0) + 1
    for (let position = start; position < end; position++) {
      const run = Math.min(last, Math.max(first, (peersOf[position] ?? 0) + offset))
      buffer[position] = peerStarts[run] ?? end
    }
  }
}

/** Rows without a key are peers of each other and near to nothing else. */
function fillByDistance(
  { buffer, isEnd }: Edge,
  { shift, form: comparable }: RangeDistance,
  { start, end }: Span,
  { rows, peers: { of: peersOf, starts: peerStarts } }: WindowOrder,
  { read, descending }: DistanceKey,
): void {
  const keys: Value[] = []
  for (let position = start; position < end; position++) keys.push(read(rows[position] ?? 0))
  const isNull = (position: number): boolean => keys[position - start] === null
  let from = start
  while (from < end && isNull(from)) from++
  let to = end
  while (to > from && isNull(to - 1)) to--
  const comparables = keys.map((key) => (key === null ? null : comparable(key)))
  const sign = descending ? -1 : 1
  let reached = from
  for (let position = start; position < end; position++) {
    if (position < from || position >= to) {
      buffer[position] = peerStarts[(peersOf[position] ?? 0) + (isEnd ? 1 : 0)] ?? end
      continue
    }
    const limit = shift(keys[position - start] ?? null)
    // The start is the first row not before the limit, the end the first row after it.
    while (reached < to) {
      const compared = sign * compareValues(comparables[reached - start] ?? null, limit)
      if (isEnd ? compared > 0 : compared >= 0) break
      reached++
    }
    buffer[position] = reached
  }
}
