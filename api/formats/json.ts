// One JSON array of objects, each on a line of its own, in the JSON encoding of values.

import { ndjsonFormat } from '../../runtime/sink/text/ndjson.ts'
import { encodeRows } from './rows.ts'

/** The rows of an Arrow stream as a JSON array, which is only closed when the stream has ended. */
export async function* encodeJson(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isEmpty = true
  // Chunks are whole lines, and the only line feeds in them are those between rows.
  for await (const chunk of encodeRows(stream, ndjsonFormat)) {
    const lines = Buffer.from(chunk).toString('utf8').slice(0, -1)
    yield Buffer.from(`${isEmpty ? '[\n' : ',\n'}${lines.replaceAll('\n', ',\n')}`)
    isEmpty = false
  }
  yield Buffer.from(isEmpty ? '[]\n' : '\n]\n')
}
