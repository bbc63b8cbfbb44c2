// What Node's file handles leave to their callers: writing all of something, and names that outlive a power failure.

import { type FileHandle, open } from 'node:fs/promises'

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
