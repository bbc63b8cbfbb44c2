// The worker's end of the control channel. The worker lives as long as this channel: when it closes without an
// `exit`, the pool's process is gone, and the worker takes its own children with it.

import { Socket } from 'node:net'
import { encodeFrame, FrameReader } from '../pool/frames.ts'
import { controlFd, type PoolMessage, type WorkerFault, type WorkerMessage } from '../pool/protocol.ts'

export interface Control {
  send(message: WorkerMessage): void
}

type OnMessage = (message: PoolMessage, content: Uint8Array) => void

/** Opens the channel and hands each message on; `start` and `exit` are handled here, alike for every worker. */
export function openControl(onMessage: OnMessage): Control {
  const socket = new Socket({ fd: controlFd, readable: true, writable: true })
  const frames = new FrameReader()
  let ownGroup = false
  socket.on('data', (chunk) => {
    for (const frame of frames.push(chunk)) {
      const message = frame.message as PoolMessage
      if (message.kind === 'exit') process.exit(0)
      if (message.kind === 'start') ownGroup = message.ownGroup
      onMessage(message, frame.content)
    }
  })
  const leave = () => {
    if (ownGroup) process.kill(-process.pid, 'SIGKILL')
    process.exit(1)
  }
  socket.on('end', leave).on('close', leave).on('error', leave)
  return { send: (message) => void socket.write(encodeBounded(message)) }
}

/** An error whose details or stack are too long for a message loses them, never its code. */
function encodeBounded(message: WorkerMessage): Buffer {
  try {
    if (message.kind !== 'done') return encodeFrame(message)
    const { content, ...done } = message
    return encodeFrame(done, content)
  } catch (cause) {
    if (!('error' in message)) throw cause
    const error: WorkerFault = {
      code: message.error.code,
      message: message.error.message.slice(0, 10_000),
      details: {},
      ...(message.error.stack === undefined ? {} : { stack: message.error.stack.slice(0, 10_000) }),
    }
    return encodeFrame({ ...message, error })
  }
}
