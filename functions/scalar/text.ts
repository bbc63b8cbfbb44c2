// Characters of a string: SQL counts code points, JavaScript UTF-16 units. They differ only where there are surrogates,
// and the regular expression finds none in a one-byte string without looking.

import { DataError } from '../errors.ts'

/** No function makes a longer text; the engine itself holds twice as much. */
const maxTextLength = 2 ** 28

/** @throws {DataError} `invalid_value` for a text that would be too long. */
export function checkTextLength(length: number): void {
  if (length > maxTextLength)
    throw new DataError(
      'invalid_value',
      `Cannot make a text of ${length} characters: at most ${maxTextLength} are held`,
    )
}

/** `parts.join(delimiter)`, of a length that can be held. */
export function joinTexts(parts: readonly string[], delimiter: string): string {
  let length = Math.max(0, parts.length - 1) * delimiter.length
  for (const part of parts) length += part.length
  checkTextLength(length)
  return parts.join(delimiter)
}

const surrogate = /[\ud800-\udfff]/

/** Whether a character may take two units. */
export const hasPairs = (text: string): boolean => surrogate.test(text)

const isLead = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** How many characters a text has. */
export function lengthOf(text: string): number {
  if (!hasPairs(text)) return text.length
  let length = 0
  for (let i = 0; i < text.length; i++) {
    if (isLead(text.charCodeAt(i))) i++
    length++
  }
  return length
}

/** The unit at which character `index` (from 0) starts; the text's length when there are not so many. */
export function unitOf(text: string, index: number): number {
  if (index <= 0) return 0
  if (index >= text.length) return text.length
  if (!hasPairs(text)) return index
  let unit = 0
  for (let left = index; left > 0 && unit < text.length; left--) unit += isLead(text.charCodeAt(unit)) ? 2 : 1
  return unit
}

/** How many characters stand before a unit. */
export const charactersBefore = (text: string, unit: number): number =>
  hasPairs(text) ? lengthOf(text.slice(0, unit)) : unit

/** The characters from `start` (from 0) up to `end`. */
export function sliceText(text: string, start: number, end: number): string {
  if (!hasPairs(text)) return text.substring(start, end)
  const from = unitOf(text, start)
  return text.substring(from, from + unitOf(text.substring(from), end - start))
}

const encoder = new TextEncoder()

export const utf8Bytes = (text: string): Uint8Array => encoder.encode(text)

/** How many bytes a text takes in UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    // A pair is two units and four bytes; other units from U+0800 on take three bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return bytes
}
