// Encoded calls on their way to a worker and back: bytes go to the backend, results and errors come out.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { errorFromPlain, isVolleyError, ResourceError } from '../../functions/errors.ts'
import { inFunctions } from '../../functions/udf/failure.ts'
import { type Backend, cancelReason, inheritLog } from '../backend.ts'
import type { EncodedTask } from '../codec/artifacts.ts'
import { decodeResults } from '../codec/call-codec.ts'
import { parseTaskFault } from '../pool/protocol.ts'
import { span } from '../trace/spans.ts'
import type { CallOptions } from './call-options.ts'
import type { Made } from './call-outcome.ts'

const MAX_RESULT_BYTES = 256 * 1024 * 1024

/** Calls of one function that travel together. */
export interface EncodedCalls {
  readonly task: EncodedTask
  readonly count: number
  /** Of the function. */
  readonly name: string
}

/**
 * Has a worker make calls, one after the other.
 *
 * @throws {VolleyError} What went wrong before a call gave a result.
 */
export async function makeCalls(
  backend: Pick<Backend, 'run' | 'trace'>,
  calls: EncodedCalls,
  context: CodecContext,
  options: CallOptions,
  signal: AbortSignal,
): Promise<Made> {
  try {
    const { bytes, elapsedMs } = await sendUntilKept(backend, calls, options, signal)
    using _reading = span(backend.trace, 'read')
    const { results, failure } = decodeResults(bytes, context)
    if (failure === undefined) return { results, elapsedMs }
    return { results, elapsedMs, failure: inFunctions(errorFromPlain(parseTaskFault(failure)), [calls.name]) }
  } catch (error) {
    throw inFunctions(error, [calls.name])
  }
}

/** Sends them again when their worker was lost, as often as that is wanted. */
async function sendUntilKept(
  backend: Pick<Backend, 'run'>,
  calls: EncodedCalls,
  options: CallOptions,
  signal: AbortSignal,
) {
  for (let left = options.retries ?? 0; ; left -= 1) {
    try {
      return await send(backend, calls, options, signal)
    } catch (error) {
      if (left === 0 || signal.aborted || !isVolleyError(error) || error.code !== 'worker_lost') throw error
    }
  }
}

async function send(
  backend: Pick<Backend, 'run'>,
  { task, count }: EncodedCalls,
  options: CallOptions,
  signal: AbortSignal,
) {
  const { timeoutMs, isolation, priority, maxResultBytes = MAX_RESULT_BYTES, onLog = inheritLog } = options
  if (signal.aborted) throw cancelReason(signal, 'call')
  const request = {
    ...task,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(priority === undefined ? {} : { priority }),
  }
  const run = await backend.run(request, { signal, onLog })
  run.done.catch(() => {})
  try {
    const bytes = await readWhole(run.stream, maxResultBytes * count, () => tooLarge(maxResultBytes))
    return { bytes, elapsedMs: (await run.done).elapsedMs }
  } catch (error) {
    // A call that has failed is not running any more.
    await run.done.catch(() => {})
    throw error
  }
}

async function readWhole(stream: AsyncIterable<Uint8Array>, limit: number, beyond: () => Error): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    length += chunk.length
    if (length > limit) throw beyond()
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

function tooLarge(limit: number): ResourceError {
  return new ResourceError(
    'size_limit',
    `Cannot take the result of a call: it is larger than ${limit} bytes, allow more with maxResultBytes`,
    { details: { limit } },
  )
}
