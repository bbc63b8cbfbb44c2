// Finding and opening the files that a source names: globs, sizes, and errors that say which path and what to do.
// Never looks inside a file, and never decides whether a path is allowed.

import { type FileHandle, open, stat } from 'node:fs/promises'
import { parse, resolve } from 'node:path'
import { createError, DataError, type VolleyError } from '../../functions/errors.ts'
import { glob, isPattern } from './glob.ts'
import { type FileVersion, mostColumns, type SourceSlice } from './source.ts'

/** A file as found on disk. */
export interface SourceFile {
  readonly path: string
  readonly bytes: number
  /** Absent for what is no regular file: nothing tells whether a pipe is still the same. */
  readonly version?: FileVersion
}

/**
 * The files that `paths` name, globs expanded in alphabetical order.
 *
 * @throws {DataError} `source_not_found` for a path or glob without a file; `source_unreadable` for a directory.
 */
async function findFiles(paths: readonly string[]): Promise<readonly SourceFile[]> {
  if (paths.length === 0)
    throw createError('invalid_argument', 'Cannot open a source of no paths: name a file or a glob')
  const found = await Promise.all(paths.map(expand))
  return found.flat()
}

async function expand(path: string): Promise<readonly SourceFile[]> {
  const literal = await statFile(path).catch((error: VolleyError) => {
    if (error.code === 'source_not_found' && isPattern(path)) return undefined
    throw error
  })
  if (literal !== undefined) return [literal]
  const matches: string[] = []
  const { root } = parse(resolve(path))
  for await (const match of glob(root, resolve(path).slice(root.length))) matches.push(match)
  const files = await Promise.all(matches.sort().map((match) => statFile(match).catch(skipDirectory)))
  const kept = files.filter((file) => file !== undefined)
  if (kept.length === 0) {
    throw new DataError('source_not_found', `Cannot open "${path}": no file matches it`, { details: { path } })
  }
  return kept
}

const skipDirectory = (error: VolleyError): undefined => {
  if (error.code !== 'source_unreadable') throw error
}

async function statFile(path: string): Promise<SourceFile> {
  const stats = await stat(path, { bigint: true }).catch((cause: unknown) => {
    throw fileError(path, cause)
  })
  if (stats.isDirectory()) {
    throw unreadable(path, `it is a directory; name its files, for example "${path.replace(/\/+$/, '')}/*"`)
  }
  const bytes = Number(stats.size)
  if (!stats.isFile()) return { path, bytes }
  return { path, bytes, version: { bytes, modified: String(stats.mtimeNs), inode: String(stats.ino) } }
}

/**
 * Makes sure that files are still what they were when they were found: rows of two states of a file fit neither.
 *
 * @throws {DataError} `source_unreadable` for one that was written, replaced or removed since.
 */
export async function checkVersions(slices: readonly SourceSlice[]): Promise<void> {
  const versions = new Map(slices.map(({ path, version }) => [path, version]))
  const files = [...versions].flatMap(([path, version]) =>
    path === undefined || version === undefined ? [] : [{ path, version }],
  )
  for (let start = 0; start < files.length; start += mostOpen) {
    await Promise.all(files.slice(start, start + mostOpen).map(({ path, version }) => checkVersion(path, version)))
  }
}

async function checkVersion(path: string, before: FileVersion): Promise<void> {
  const file = await statFile(path).catch((cause: unknown) => {
    throw changed(path, 'it is gone or cannot be opened any more', cause)
  })
  const now = file.version
  if (now?.bytes !== before.bytes) throw changed(path, `it had ${before.bytes} bytes and now has ${file.bytes}`)
  if (now.inode !== before.inode) throw changed(path, 'another file was put in its place')
  if (now.modified !== before.modified) throw changed(path, 'it was written to')
}

const changed = (path: string, how: string, cause?: unknown): DataError =>
  unreadable(path, `it changed while it was read: ${how}; run the job again once nobody writes to it`, cause)

/**
 * Looks into the files that `paths` name, and makes sure that they were the same all the while.
 *
 * @throws {DataError} As `findFiles` and `checkVersions`.
 */
export async function withFiles<T>(
  paths: readonly string[],
  use: (files: readonly SourceFile[]) => Promise<T>,
): Promise<T> {
  const files = await findFiles(paths)
  try {
    return await use(files)
  } finally {
    await checkVersions(files)
  }
}

/** A glob may match more files than a process may open. */
const mostOpen = 16

/** Does something with each file, a few at a time. */
export async function mapFiles<T>(
  files: readonly SourceFile[],
  use: (file: SourceFile, index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  for (let start = 0; start < files.length; start += mostOpen) {
    const some = files.slice(start, start + mostOpen)
    results.push(...(await Promise.all(some.map((file, i) => use(file, start + i)))))
  }
  return results
}

/**
 * Opens `path` for reading, runs `use` and closes it again.
 *
 * @throws {DataError} `source_not_found` or `source_unreadable` when it cannot be opened.
 */
export async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  await using file = await openFile(path)
  return await use(file)
}

/** Opens a file to read. @throws {DataError} `source_not_found`, `source_unreadable` */
export async function openFile(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((cause: unknown) => {
    throw fileError(path, cause)
  })
}

/**
 * Reads exactly `length` bytes at `position`, into `into` if it is large enough.
 *
 * @throws {DataError} `source_unreadable` when the file ends earlier.
 */
export async function readExactly(
  file: FileHandle,
  path: string,
  position: number,
  length: number,
  into: Uint8Array = new Uint8Array(length),
): Promise<Uint8Array> {
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(into, done, length - done, position + done).catch((cause: unknown) => {
      throw fileError(path, cause)
    })
    if (bytesRead === 0) {
      throw unreadable(
        path,
        `it ends at byte ${position + done} where more was expected; it seems truncated, write it again`,
      )
    }
    done += bytesRead
  }
  return into.length === length ? into : into.subarray(0, length)
}

/** @throws {DataError} `source_unreadable` for a file of more columns than are planned. */
export function checkColumns(path: string, count: number): void {
  if (count > mostColumns) throw tooManyColumns(path)
}

export const tooManyColumns = (path: string): DataError =>
  unreadable(path, `it has more than ${mostColumns} columns; write them as rows, or as lists`)

/** The error for a file that exists but is not what it should be; `why` says what is wrong and the way out. */
export function unreadable(path: string, why: string, cause?: unknown): DataError {
  return new DataError('source_unreadable', `Cannot read "${path}": ${why}`, {
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Shells know what only they replace. */
function hintFor(path: string): string {
  if (/(^|[\\/])~[\\/]/.test(path)) return '; "~" is replaced by shells alone, write the whole path'
  return /[\\/]\$\{?\w+/.test(path) ? '; variables are replaced by shells alone, write the whole path' : ''
}

function fileError(path: string, cause: unknown): DataError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new DataError('source_not_found', `Cannot open "${path}": there is no such file${hintFor(path)}`, {
      details: { path },
      cause,
    })
  }
  const reasons: Record<string, string> = {
    EACCES: 'this user may not read it; change its permissions',
    EPERM: 'this user may not read it; change its permissions',
    EISDIR: 'it is a directory; name its files',
    EMFILE: 'too many files are open; raise the limit of open files',
  }
  return unreadable(path, reasons[code] ?? (cause instanceof Error ? cause.message : String(cause)), cause)
}
