// Where a command's result goes and in which format: decided, and refused, before anything runs.

import { constants, type Stats } from 'node:fs'
import { access, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import { didYouMean } from '../../functions/nearest.ts'
import { codeOf, reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'
import {
  formatNames,
  formatOfPath,
  isBinary,
  knownExtensions,
  type OutputFormat,
  sinkKindOf,
} from './output-formats.ts'

export interface OutputOptions {
  readonly out?: string
  readonly format?: OutputFormat
  readonly force?: boolean
  /** Columns whose values become directories. */
  readonly partitionBy?: readonly string[]
  /** Rows of a printed table. */
  readonly rows?: number
  readonly all?: boolean
}

/** A table for people. */
export interface PrintedOutput {
  readonly to: 'print'
  readonly maxRows: number
  readonly width: number
}

/** A file, or a directory of files, that is whole or not there. */
export interface FileOutput {
  readonly to: 'file'
  readonly format: OutputFormat
  /** Absolute. */
  readonly path: string
  readonly overwrite: boolean
  readonly partitionBy: readonly string[]
}

export type Output =
  | PrintedOutput
  | FileOutput
  | { readonly to: 'stdout'; readonly format: OutputFormat }
  /** A pipe or a device that has a name. */
  | { readonly to: 'device'; readonly format: OutputFormat; readonly path: string }

const DEFAULT_ROWS = 40
/** Of pipes: lines that other tools read, whatever the types of the columns. */
const DEFAULT_FORMAT = 'ndjson'

/** @throws {UsageError} Whatever is wrong with the options, or with the place that they name. */
export async function outputFor(options: OutputOptions): Promise<Output> {
  const { out } = options
  const output =
    out === undefined || out === '-' || out === '/dev/stdout'
      ? standardOutput(options)
      : await namedOutput(out, options)
  const isTable = output.to === 'print'
  const asked = options.rows !== undefined ? '--rows' : options.all === true ? '--all' : undefined
  if (asked !== undefined && !isTable) {
    throw new UsageError(
      `Cannot use ${asked} here: it is about printed tables, which stdout gets on a terminal or with --format table; write LIMIT to have fewer rows`,
    )
  }
  return output
}

function standardOutput({ format, rows, all, partitionBy = [] }: OutputOptions): Output {
  if (partitionBy.length > 0) throw new UsageError('Cannot partition what goes to stdout: name a directory to write')
  const { stdout, env } = process
  if (format === 'table' || (format === undefined && stdout.isTTY)) {
    const columns = stdout.isTTY ? stdout.columns : Number(env.COLUMNS)
    const width = columns > 0 ? columns : Number.POSITIVE_INFINITY
    return { to: 'print', maxRows: all === true ? Number.POSITIVE_INFINITY : (rows ?? DEFAULT_ROWS), width }
  }
  const chosen = format ?? DEFAULT_FORMAT
  if (stdout.isTTY && isBinary(chosen)) {
    throw new UsageError(`Cannot print ${chosen} on a terminal: its bytes are not text, give --out FILE or a pipe`)
  }
  return { to: 'stdout', format: chosen }
}

async function namedOutput(out: string, options: OutputOptions): Promise<Output> {
  const { format, force = false, partitionBy = [] } = options
  if (format === 'table') {
    throw new UsageError('Cannot write a table into a file: tables are printed, give --format csv')
  }
  const stats = await statOf(out)
  if (out.endsWith('/') || partitionBy.length > 0) return directoryOutput(out, stats, options)
  if (stats?.isDirectory() === true) {
    throw new UsageError(`Cannot write "${out}": it is a directory, name a file in it, or "${out}/" for files in it`)
  }
  if (stats?.isFile() === false) return { to: 'device', format: format ?? DEFAULT_FORMAT, path: out }
  const chosen = formatFor(out, format)
  if (stats !== undefined && !force) throw exists(out)
  await checkDirectory(out)
  // What a link leads to is replaced, not the link.
  const path = stats === undefined ? resolve(out) : await realpath(out)
  return { to: 'file', format: chosen, path, overwrite: force, partitionBy: [] }
}

async function directoryOutput(out: string, stats: Stats | undefined, options: OutputOptions): Promise<Output> {
  const { format, force = false, partitionBy = [] } = options
  if (format === undefined || sinkKindOf(format) === undefined) {
    const formats = formatNames.filter((name) => sinkKindOf(name) !== undefined)
    throw new UsageError(`Cannot write a directory of files without a format: give --format ${formats.join(', ')}`)
  }
  if (stats?.isFile() === true) throw new UsageError(`Cannot write a directory "${out}": there is a file of that name`)
  if (stats !== undefined && !force && (await readdir(out)).length > 0) throw exists(out)
  await checkDirectory(out)
  return { to: 'file', format, path: `${resolve(out)}/`, overwrite: force, partitionBy }
}

const exists = (out: string): UsageError =>
  new UsageError(`Cannot write "${out}": it exists, replace it with --force or give another name`)

function formatFor(out: string, format: OutputFormat | undefined): OutputFormat {
  const known = formatOfPath(out)
  if (format !== undefined && known !== undefined && known !== format) {
    throw new UsageError(
      `Cannot write ${format} into "${out}": its name says ${known}, leave --format out or name it otherwise`,
    )
  }
  const chosen = format ?? known
  if (chosen !== undefined) return chosen
  const extension = extname(out)
  const guess = extension === '' ? '' : didYouMean(extension, knownExtensions, '')
  throw new UsageError(
    `Cannot tell the format of "${out}": name it ${knownExtensions.join(', ')}, or give --format${guess === '' ? '' : `. ${guess}`}`,
  )
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new UsageError(`Cannot write "${path}": ${reasonOf(cause)}`, { cause })
  })
}

async function checkDirectory(path: string): Promise<void> {
  const directory = dirname(path)
  await access(directory, constants.W_OK).catch((cause: unknown) => {
    const reason = codeOf(cause) === 'ENOENT' ? `there is no directory "${directory}", make it first` : reasonOf(cause)
    throw new UsageError(`Cannot write "${path}": ${reason}`, { cause })
  })
}
