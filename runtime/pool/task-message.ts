// What carries a task to its worker, behind the artifacts that the worker lacks: in the frames of their messages while they
// are small, on fd 4 otherwise. It only puts messages together; writing them is the child's business.

import type { TaskRequest } from '../backend.ts'
import type { ArtifactUpdate } from './artifact-cache.ts'
import { encodeFrame, maxContentBytes } from './frames.ts'
import type { PoolMessage } from './protocol.ts'

export interface TaskMessage {
  /** For the control channel. */
  readonly frames: Uint8Array
  /** What is to follow on fd 4, in this order. */
  readonly contents: readonly Uint8Array[]
  /** Size of the task and the artifacts together. */
  readonly bytes: number
}

type WithoutPlacement =
  | Omit<Extract<PoolMessage, { kind: 'artifact' }>, 'placement'>
  | Omit<Extract<PoolMessage, { kind: 'task' }>, 'placement'>

/**
 * @param id - The number of the task on its worker.
 * @param trace - The worker is to tell what takes it time.
 */
export function packTaskMessage(
  id: number,
  { task, input }: TaskRequest,
  { missing, dropped }: ArtifactUpdate,
  trace: boolean,
): TaskMessage {
  const contents: Uint8Array[] = []
  const frames: Uint8Array[] = []
  let inFrames = 0
  let bytes = 0
  const send = (message: PoolMessage, content?: Uint8Array): void => void frames.push(encodeFrame(message, content))
  const sendWith = (message: WithoutPlacement, content: Uint8Array): void => {
    const { length } = content
    bytes += length
    if (inFrames + length > maxContentBytes) {
      contents.push(content)
      send({ ...message, placement: length } as PoolMessage)
    } else {
      inFrames += length
      send({ ...message, placement: 'in-frame' } as PoolMessage, content)
    }
  }
  for (const hash of dropped) send({ kind: 'drop', hash })
  for (const artifact of missing) sendWith({ kind: 'artifact', hash: artifact.hash }, artifact.bytes)
  sendWith({ kind: 'task', id, hasInput: input !== undefined, ...(trace ? { trace } : {}) }, task)
  return { frames: Buffer.concat(frames), contents, bytes }
}
