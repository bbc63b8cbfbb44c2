// What this process holds as the bytes of a `memory` source: Arrow's tables and batches, and columns of values, which
// the engine's encoder writes, so that results and sources are one format.

import { RecordBatch, Table } from 'apache-arrow'
import { checkBatch, InvalidArrayError } from '../../functions/column/check-data.ts'
import { columnOf } from '../../functions/column/output-buffer.ts'
import { cutBatch } from '../../functions/column/slice.ts'
import { PlanError } from '../../functions/errors.ts'
import { plainType } from '../../functions/types/coercion.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { adoptBatches } from '../codec/arrow.ts'
import { encodeStream } from '../source/arrow/stream-writer.ts'
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

/** An Arrow IPC stream of a table, or of batches of one schema. @throws {PlanError} `invalid_argument` */
export function encodeArrow(data: Table | RecordBatch | readonly RecordBatch[]): Uint8Array {
  const given = batchesOf(data)
  const { schema, batches } = adoptBatches(given.schema, given.batches)
  batches.forEach(checkGiven)
  return encodeStream(schema, batches)
}

function checkGiven(batch: RecordBatch, index: number): void {
  try {
    checkBatch(batch)
  } catch (error) {
    if (!(error instanceof InvalidArrayError)) throw error
    const message = `Cannot read this as Arrow data: in batch ${index}, ${error.message}`
    throw new PlanError('invalid_argument', message, { cause: error })
  }
}

/** Batches of one schema. Arrow's writer would leave out batches that differ from the first without a word. */
function batchesOf(data: Table | RecordBatch | readonly RecordBatch[]): Pick<Table, 'schema' | 'batches'> {
  if (Table.isTable(data)) return data
  const batches = Array.isArray(data) ? (data as readonly RecordBatch[]) : [data as RecordBatch]
  const [first] = batches
  if (first === undefined || !batches.every((batch) => RecordBatch.isRecordBatch(batch))) {
    throw new PlanError(
      'invalid_argument',
      'Cannot read this as Arrow data: give a table, or one or more record batches',
    )
  }
  const other = batches.findIndex(({ schema }) => String(schema) !== String(first.schema))
  if (other === -1) return { schema: first.schema, batches: [...batches] }
  throw new PlanError(
    'invalid_argument',
    `Cannot make a table of these batches: the schema of batch ${other} is ${batches[other]?.schema}, that of the first is ${first.schema}`,
  )
}
