// Writing to stdout, whose reader may leave before the end and whose disk may be full.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { codeOf, isFileProblem, reasonOf } from './file-problems.ts'

/** Writes all of it, or ends quietly once the reader has had enough, such as `head`. */
export async function writeStdout(bytes: Readable): Promise<void> {
  await pipeline(bytes, process.stdout, { end: false }).catch((error: unknown) => {
    if (codeOf(error) === 'EPIPE') return
    if (isFileProblem(error)) throw new Error(`Cannot write to stdout: ${reasonOf(error)}`, { cause: error })
    throw error
  })
}

export const printText = (text: string): Promise<void> => writeStdout(Readable.from([text]))

/** Streams that fail while nobody waits for them, such as that of a help text, would end the process with a stack. */
export function watchStandardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') process.exitCode = 1
    })
  }
}
