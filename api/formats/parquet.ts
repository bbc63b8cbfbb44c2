// An Arrow stream as a Parquet file, a row group at a time.

import type { RecordBatch } from 'apache-arrow'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import type { Batch } from '../../functions/column/column.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import type { Schema } from '../../functions/types/type.ts'
import { parquetEncoder, parquetEnd } from '../../runtime/sink/parquet/encoder.ts'
import { checkParquetTypes } from '../../runtime/sink/parquet/types.ts'
import { readArrowStreams } from '../../runtime/source/arrow/read-streams.ts'

/** Of the batches of a row group, which are in memory together: less than in files, as many results may be read at a time. */
const GROUP_BYTES = 8 * 1024 * 1024

/**
 * The bytes of a Parquet file with the rows of an Arrow stream.
 *
 * @throws {PlanError} `not_implemented`, before the first byte, for a column that Parquet has no type for.
 */
export async function* encodeParquet(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const { schema: arrowSchema, batches } of readArrowStreams(stream)) {
    const schema = fromArrowSchema(arrowSchema)
    checkParquetTypes(schema)
    const encoder = parquetEncoder(schema, {})
    let [bytes, rows] = [0, 0]
    const counted = (chunks: readonly Uint8Array[]): readonly Uint8Array[] => {
      bytes += chunks.reduce((sum, { length }) => sum + length, 0)
      return chunks
    }
    yield* counted(encoder.start())
    for await (const group of rowGroups(batches, schema, encoder.batchRows)) {
      rows += group.reduce((sum, { length }) => sum + length, 0)
      yield* counted(encoder.encode(group))
    }
    yield* parquetEnd(schema, [{ bytes, rows, tail: encoder.tail() }])
  }
}

/** Batches that are worth being encoded together. */
async function* rowGroups(
  batches: AsyncIterable<RecordBatch>,
  schema: Schema,
  enoughRows: number,
): AsyncGenerator<readonly Batch[]> {
  let group: Batch[] = []
  let [bytes, rows] = [0, 0]
  for await (const batch of batches) {
    if (batch.numRows === 0) continue
    group.push(fromRecordBatch(batch, schema))
    bytes += batch.data.byteLength
    rows += batch.numRows
    if (rows < enoughRows && bytes < GROUP_BYTES) continue
    yield group
    group = []
    ;[bytes, rows] = [0, 0]
  }
  if (group.length > 0) yield group
}
