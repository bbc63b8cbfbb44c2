// A Parquet file's footer: found, checked and parsed by hyparquet, statistics kept in the column's own unit.
// Reads nothing but the footer; knows no Arrow and no engine, so the parent process can load it.

import type { FileHandle } from 'node:fs/promises'
import type { FileMetaData } from 'hyparquet'
import { parquetMetadata } from 'hyparquet/src/metadata.js'
import { readExactly, unreadable } from '../files.ts'

const magic = 0x31524150 // PAR1
const encryptedMagic = 0x45524150 // PARE
/** Most footers fit; a longer one costs a second read. */
const firstRead = 64 * 1024

/**
 * Reads the footer of the open Parquet file `path` of `bytes` bytes.
 *
 * @throws {DataError} `source_unreadable` when it is not Parquet, is truncated or is encrypted.
 */
export async function readFooter(file: FileHandle, path: string, bytes: number): Promise<FileMetaData> {
  if (bytes === 0) throw unreadable(path, 'it is empty, a Parquet file has at least 12 bytes; write it again')
  if (bytes < 12) throw unreadable(path, `it is not a Parquet file: it has only ${bytes} bytes`)
  let tail = await readExactly(file, path, Math.max(0, bytes - firstRead), Math.min(bytes, firstRead))
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const end = view.getUint32(tail.length - 4, true)
  if (end === encryptedMagic) throw unreadable(path, 'its footer is encrypted; write it without encryption')
  if (end !== magic) throw await notParquet(file, path)
  const length = view.getUint32(tail.length - 8, true) + 8
  if (length > bytes - 4) {
    throw unreadable(path, `its footer claims ${length} of its ${bytes} bytes; it is damaged, write it again`)
  }
  if (length > tail.length) tail = await readExactly(file, path, bytes - length, length)
  try {
    const metadata = parquetMetadata(tail, { parsers: plainStatistics, geoparquet: false })
    checkCounts(metadata)
    return metadata
  } catch (cause) {
    throw unreadable(path, 'its footer is damaged; write it again', cause)
  }
}

function checkCounts({ num_rows, row_groups }: FileMetaData): void {
  const rows = row_groups.map((group) => group.num_rows)
  const isCount = (count: unknown) => typeof count === 'bigint' && count >= 0n && count < 2n ** 48n
  if (!isCount(num_rows) || !rows.every(isCount) || rows.reduce((sum, count) => sum + count, 0n) !== num_rows) {
    throw new Error('its row groups do not add up to its rows')
  }
}

async function notParquet(file: FileHandle, path: string) {
  const head = await readExactly(file, path, 0, 4)
  const isTruncated = new DataView(head.buffer, head.byteOffset).getUint32(0, true) === magic
  return isTruncated
    ? unreadable(path, 'it starts as a Parquet file but its footer is missing; it seems truncated, write it again')
    : unreadable(path, 'it is not a Parquet file; read it as csv, json or arrow if that is what it holds')
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
