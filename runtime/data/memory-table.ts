// Columns of values that this process holds, as the bytes of a `memory` source. The engine's encoder writes them, so that
// results and sources are one format.

import { columnOf } from '../../functions/column/output-buffer.ts'
import { cutBatch } from '../../functions/column/slice.ts'
import { plainType } from '../../functions/types/coercion.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { BatchEncoder } from './batch-encoder.ts'

/** What a query without FROM reads: one row without columns. @see DataFusion `PlaceholderRowExec` */
export const encodePlaceholderRow = (): Uint8Array => encodeColumns([], [], 1)

/** An Arrow IPC stream of the columns, in batches of `maxBatchRows`. */
export function encodeColumns(
  schema: Schema,
  values: readonly (readonly Value[])[],
  length = values[0]?.length ?? 0,
): Uint8Array {
  const encoder = new BatchEncoder(schema)
  const columns = schema.map(({ type }, i) => columnOf(values[i] ?? [], plainType(type)))
  const batch = { length, columns }
  const chunks = [...encoder.start()]
  for (const piece of cutBatch(batch)) chunks.push(...encoder.batch(piece))
  return Buffer.concat([...chunks, ...encoder.end()])
}
