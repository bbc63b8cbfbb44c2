// A Parquet file's footer: found, checked and parsed by hyparquet, statistics kept in the column's own unit.
// Reads nothing but the footer; knows no Arrow and no engine, so the parent process can load it.

import type { FileHandle } from 'node:fs/promises'
import type { FileMetaData } from 'hyparquet'
import { parquetMetadata } from 'hyparquet/src/metadata.js'
import { isVolleyError } from '../../../functions/errors.ts'
import { inTurns } from '../../turns/turns.ts'
import { readExactly, tooManyColumns, unreadable } from '../files.ts'
import { mostColumns } from '../source.ts'
import { type FooterSummary, footerSummary, TooManyColumnsError } from './footer-summary.ts'
import { verifyThrift } from './thrift.ts'

const magic = 0x31524150 // PAR1
const encryptedMagic = 0x45524150 // PARE
/** Workers decode footers at once. */
const mostFooterBytes = 64 * 1024 * 1024
/** As deep as types may be nested in tasks. */
const mostDepth = 64
/** Most footers fit; a longer one costs a second read. */
const firstRead = 64 * 1024

/**
 * Reads the footer of the open Parquet file `path` of `bytes` bytes.
 *
 * @throws {DataError} `source_unreadable` when it is not Parquet, is truncated or is encrypted.
 */
export async function readFooter(file: FileHandle, path: string, bytes: number): Promise<FileMetaData> {
  const footer = await readFooterBytes(file, path, bytes)
  return decoding(path, async () => {
    verifyThrift(footer.subarray(0, -8), 0)
    const metadata = parquetMetadata(footer, { parsers: plainStatistics, geoparquet: false })
    const rows = metadata.row_groups.map((group) => Number(group.num_rows))
    checkFooter(path, { schema: metadata.schema, rows: Number(metadata.num_rows), groups: rows })
    return metadata
  })
}

/**
 * What planning needs of a footer, in turns: most of it is about single columns of single row groups, of which there may be
 * millions.
 *
 * @throws {DataError} As `readFooter`, but for what it does not look at.
 */
export async function readFooterSummary(file: FileHandle, path: string, bytes: number): Promise<FooterSummary> {
  const footer = await readFooterBytes(file, path, bytes)
  return decoding(path, async () => {
    const summary = await inTurns(footerSummary(footer.subarray(0, -8)))
    checkFooter(path, { ...summary, groups: summary.groups.map(({ rows }) => rows) })
    return summary
  })
}

async function decoding<Result>(path: string, decode: () => Promise<Result>): Promise<Result> {
  try {
    return await decode()
  } catch (cause) {
    if (isVolleyError(cause)) throw cause
    if (cause instanceof TooManyColumnsError) throw tooManyColumns(path)
    const why = cause instanceof Error ? cause.message : String(cause)
    throw unreadable(path, `its footer is damaged (${why}); write it again`, cause)
  }
}

/** The footer's bytes, its length and the magic after it included. */
async function readFooterBytes(file: FileHandle, path: string, bytes: number): Promise<Uint8Array> {
  if (bytes === 0) throw unreadable(path, 'it is empty, a Parquet file has at least 12 bytes; write it again')
  if (bytes < 12) throw unreadable(path, `it is not a Parquet file: it has only ${bytes} bytes`)
  const tail = await readExactly(file, path, Math.max(0, bytes - firstRead), Math.min(bytes, firstRead))
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const end = view.getUint32(tail.length - 4, true)
  if (end === encryptedMagic) throw unreadable(path, 'its footer is encrypted; write it without encryption')
  if (end !== magic) throw await notParquet(file, path)
  const length = view.getUint32(tail.length - 8, true) + 8
  if (length > bytes - 4) {
    throw unreadable(path, `its footer claims ${length} of its ${bytes} bytes; it is damaged, write it again`)
  }
  if (length > mostFooterBytes) {
    throw unreadable(
      path,
      `its footer has ${length} bytes, more than ${mostFooterBytes}; write files of fewer row groups`,
    )
  }
  return length > tail.length ? readExactly(file, path, bytes - length, length) : tail.subarray(-length)
}

interface Counts {
  readonly schema: FileMetaData['schema']
  readonly rows: number
  /** Rows of each row group. */
  readonly groups: readonly number[]
}

function checkFooter(path: string, { schema, rows, groups }: Counts): void {
  const leaves = schema.filter(({ num_children: children }) => children === undefined || children === 0)
  if (leaves.length > mostColumns) throw tooManyColumns(path)
  const isCount = (count: number) => count >= 0 && count < 2 ** 48
  if (!isCount(rows) || !groups.every(isCount) || groups.reduce((sum, count) => sum + count, 0) !== rows) {
    throw new Error('its row groups do not add up to its rows')
  }
  checkSchema(schema)
}

/** The elements must be a tree in depth-first order, each with the numbers that its kind needs. */
function checkSchema(schema: FileMetaData['schema']): void {
  let at = 0
  const check = (depth: number): void => {
    const element = schema[at++]
    if (element === undefined) throw new Error('its schema ends early')
    const { name, type, num_children: children = 0, type_length: width } = element
    if (typeof name !== 'string') throw new Error('an element of its schema has no name')
    if (depth > mostDepth) throw new Error(`"${name}" is nested more than ${mostDepth} deep`)
    if (!Number.isInteger(children) || children < 0) throw new Error(`"${name}" has ${children} children`)
    if (type === 'FIXED_LEN_BYTE_ARRAY' && !(Number.isInteger(width) && Number(width) > 0)) {
      throw new Error(`"${name}" has values of ${width} bytes`)
    }
    for (let i = 0; i < children; i++) check(depth + 1)
  }
  check(0)
  if (at !== schema.length) throw new Error('its schema has elements that belong to no column')
}

async function notParquet(file: FileHandle, path: string) {
  const head = await readExactly(file, path, 0, 4)
  const isTruncated = new DataView(head.buffer, head.byteOffset).getUint32(0, true) === magic
  return isTruncated
    ? unreadable(path, 'it starts as a Parquet file but its footer is missing; it seems truncated, write it again')
    : unreadable(path, 'it is not a Parquet file; read it in the format that it has')
}

const keep = (value: bigint) => value
const plainStatistics = {
  timestampFromMilliseconds: keep,
  timestampFromMicroseconds: keep,
  timestampFromNanoseconds: keep,
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array) => bytes,
  uuidFromBytes: (bytes: Uint8Array) => bytes,
}
