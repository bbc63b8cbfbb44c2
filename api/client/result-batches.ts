// The record batches of a kept result, each once: where the connection breaks off, the next one goes on behind the last
// batch that came whole.

import type { RecordBatch } from 'apache-arrow'
import type { ArrowModule } from '../../functions/arrow/convert.ts'
import { ConnectionError } from '../../functions/errors.ts'
import { readArrowBatches } from '../../runtime/source/arrow/read-streams.ts'
import type { Connection } from './connection.ts'
import { brokenOff, isLost, isSilence } from './failures.ts'
import type { BatchOptions } from './options.ts'

/** How often the job had been begun whose result this is: another run may cut its rows into other batches. */
const runsHeader = 'x-volley-job-runs'

/**
 * @param path - Of the job.
 * @param arrow - Whose classes the batches are of.
 */
export async function* resumedBatches(
  connection: Connection,
  path: string,
  arrow: ArrowModule | undefined,
  { signal, fromBatch = 0 }: BatchOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const backoff = connection.backoff(signal)
  let runs: string | null = null
  for (let next = fromBatch; ; ) {
    try {
      const response = await openResult(connection, path, next, signal)
      const run = response.headers.get(runsHeader)
      if (next > fromBatch && run !== runs) throw begunAgain(path)
      runs = run
      for await (const batch of readArrowBatches(wholeStream(connection, response, signal), arrow)) {
        const isFirst = next === fromBatch
        next += 1
        backoff.reset()
        // Where nothing is left, Arrow gives a batch without rows; of a whole result it tells the columns.
        if (isFirst || batch.numRows > 0) yield batch
      }
      return
    } catch (error) {
      if (!isLost(error)) throw error
      // A server that answers other requests has only nothing to give yet.
      if (isSilence(error)) {
        await connection.json({ path, signal, isIdempotent: true })
        backoff.reset()
      }
      await backoff.pause(error)
    }
  }
}

function openResult(connection: Connection, path: string, next: number, signal: AbortSignal | undefined) {
  const query = next === 0 ? '' : `?fromBatch=${next}`
  const headers = { accept: 'application/vnd.apache.arrow.stream' }
  return connection.open({ path: `${path}/result${query}`, headers, signal, isIdempotent: false })
}

/** An Arrow stream to its end, which it must have. @throws {ConnectionError} `connection_lost` */
export async function* wholeStream(
  connection: Connection,
  response: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const end = [255, 255, 255, 255, 0, 0, 0, 0]
  let last: number[] = []
  for await (const chunk of connection.bytesOf(response, signal)) {
    last = [...last, ...chunk.subarray(-end.length)].slice(-end.length)
    yield chunk
  }
  if (last.join() !== end.join()) throw brokenOff(connection.url)
}

const begunAgain = (path: string): ConnectionError =>
  new ConnectionError(
    'result_restarted',
    `Cannot go on with the result of ${path}: its server was restarted and has begun the job anew, read it from its first batch`,
  )
