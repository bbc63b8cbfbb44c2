// One CSV field as it stands in the buffer: whether it is quoted, whether it is null, and its text without quotes.

import type { CsvFormat } from './format.ts'

export function isQuoted(bytes: Uint8Array, start: number, end: number, { quote }: CsvFormat): boolean {
  return start < end && bytes[start] === quote
}

/** Whether the unquoted field is one of the texts that mean null; the empty one only where it does for utf8 too. */
export function isNullField(bytes: Uint8Array, start: number, end: number, format: CsvFormat): boolean {
  if (start === end) return format.emptyTextIsNull
  for (const text of format.nullValues) {
    if (text.length !== end - start) continue
    let same = 0
    while (same < text.length && bytes[start + same] === text[same]) same++
    if (same === text.length) return true
  }
  return false
}

export function fieldText(bytes: Uint8Array, start: number, end: number, format: CsvFormat): string {
  if (!isQuoted(bytes, start, end, format))
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString()
  const text = Buffer.alloc(end - start)
  return text.subarray(0, copyField(bytes, start, end, format, text, 0)).toString()
}

/** Copies a quoted field without its quotes, doubled ones as one; returns where the copy ends. */
export function copyField(
  bytes: Uint8Array,
  start: number,
  end: number,
  { quote }: CsvFormat,
  to: Uint8Array,
  at: number,
): number {
  for (let from = start + 1; from < end - 1; from++) {
    const byte = bytes[from] ?? 0
    to[at++] = byte
    if (byte === quote) from++
  }
  return at
}
