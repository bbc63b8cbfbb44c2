// The two ends of fd 3. The pool makes the pair itself, because a pipe that `spawn` makes can only be read by 'data'
// events: the worker inherits one end, the pool reads the other one into slabs.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { readIntoSlabs } from './slab-reader.ts'

export interface ResultPipe {
  readonly reader: Socket
  /** To be inherited, and destroyed in this process thereafter. */
  readonly writer: Socket
}

/**
 * Connects two sockets through `directory`, which nobody else may enter.
 *
 * @returns Nothing on Windows, where a child cannot inherit a socket.
 */
export async function makeResultPipe(
  directory: string,
  onChunk: (chunk: Uint8Array) => void,
): Promise<ResultPipe | undefined> {
  if (process.platform === 'win32') return undefined
  const server = createServer({ pauseOnConnect: true })
  try {
    server.listen(join(directory, 'result'))
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const reader = connect({ path: join(directory, 'result'), onread: readIntoSlabs(onChunk) })
    const [[writer]] = await Promise.all([accepted as Promise<[Socket]>, once(reader, 'connect')])
    return { reader, writer }
  } finally {
    server.close()
  }
}
