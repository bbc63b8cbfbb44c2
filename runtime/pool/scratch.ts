// Temporary directories, such as that of a pool, in which each worker has its own. They are removed with what they are
// for, or with this process if that was never closed.

import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const directories = new Set<string>()

/** A directory of this process's own, which is removed when the process ends, if not before. */
export function makeScratch(prefix: string): string {
  if (directories.size === 0) process.on('exit', removeAll)
  const directory = mkdtempSync(join(tmpdir(), prefix))
  directories.add(directory)
  return directory
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
