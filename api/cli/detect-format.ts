// The formats of input by the names that commands give them, and the format of bytes whose name tells none, by how they
// begin.

import { fileFormats } from '../../runtime/source/formats.ts'
import type { FileSpec } from '../../runtime/source/source.ts'
import { formatOfMark } from '../formats/file-marks.ts'

/** As many bytes of the beginning as are looked at. */
export const HEAD_BYTES = 65_536

export interface DetectedFormat {
  readonly format: FileSpec['kind']
  /** Of CSV, unless it is the comma. */
  readonly delimiter?: string
}

/** What `--input-format` may be. JSON is read one object a line. */
export const inputFormatNames = (): readonly string[] => fileFormats().map(({ kind }) => formatName(kind))

export const formatName = (kind: FileSpec['kind']): string => (kind === 'json' ? 'ndjson' : kind)

export const formatNamed = (name: string): FileSpec['kind'] | undefined =>
  fileFormats().find(({ kind }) => formatName(kind) === name)?.kind

const compressions: readonly (readonly [mark: string, name: string, command: string])[] = [
  ['\x1f\x8b', 'gzip', 'gunzip -c'],
  ['\x28\xb5\x2f\xfd', 'zstd', 'zstdcat'],
  ['BZh91AY&SY', 'bzip2', 'bunzip2 -c'],
  ['\xfd7zXZ\0', 'xz', 'xzcat'],
  ['PK\x03\x04', 'zip', 'unzip -p'],
]

/** Why bytes are of no format. */
export interface UnknownFormat {
  readonly problem: string
}

/** The format that the beginning of a file shows. */
export function detectFormat(head: Uint8Array): DetectedFormat | UnknownFormat {
  return detectBinary(head) ?? detectText(new TextDecoder().decode(head).trimStart())
}

/** The same of what is no text; undefined when it may be one. */
export function detectBinary(head: Uint8Array): DetectedFormat | UnknownFormat | undefined {
  if (head.length === 0) return { problem: 'it is empty' }
  const marked = formatOfMark(head)
  if (marked !== undefined) return { format: marked }
  const begins = Buffer.from(head.subarray(0, 16)).toString('latin1')
  const compressed = compressions.find(([mark]) => begins.startsWith(mark))
  if (compressed !== undefined) {
    return { problem: `it is compressed with ${compressed[1]}, unpack it first: ${compressed[2]} FILE | volley … -` }
  }
  return head.includes(0) ? { problem: 'it is neither Parquet nor Arrow, nor text in UTF-8' } : undefined
}

function detectText(text: string): DetectedFormat | UnknownFormat {
  if (text === '') return { problem: 'it holds nothing but white space' }
  if (text.startsWith('[')) {
    return { problem: "it is a JSON array, and JSON is read one object a line: jq -c '.[]' FILE | volley … -" }
  }
  if (text.startsWith('{')) return { format: 'json' }
  const line = /^.*/.exec(text)?.[0] ?? ''
  return line.includes('\t') && !line.includes(',') ? { format: 'csv', delimiter: '\t' } : { format: 'csv' }
}
