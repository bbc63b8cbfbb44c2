// The thread that writes results in their formats. At the port that each result has of its own it asks for chunks of the
// Arrow stream, and hands over those of the format, one at a time.

import { type MessagePort, parentPort } from 'node:worker_threads'
import type { PlainError } from '../../functions/errors.ts'
import { plainError } from '../threads/plain-error.ts'
import { type FormatParameters, resultFormats } from './result-formats.ts'
import { TurnPort } from './turn-port.ts'

/** A result that is to be written. */
export interface FormatRequest {
  readonly format: string
  readonly parameters: FormatParameters
  readonly port: MessagePort
}

/** What the thread says: that it wants a chunk, a chunk of the format, its end, or what is wrong. */
export type FormatAnswer = 'more' | Uint8Array | 'end' | { readonly error: PlainError }

parentPort?.on('message', ({ format, parameters, port }: FormatRequest) => {
  // Whoever wanted the result is gone when the port is closed.
  write(format, parameters, new TurnPort(port)).catch(() => {})
})

async function write(name: string, parameters: FormatParameters, port: TurnPort<Uint8Array | 'end'>): Promise<void> {
  try {
    const format = resultFormats.find((each) => each.name === name)
    for await (const chunk of format?.encode(chunksFrom(port), parameters) ?? []) {
      port.sendCopy(chunk)
      await port.answer()
    }
    port.send('end')
  } catch (error) {
    port.send({ error: plainError(error) })
  }
}

async function* chunksFrom(port: TurnPort<Uint8Array | 'end'>): AsyncGenerator<Uint8Array> {
  for (;;) {
    port.send('more')
    const chunk = await port.answer()
    if (chunk === 'end') return
    yield chunk
  }
}
