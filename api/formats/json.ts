// One JSON array of objects, each on a line of its own, in the JSON encoding of values.

import { ndjsonFormat } from '../../runtime/sink/text/ndjson.ts'
import type { RowFormat } from '../../runtime/sink/text/rows.ts'
import { encodeRows } from './rows.ts'

const openList = Buffer.from('[')

/** Every row ends the line of the one before. */
const rowsOfArray: RowFormat = { ...ndjsonFormat, start: ',\n{', end: '}' }

/** The rows of an Arrow stream as a JSON array, which is only closed when the stream has ended. */
export async function* encodeJson(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isEmpty = true
  for await (const chunk of encodeRows(stream, rowsOfArray)) {
    if (isEmpty) chunk.set(openList)
    isEmpty = false
    yield chunk
  }
  yield Buffer.from(isEmpty ? '[]\n' : '\n]\n')
}
