// Files that a command is given, as sources: by what their names say, or else by how they begin. What can be read only
// once, such as a pipe, becomes a temporary file first, since workers read sources in parts.

import { createReadStream, createWriteStream, type Stats } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { DataError, PlanError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { makeScratch } from '../../runtime/bytes/scratch.ts'
import { resolvePaths } from '../../runtime/context/paths.ts'
import { fileFormats, sourceOfPath } from '../../runtime/source/formats.ts'
import { isPattern } from '../../runtime/source/glob.ts'
import type { FileSpec } from '../../runtime/source/source.ts'
import {
  type DetectedFormat,
  detectBinary,
  detectFormat,
  formatName,
  formatNamed,
  HEAD_BYTES,
} from './detect-format.ts'
import { codeOf, reasonOf } from './file-problems.ts'
import { UsageError } from './outcome.ts'

export interface InputOptions {
  /** What files are, whatever their names say. */
  readonly inputFormat?: string
  /** Of CSV files. */
  readonly delimiter?: string
  /** False: CSV files begin with a row. */
  readonly header?: boolean
}

export type Tables = ReadonlyMap<string, FileSpec>

/**
 * The tables that files are: those given by a name, and those named for their file.
 *
 * @param named - Paths by name.
 * @param files - Paths; `-` is stdin.
 */
export async function inputTables(
  named: Readonly<Record<string, string>>,
  files: readonly string[],
  options: InputOptions,
  signal: AbortSignal,
): Promise<Tables> {
  const given = [...Object.entries(named), ...files.map((file) => [tableName(file), file] as const)]
  if (given.filter(([, path]) => path === '-').length > 1)
    throw new UsageError('Cannot read stdin twice: give "-" once')
  const tables = new Map<string, FileSpec>()
  for (const [name, path] of given) {
    if (tables.has(name)) {
      throw new UsageError(`Cannot name two tables "${name}": give one of them another name, --table NAME=${path}`)
    }
    tables.set(name, await inputSource(path, options, signal))
  }
  return tables
}

/** A file as a table's name: what SQL reads as a name without quotes, `flights_3m` for `data/flights-3m.parquet`. */
export function tableName(path: string): string {
  if (path === '-') return 'stdin'
  const stem = basename(path).replace(/\.[^.]*$/, '')
  const name = stem.replace(/[^\p{L}\p{N}_]+/gu, '_').replace(/^_+|_+$/g, '')
  if (name === '') throw new UsageError(`Cannot name a table for "${path}": give it a name, --table NAME=${path}`)
  return /^\p{N}/u.test(name) ? `_${name}` : name
}

/** A table by its name: exactly, or else in any case. @throws {PlanError} `unknown_table` */
export function findTable(tables: Tables, name: string, advice: string): FileSpec {
  const found =
    tables.get(name) ?? [...tables].find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1]
  if (found !== undefined) return found
  const known = tables.size === 0 ? '' : ` The tables are ${[...tables.keys()].join(', ')}.`
  const hint = didYouMean(name, tables.keys(), `${advice} ${name}=${name === 'stdin' ? '-' : 'FILE'}`)
  throw new PlanError('unknown_table', `No table named "${name}".${known} ${hint}`, { details: { table: name } })
}

/**
 * A file, a pattern or stdin (`-`) as a source.
 *
 * @throws {DataError} `source_not_found`, `source_unreadable`.
 */
export async function inputSource(given: string, options: InputOptions, signal: AbortSignal): Promise<FileSpec> {
  const path = given.startsWith('file:') ? fileURLToPath(given) : given
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    throw new UsageError(`Cannot read "${path}": URLs are not read; fetch it first, curl -s ${path} | volley … -`)
  }
  if (path === '-') return detected(await savedInput(process.stdin, signal), 'stdin', options)
  const stats = await statOf(path)
  if (stats?.isDirectory() === true) {
    throw unreadable(path, `it is a directory; name its files, for example "${join(path, '*.parquet')}"`)
  }
  if (stats?.isFile() === false) return detected(await savedInput(createReadStream(path), signal), path, options)
  const known = givenFormat(options) ?? sourceOfPath(path)?.kind
  if (known === undefined) {
    if (stats === undefined) throw unknownExtension(path)
    return detected(path, path, options)
  }
  if (stats !== undefined && options.inputFormat === undefined) await checkContent(path, known)
  return withOptions({ format: known }, resolvePaths(path), options)
}

/** Refuses a file that is plainly not what its name says. Whether all of it is sound, its reader will see. */
async function checkContent(path: string, named: FileSpec['kind']): Promise<void> {
  const found = detectBinary(await headOf(path, path))
  if (found === undefined || ('format' in found && found.format === named)) return
  if ('format' in found) {
    const format = formatName(found.format)
    throw unreadable(path, `it is ${format}, whatever its name says; give it another name, or --input-format ${format}`)
  }
  if (named !== 'parquet' && named !== 'arrow') throw unreadable(path, found.problem)
}

const givenFormat = ({ inputFormat }: InputOptions): FileSpec['kind'] | undefined =>
  inputFormat === undefined ? undefined : formatNamed(inputFormat)

/** What is at a path; undefined for a pattern, which is for the source to look at. */
async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((cause: unknown) => {
    if (isPattern(path)) return undefined
    const code = codeOf(cause) === 'ENOENT' ? 'source_not_found' : 'source_unreadable'
    throw new DataError(code, `Cannot open "${path}": ${reasonOf(cause)}`, { details: { path }, cause })
  })
}

async function savedInput(stream: Readable, signal: AbortSignal): Promise<string> {
  const path = join(makeScratch('input'), 'input')
  await pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal })
  return path
}

async function detected(path: string, name: string, options: InputOptions): Promise<FileSpec> {
  const given = givenFormat(options)
  if (given !== undefined) return withOptions({ format: given }, resolvePaths(path), options)
  const found = detectFormat(await headOf(path, name))
  if ('problem' in found) throw unreadable(name, found.problem)
  return withOptions(found, resolvePaths(path), options)
}

async function headOf(path: string, name: string): Promise<Uint8Array> {
  try {
    await using file = await open(path)
    const { bytesRead, buffer } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } catch (cause) {
    throw unreadable(name, reasonOf(cause), cause)
  }
}

function withOptions({ format, delimiter }: DetectedFormat, paths: readonly string[], options: InputOptions): FileSpec {
  if (format !== 'csv') return { kind: format, paths }
  const separator = options.delimiter ?? delimiter
  return {
    kind: 'csv',
    paths,
    options: {
      ...(separator === undefined ? {} : { delimiter: separator }),
      ...(options.header === false ? { header: false } : {}),
    },
  }
}

function unknownExtension(path: string): UsageError {
  const known = fileFormats().flatMap(({ extensions }) => extensions.map((extension) => `.${extension}`))
  return new UsageError(
    `Cannot tell the format of "${path}" by its ending "${extname(path)}": name it ${known.join(', ')}, or give --input-format`,
  )
}

const unreadable = (path: string, why: string, cause?: unknown): DataError =>
  new DataError('source_unreadable', `Cannot read ${path === 'stdin' ? path : `"${path}"`}: ${why}`, {
    details: { path },
    cause,
  })
