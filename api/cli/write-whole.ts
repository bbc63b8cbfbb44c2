// A file that gets its name only once it is whole.

import { randomUUID } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writing } from '../../runtime/sink/output-errors.ts'

/**
 * @param extension - Of the file while it is written.
 * @param write - Writes the file of the path that it is given.
 */
export async function writeWhole(
  path: string,
  extension: string,
  write: (part: string) => Promise<void>,
): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.${extension}`)
  try {
    await write(part)
    await writing(path, () => rename(part, path))
  } finally {
    await rm(part, { force: true })
  }
}
