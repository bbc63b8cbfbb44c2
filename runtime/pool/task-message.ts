// How a task gets to its worker, after the parts that the worker lacks: inside control messages while they are small,
// on fd 4 otherwise. It only puts together; writing is the child's.

import type { TaskRequest } from '../backend.ts'
import type { Supply } from './kept-parts.ts'
import { type Content, maxInlineBytes, type PoolMessage } from './protocol.ts'

export interface Delivery {
  readonly messages: readonly PoolMessage[]
  /** What is to follow on fd 4, in this order. */
  readonly contents: readonly Uint8Array[]
  /** Of the task and the parts. */
  readonly bytes: number
}

/** @param id - Of the task, among those of its worker. */
export function packDelivery(id: number, { task, input }: TaskRequest, { missing, dropped }: Supply): Delivery {
  const contents: Uint8Array[] = []
  let inlined = 0
  let bytes = 0
  const place = (content: Uint8Array): Content => {
    const { length } = content
    bytes += length
    if (inlined + length > maxInlineBytes) {
      contents.push(content)
      return { bytes: length }
    }
    inlined += length
    return { inline: Buffer.from(content.buffer, content.byteOffset, length).toString('base64') }
  }
  // One message each: however many there are, none is too long.
  const messages: readonly PoolMessage[] = [
    ...dropped.map((hash) => ({ kind: 'drop', hash }) as const),
    ...missing.map((part) => ({ kind: 'part', hash: part.hash, content: place(part.bytes) }) as const),
    { kind: 'task', id, content: place(task), hasInput: input !== undefined },
  ]
  return { messages, contents, bytes }
}
