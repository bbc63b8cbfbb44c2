// What Node's file handles leave to their callers: writing all of something, and names and files that outlive a power
// failure.

import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes all of the buffers, one after the other, from `position` on. */
export async function writeAt(file: FileHandle, buffers: readonly Uint8Array[], position: number): Promise<void> {
  let left = buffers.filter(({ length }) => length > 0)
  for (let at = position; left.length > 0; ) {
    const { bytesWritten } = await file.writev(left, at)
    at += bytesWritten
    left = without(left, bytesWritten)
  }
}

/** What is left of buffers after their first bytes. */
function without(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  return buffers.flatMap((buffer) => {
    const rest = buffer.subarray(Math.min(skip, buffer.length))
    skip -= buffer.length - rest.length
    return rest.length === 0 ? [] : [rest]
  })
}

/** Makes the names in a directory outlive a power failure. Windows does so by itself, and cannot open directories. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Puts a text in the place of a file's whole content, for its owner alone: it is there whole or not at all. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.${randomUUID()}`
  try {
    {
      await using file = await open(next, 'wx', 0o600)
      await file.writeFile(text)
      await file.sync()
    }
    await rename(next, path)
  } finally {
    await rm(next, { force: true })
  }
  await syncDirectory(dirname(path))
}

/** Whether an error of the file system says that there is no room, on the disk or of the user's. */
export function isDiskFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}
