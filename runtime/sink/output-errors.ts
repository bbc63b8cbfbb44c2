// What goes wrong with files that are written, in the words of whoever asked for them: one table from the system's codes.

import { createError, type ErrorCode, type VolleyError } from '../../functions/errors.ts'

interface Cause {
  readonly code: ErrorCode
  /** After "Cannot write PATH: ". */
  readonly why: string
}

const causes: Readonly<Record<string, Cause>> = {
  ENOENT: { code: 'output_unwritable', why: 'the directory it would be in does not exist; create it first' },
  ENOTDIR: { code: 'output_unwritable', why: 'a part of the path is a file, not a directory; write somewhere else' },
  EACCES: { code: 'output_unwritable', why: 'there is no permission; write somewhere else, or have it granted' },
  EPERM: { code: 'output_unwritable', why: 'there is no permission; write somewhere else, or have it granted' },
  EROFS: { code: 'output_unwritable', why: 'the file system is read-only; write somewhere else' },
  EISDIR: { code: 'output_unwritable', why: 'it is a directory; name a file in it' },
  ENAMETOOLONG: {
    code: 'output_unwritable',
    why: 'a name is longer than the file system allows; choose a shorter one, or partition by a column of shorter values',
  },
  ELOOP: { code: 'output_unwritable', why: 'its links lead in a circle; write somewhere else' },
  EILSEQ: { code: 'output_unwritable', why: 'the file system does not take such a name; choose another' },
  EINVAL: { code: 'output_unwritable', why: 'the file system does not take such a name; choose another' },
  ENOSPC: { code: 'storage_failed', why: 'there is no space left; free some, or write to another disk' },
  EDQUOT: { code: 'storage_failed', why: 'the quota is used up; free some space, or write to another disk' },
  EFBIG: {
    code: 'storage_failed',
    why: 'the file would be larger than is allowed here; partition it, or write to another disk',
  },
  EMFILE: { code: 'storage_failed', why: 'too many files are open; partition by fewer columns, or raise the limit' },
  ENFILE: { code: 'storage_failed', why: 'too many files are open; partition by fewer columns, or raise the limit' },
  EIO: { code: 'storage_failed', why: 'the disk failed; check it, or write to another' },
}

/** What a failed operation on the files of the output at `path` means. */
export function outputError(path: string, thrown: unknown): unknown {
  const errno = (thrown as NodeJS.ErrnoException | undefined)?.code
  if (typeof errno !== 'string' || (thrown as NodeJS.ErrnoException).syscall === undefined) return thrown
  const { code, why } = causes[errno] ?? {
    code: 'storage_failed',
    why: `the system says ${errno}; write somewhere else`,
  }
  return createError(code, `Cannot write "${path}": ${why}`, { details: { path, errno }, cause: thrown })
}

/** Runs an operation on files of the output at `path`. @throws {VolleyError} `output_unwritable`, `storage_failed` */
export async function writing<Result>(path: string, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation()
  } catch (thrown) {
    throw outputError(path, thrown)
  }
}

export const outputExists = (path: string, what: string): VolleyError =>
  createError('output_exists', `Cannot write "${path}": ${what}`, { details: { path } })

export const outputForbidden = (path: string, why: string): VolleyError =>
  createError('output_forbidden', `Cannot write "${path}": ${why}`, { details: { path } })

export const outputUnwritable = (path: string, why: string): VolleyError =>
  createError('output_unwritable', `Cannot write "${path}": ${why}`, { details: { path } })
