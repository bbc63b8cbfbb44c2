// The output of a job in the parent: a hidden directory beside the target, in which tasks write, and the moment at which
// all of it gets its name. Until then nobody sees a file; after a failure nothing is left, and what a killed process left
// behind goes with the next job that writes to the same place. Never holds rows.

import { randomUUID } from 'node:crypto'
import { type FileHandle, link, lstat, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { WorkerError } from '../../functions/errors.ts'
import type { Schema } from '../../functions/types/type.ts'
import { syncDirectory } from '../bytes/files.ts'
import { mayBeRunning, processName } from '../bytes/process-name.ts'
import type { SinkSpec, TaskFile, TaskSink, WrittenFile } from '../program/sink.ts'
import { extensionOf, isDirectory, optionsOf, sinkFormatOf, sinkFormats } from './formats.ts'
import { outputExists, outputForbidden, outputUnwritable, writing } from './output-errors.ts'
import { fileSchema } from './partition-paths.ts'

export class Output {
  readonly #spec: SinkSpec
  readonly #schema: Schema
  readonly #target: string
  readonly #staging: string
  readonly #isDirectory: boolean

  /**
   * Looks at the target; makes nothing yet.
   *
   * @param schema - The columns of the rows.
   * @throws {VolleyError} `output_exists`, `output_unwritable`
   */
  static async to(spec: SinkSpec, schema: Schema): Promise<Output> {
    const output = new Output(spec, schema)
    await output.#writing(() => output.#checkPlace())
    await output.#checkTarget()
    return output
  }

  private constructor(spec: SinkSpec, schema: Schema) {
    this.#spec = spec
    this.#schema = schema
    this.#isDirectory = isDirectory(spec)
    this.#target = resolve(spec.path)
    this.#staging = join(
      dirname(this.#target),
      `${stagingPrefix(this.#target)}${processName}-${randomUUID().slice(0, 8)}`,
    )
  }

  /** What the tasks write. */
  get taskSink(): TaskSink {
    return { spec: this.#spec, directory: this.#attempts, writes: this.#isDirectory ? 'whole' : 'part' }
  }

  /** Makes the place for the tasks' files. */
  async begin(): Promise<void> {
    await this.#writing(async () => {
      await this.#checkPlace()
      await removeLeftovers(this.#target)
      await mkdir(this.#staging)
      await mkdir(this.#attempts)
    })
  }

  /**
   * Gives the files their names.
   *
   * @param written - What the tasks wrote, in their order.
   * @throws {VolleyError} `output_exists` when somebody else has made it meanwhile, `output_unwritable`, `storage_failed`.
   */
  async commit(written: readonly TaskFile[]): Promise<readonly WrittenFile[]> {
    return this.#writing(async () => {
      await this.#checkPlace()
      checkPaths(written)
      const files = await (this.#isDirectory ? this.#nameDirectory(written) : this.#nameFile(written))
      const { root } = this.#spec
      return root === undefined ? files : files.map((file) => ({ ...file, path: relative(root, file.path) }))
    })
  }

  /** Removes what is not part of the result. */
  async discard(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true }).catch(() => {})
  }

  /** Where tasks write. */
  get #attempts(): string {
    return join(this.#staging, 'attempts')
  }

  /** What becomes the directory that is written. */
  get #files(): string {
    return join(this.#staging, 'files')
  }

  /** A directory on the way may have become a link since the path was looked at. */
  async #checkPlace(): Promise<void> {
    const { root, path } = this.#spec
    if (root === undefined) return
    const place = await realpath(dirname(this.#target))
    if (place !== root && !place.startsWith(root + sep)) throw outputForbidden(path, leadsOut)
  }

  async #checkTarget(): Promise<void> {
    const { path, overwrite = false } = this.#spec
    const found = await this.#writing(() => lstat(this.#target).catch(ignoreMissing))
    if (found === undefined) return
    if (!this.#isDirectory) {
      if (found.isDirectory())
        throw outputUnwritable(path, 'it is a directory; name a file in it, or end the path in a slash')
      if (!found.isFile() && !found.isSymbolicLink()) throw outputUnwritable(path, 'it is no regular file')
      if (!overwrite) throw outputExists(path, exists)
      return
    }
    if (!found.isDirectory()) {
      throw outputUnwritable(
        path,
        'there is a file of that name, and a directory is to be written; remove the file, or name it otherwise',
      )
    }
    const entries = await this.#writing(() => readdir(this.#target))
    if (entries.length === 0) return
    if (!overwrite) throw outputExists(path, exists)
    const stranger = await this.#writing(() => strangerIn(this.#target))
    if (stranger !== undefined) {
      throw outputExists(
        path,
        `overwriting would remove "${stranger}", which is no file of rows; remove it yourself, or name another directory`,
      )
    }
  }

  /** One file, of the pieces that the tasks wrote. */
  async #nameFile(pieces: readonly TaskFile[]): Promise<readonly WrittenFile[]> {
    const [first, ...others] = pieces.map(({ path }) => join(this.#attempts, path))
    if (first === undefined) throw new Error('A job without tasks wrote nothing')
    const file = await open(first, 'a')
    try {
      for (const path of others) await appendFile(file, path)
      const format = sinkFormatOf(this.#spec)
      const end = await format.end(fileSchema(this.#schema), optionsOf(this.#spec) as never, pieces)
      for (const chunk of end) await file.writeFile(chunk)
      await file.datasync()
    } finally {
      await file.close()
    }
    if (this.#spec.overwrite === true) await rename(first, this.#target)
    else await this.#nameNew(first)
    await syncNames(dirname(this.#target))
    const { size } = await lstat(this.#target)
    const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0)
    return [{ path: this.#target, rows, bytes: size }]
  }

  /** Fails where there is a file: renaming would replace it. */
  async #nameNew(path: string): Promise<void> {
    try {
      await link(path, this.#target)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') throw outputExists(this.#spec.path, exists)
      // A file system without hard links.
      if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(code ?? '')) throw error
      if ((await lstat(this.#target).catch(ignoreMissing)) !== undefined) throw outputExists(this.#spec.path, exists)
      await rename(path, this.#target)
    }
  }

  /** A directory, of the files that the tasks wrote. */
  async #nameDirectory(written: readonly TaskFile[]): Promise<readonly WrittenFile[]> {
    const files = await this.#gather(withRows(written))
    const directories = new Set(files.map(({ path }) => dirname(join(this.#files, path))))
    for (const directory of [...directories, this.#files]) await syncNames(directory)
    const old = join(this.#staging, 'old')
    if (this.#spec.overwrite === true) await rename(this.#target, old).catch(ignoreMissing)
    try {
      await rename(this.#files, this.#target)
    } catch (error) {
      await rename(old, this.#target).catch(() => {})
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') throw outputExists(this.#spec.path, exists)
      throw error
    }
    await syncNames(dirname(this.#target))
    return files.map(({ path, rows, bytes }) => ({ path: join(this.#target, path), rows, bytes }))
  }

  /** Moves the files of all tasks from the directories of their attempts into one. */
  async #gather(written: readonly TaskFile[]): Promise<readonly TaskFile[]> {
    const made = new Set<string>()
    await mkdir(this.#files)
    const files = written.map((file) => ({ ...file, path: file.path.slice(file.path.indexOf('/') + 1) }))
    for (const [i, { path }] of files.entries()) {
      const to = join(this.#files, path)
      if (!made.has(dirname(to))) await mkdir(dirname(to), { recursive: true })
      made.add(dirname(to))
      await rename(join(this.#attempts, written[i]?.path ?? ''), to)
    }
    return files
  }

  #writing<Result>(operation: () => Promise<Result>): Promise<Result> {
    return writing(this.#spec.path, operation)
  }
}

/** Of files without rows only one is wanted, which keeps the columns where no task had any. */
function withRows(written: readonly TaskFile[]): readonly TaskFile[] {
  const full = written.filter(({ rows }) => rows > 0)
  return full.length > 0 ? full : written.slice(0, 1)
}

/** A function can reach the pipe that its worker reports through: what it says there must not lead out of the directory. */
function checkPaths(written: readonly TaskFile[]): void {
  const wrong = written.find(({ path }) => path.split('/').some((part) => part === '' || part === '.' || part === '..'))
  if (wrong === undefined) return
  throw new WorkerError('protocol_error', `Cannot trust the worker: it says that it has written "${wrong.path}"`)
}

const leadsOut = 'a link on its way leads out of where jobs may write; write somewhere else'
const exists = 'it exists; remove it, write somewhere else, or set overwrite'

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** What the names of hidden directories beside a target begin with; the process's name and some letters follow. */
const stagingPrefix = (target: string): string =>
  `.${basename(target).slice(0, 80)}.volley-${hostname()
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, 60)}-`

/** Removes what processes of this machine left behind that are no more. */
async function removeLeftovers(target: string): Promise<void> {
  const directory = dirname(target)
  const prefix = stagingPrefix(target)
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    // One may write into a directory without being allowed to list it.
    if (error.code !== 'EACCES') throw error
    return []
  })
  for (const name of names) {
    if (!name.startsWith(prefix)) continue
    const [, owner] = /^(\d+-\d+)-[0-9a-f]{8}$/.exec(name.slice(prefix.length)) ?? []
    if (owner === undefined || mayBeRunning(owner)) continue
    await rm(join(directory, name), { recursive: true, force: true })
  }
}

/** Something in a directory that no job has written there: what overwriting must not remove. */
async function strangerIn(directory: string): Promise<string | undefined> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) {
      const inner = entry.name.includes('=') ? await strangerIn(path) : path
      if (inner !== undefined) return inner
    } else if (!entry.isFile() || !sinkFormats.some(({ extensions }) => extensions.includes(extensionOf(entry.name)))) {
      return path
    }
  }
  return undefined
}

/** Adds the bytes of a file to another. */
async function appendFile(file: FileHandle, path: string): Promise<void> {
  const piece = await open(path)
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024)
    for (;;) {
      const { bytesRead } = await piece.read(buffer)
      if (bytesRead === 0) break
      await file.writeFile(buffer.subarray(0, bytesRead))
    }
  } finally {
    await piece.close()
  }
  // What was copied takes no space twice.
  await rm(path)
}

/** Names are on the disk once their directory is; some file systems know no such thing. */
const syncNames = (directory: string): Promise<void> => syncDirectory(directory).catch(() => {})
