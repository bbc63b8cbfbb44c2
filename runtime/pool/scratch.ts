// Temporary directories, such as that of a pool, in which each worker has its own. They are removed with what they are
// for, or with this process if that was never closed.

import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkerError } from '../../functions/errors.ts'

const directories = new Set<string>()

/**
 * A directory of this process's own, which is removed when the process ends, if not before.
 *
 * @throws {WorkerError} `start_failed` where none can be made.
 */
export function makeScratch(prefix: string): string {
  const directory = makeDirectory(prefix)
  if (directories.size === 0) process.on('exit', removeAll)
  directories.add(directory)
  return directory
}

function makeDirectory(prefix: string): string {
  try {
    return mkdtempSync(join(tmpdir(), prefix))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const message = `Cannot start workers: they need a directory in "${tmpdir()}", where none can be made (${code}); name another place in TMPDIR`
    throw new WorkerError('start_failed', message, { cause })
  }
}

/** Removes a directory that `makeScratch` made, with all that is in it. */
export async function removeScratch(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  directories.delete(directory)
  if (directories.size === 0) process.off('exit', removeAll)
}

function removeAll(): void {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
}
