// What the system says about files, in words for people: never the name of an error, a system call or a stack.

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EISDIR: 'it is a directory, name a file',
  EACCES: 'this user has no permission, have it granted or use another file',
  EPERM: 'this user has no permission, have it granted or use another file',
  EROFS: 'its file system can only be read',
  EEXIST: 'it exists already',
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's share of the disk is full",
  EMFILE: 'too many files are open, raise the limit of open files',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'symbolic links lead in a circle',
  ETXTBSY: 'it is a program that is running',
  EIO: 'the device failed',
}

/** Why a file could not be read or written. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  return (code === undefined ? undefined : reasons[code]) ?? (error instanceof Error ? error.message : String(error))
}

/** Whether this is what the system said about a file that was to be opened, read or written. */
export const isFileProblem = (error: unknown): boolean => Object.hasOwn(reasons, codeOf(error) ?? '')

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
