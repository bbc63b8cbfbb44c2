// What is known of a series before it is read: everything, of whole numbers; of moments not how many there are.

import { field, int64, type Schema, type TimestampType, timestamp } from '../../../functions/types/type.ts'
import { groupPieces } from '../partitions.ts'
import type { OpenedSource, SeriesSpec } from '../source.ts'

/** Rows of the smallest part that a task is made for. */
const pieceRows = 65_536
/** Parts at most: they are listed. */
const mostPieces = 1024
const rowBytes = BigInt64Array.BYTES_PER_ELEMENT

export const momentType = (timezone: string | undefined): TimestampType => timestamp('ns', timezone)

/** DataFusion's: one column, which is never null. */
export const seriesSchema = (spec: SeriesSpec): Schema => [
  field('value', spec.of === 'numbers' ? int64 : momentType(spec.timezone), false),
]

export function openSeries(spec: SeriesSpec): OpenedSource {
  const schema = seriesSchema(spec)
  if (spec.of === 'moments') return { schema, partitions: () => [{ slices: [], bytes: 0 }] }
  const { count } = spec
  const rows = Math.max(pieceRows, Math.ceil(count / mostPieces))
  const pieces = Array.from({ length: Math.ceil(count / rows) }, (_, i) => {
    const start = i * rows
    const end = Math.min(count, start + rows)
    return { range: [start, end] as const, rows: end - start, bytes: (end - start) * rowBytes }
  })
  return { schema, rows: count, partitions: (target) => groupPieces(pieces, target) }
}
