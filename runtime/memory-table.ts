// Columns of values as the bytes of a `memory` source. The engine's encoder writes them, so results and sources are one
// format.

import { sliceBatch } from '../functions/column/slice.ts'
import { columnOf } from '../functions/column/target.ts'
import type { Value } from '../functions/expr/node.ts'
import { plainType } from '../functions/types/coercion.ts'
import type { Schema } from '../functions/types/type.ts'
import { BatchEncoder } from './batch-encoder.ts'

const BATCH_ROWS = 65_536

/** An Arrow IPC stream of the columns, in batches of 64Ki rows. */
export function encodeColumns(schema: Schema, values: readonly (readonly Value[])[]): Uint8Array {
  const encoder = new BatchEncoder(schema)
  const columns = schema.map(({ type }, i) => columnOf(values[i] ?? [], plainType(type)))
  const batch = { length: columns[0]?.length ?? 0, columns }
  const chunks = [...encoder.start()]
  for (let start = 0; start < batch.length; start += BATCH_ROWS) {
    chunks.push(...encoder.batch(sliceBatch(batch, start, Math.min(batch.length, start + BATCH_ROWS))))
  }
  return Buffer.concat([...chunks, ...encoder.end()])
}
