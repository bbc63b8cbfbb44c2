// stdout and stderr of a worker: the log of its tasks. Writes are synchronous, so that a task that prints without
// end is held up by its pipe instead of filling its memory, and so that `done` never overtakes what was printed.
// Node's own streams on these pipes are not: they queue what the pipe does not take.

import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'

/** Puts synchronous streams in the place of `process.stdout` and `process.stderr`. Call it before anything prints. */
export function installLogStreams(): void {
  Object.defineProperty(process, 'stdout', { value: createLogStream(1), configurable: true, enumerable: true })
  Object.defineProperty(process, 'stderr', { value: createLogStream(2), configurable: true, enumerable: true })
}

function createLogStream(fd: number): Writable {
  const stream = new Writable({
    decodeStrings: true,
    write(chunk: Uint8Array, _encoding, callback) {
      writeAll(fd, chunk)
      callback()
    },
  })
  return Object.assign(stream, { fd })
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      // Somebody made the pipe non-blocking: wait a moment. Any other failure means that nobody reads the log.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
