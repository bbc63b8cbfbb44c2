// The two ends of fd 3. The pool makes the pair itself, because a pipe that `spawn` makes can only be read by 'data'
// events: the worker inherits one end, the pool reads the other one into slabs.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { readIntoSlabs } from '../bytes/slab-reader.ts'

export interface ResultPipe {
  readonly reader: Socket
  /** To be inherited, and destroyed in this process thereafter. */
  readonly writer: Socket
}

/** What every system takes as the path of a socket. */
const maxPathBytes = 100

/**
 * Connects two sockets through `directory`, which nobody else may enter.
 *
 * @returns Nothing where it cannot be: on Windows a child inherits no sockets, and a socket's path must be short.
 */
export async function makeResultPipe(
  directory: string,
  onChunk: (chunk: Uint8Array) => void,
): Promise<ResultPipe | undefined> {
  const path = join(directory, 'result')
  if (process.platform === 'win32' || Buffer.byteLength(path) > maxPathBytes) return undefined
  const server = createServer({ pauseOnConnect: true })
  try {
    server.listen(path)
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const reader = connect({ path, onread: readIntoSlabs(onChunk) })
    const [[writer]] = await Promise.all([accepted as Promise<[Socket]>, once(reader, 'connect')])
    return { reader, writer }
  } finally {
    server.close()
  }
}
