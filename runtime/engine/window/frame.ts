// The frame of every row, as places from start to end (half-open). Within a window partition neither ever moves back,
// which is what lets aggregates slide.

import { compareValues } from '../../../functions/scalar/order.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { BoundFrame, FrameLimit, RangeDistance } from '../../../functions/window/frame.ts'
import type { WindowOrder } from './order.ts'

export interface Frames {
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** What frames of a distance need: the one sort key by row, null for null. */
export interface DistanceKey {
  readonly read: (row: number) => Value
  readonly descending: boolean
}

/** The frames of all rows of all partitions, by place. */
export function framesOf(frame: BoundFrame, order: WindowOrder, key: DistanceKey | undefined): Frames {
  const length = order.rows.length
  const frames = { starts: new Int32Array(length), ends: new Int32Array(length) }
  for (let p = 0; p + 1 < order.partitions.length; p++) {
    const within = { start: order.partitions[p] ?? 0, end: order.partitions[p + 1] ?? 0 }
    fill(frames.starts, frame.units, frame.start, false, within, order, key)
    fill(frames.ends, frame.units, frame.end, true, within, order, key)
  }
  for (let place = 0; place < length; place++) {
    if ((frames.ends[place] ?? 0) < (frames.starts[place] ?? 0)) frames.ends[place] = frames.starts[place] ?? 0
  }
  return frames
}

interface Span {
  readonly start: number
  readonly end: number
}

function fill(
  target: Int32Array,
  units: BoundFrame['units'],
  limit: FrameLimit,
  isEnd: boolean,
  within: Span,
  order: WindowOrder,
  key: DistanceKey | undefined,
): void {
  const { start, end } = within
  const side = isEnd ? 1 : 0
  if (limit.kind === 'unbounded') {
    target.fill(isEnd ? end : start, start, end)
  } else if (limit.kind === 'distance') {
    if (key !== undefined) fillByDistance(target, limit.distance, isEnd, within, order, key)
  } else if (units === 'rows') {
    const offset = (limit.kind === 'count' ? limit.offset : 0) + side
    for (let place = start; place < end; place++) target[place] = Math.min(end, Math.max(start, place + offset))
  } else {
    const { of: peersOf, starts: peerStarts } = order.peers
    const offset = (limit.kind === 'count' ? limit.offset : 0) + side
    const first = peersOf[start] ?? 0
    const last = (peersOf[end - 1] ?? 0) + 1
    for (let place = start; place < end; place++) {
      const run = Math.min(last, Math.max(first, (peersOf[place] ?? 0) + offset))
      target[place] = peerStarts[run] ?? end
    }
  }
}

/** Rows without a key are peers of each other and near to nothing else. */
function fillByDistance(
  target: Int32Array,
  { shift, form }: RangeDistance,
  isEnd: boolean,
  { start, end }: Span,
  { rows, peers: { of: peersOf, starts: peerStarts } }: WindowOrder,
  { read, descending }: DistanceKey,
): void {
  const keys: Value[] = []
  for (let place = start; place < end; place++) keys.push(read(rows[place] ?? 0))
  const isNull = (place: number): boolean => keys[place - start] === null
  let from = start
  while (from < end && isNull(from)) from++
  let to = end
  while (to > from && isNull(to - 1)) to--
  const forms = keys.map((key) => (key === null ? null : form(key)))
  const sign = descending ? -1 : 1
  let reached = from
  for (let place = start; place < end; place++) {
    if (place < from || place >= to) {
      target[place] = peerStarts[(peersOf[place] ?? 0) + (isEnd ? 1 : 0)] ?? end
      continue
    }
    const limit = shift(keys[place - start] ?? null)
    // The start is the first row not before the limit, the end the first row after it.
    while (reached < to) {
      const compared = sign * compareValues(forms[reached - start] ?? null, limit)
      if (isEnd ? compared > 0 : compared >= 0) break
      reached++
    }
    target[place] = reached
  }
}
