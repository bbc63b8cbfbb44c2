// What carries a task to its worker, behind the artifacts that the worker lacks: inside control messages while they are
// small, on fd 4 otherwise. It only puts messages together; writing them is the child's business.

import type { TaskRequest } from '../backend.ts'
import type { ArtifactUpdate } from './artifact-cache.ts'
import { type Content, maxInlineBytes, type PoolMessage } from './protocol.ts'

export interface TaskMessage {
  readonly messages: readonly PoolMessage[]
  /** What is to follow on fd 4, in this order. */
  readonly contents: readonly Uint8Array[]
  /** Size of the task and the artifacts together. */
  readonly bytes: number
}

/** @param id - The number of the task on its worker. */
export function packTaskMessage(
  id: number,
  { task, input }: TaskRequest,
  { missing, dropped }: ArtifactUpdate,
): TaskMessage {
  const contents: Uint8Array[] = []
  let inlined = 0
  let bytes = 0
  const attach = (content: Uint8Array): Content => {
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
    ...missing.map((artifact) => ({ kind: 'artifact', hash: artifact.hash, content: attach(artifact.bytes) }) as const),
    { kind: 'task', id, content: attach(task), hasInput: input !== undefined },
  ]
  return { messages, contents, bytes }
}
