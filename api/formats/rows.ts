// An Arrow stream as text, row by row, in slices between which the event loop is free for others.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import { type RowFormat, sliceWriter } from '../../runtime/sink/text/rows.ts'
import { readArrowStreams } from '../../runtime/source/arrow/read-streams.ts'

/** The rows of an Arrow stream in a format. */
export async function* encodeRows(stream: AsyncIterable<Uint8Array>, format: RowFormat): AsyncGenerator<Uint8Array> {
  for await (const { schema: arrowSchema, batches } of readArrowStreams(stream)) {
    const schema = fromArrowSchema(arrowSchema)
    const header = format.header(schema)
    if (header !== '') yield Buffer.from(header)
    const slice = sliceWriter(schema, format)
    for await (const batch of batches) {
      const { columns, length } = fromRecordBatch(batch, schema)
      for (let start = 0; start < length; ) {
        const { text, end } = slice(columns, start, length)
        yield Buffer.from(text)
        start = end
        await nextTurn()
      }
    }
  }
}
