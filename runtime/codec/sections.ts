// A payload of text and binary attachments: text length · attachment count · their lengths (all u32 LE) · text · attachments.
// Binary data travels raw, not as base64; nothing is read beyond the bounds that the lengths give.

import { WireError } from '../../functions/errors.ts'

/**
 * Bytes in pieces, which may be a user's own memory: they are copied once, when a header is put in front of all of them,
 * however deep they lie.
 */
export type Pieces = readonly Uint8Array[]

export interface Sections {
  readonly text: string
  readonly attachments: readonly (Uint8Array | Pieces)[]
}

export const lengthOf = (pieces: Pieces): number => pieces.reduce((sum, { length }) => sum + length, 0)

/** A text and byte arrays as one: lengths first, then all of them. */
export function encodeSections({ text, attachments }: Sections): Pieces {
  const textBytes = Buffer.from(text)
  const head = Buffer.alloc(8 + 4 * attachments.length)
  head.writeUInt32LE(textBytes.length, 0)
  head.writeUInt32LE(attachments.length, 4)
  const pieces: Uint8Array[] = [head, textBytes]
  attachments.forEach((attachment, i) => {
    const own = attachment instanceof Uint8Array ? [attachment] : attachment
    head.writeUInt32LE(lengthOf(own), 8 + 4 * i)
    for (const piece of own) pieces.push(piece)
  })
  return pieces
}

/** Finds the sections without reading the text. */
export function splitSections(payload: Uint8Array): {
  readonly text: Uint8Array
  readonly attachments: readonly Uint8Array[]
} {
  if (payload.length < 8) throw damaged('it ends in its table of lengths')
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const textLength = view.getUint32(0, true)
  const count = view.getUint32(4, true)
  const tableEnd = 8 + 4 * count
  if (tableEnd + textLength > payload.length) throw damaged('it is shorter than its lengths say')
  let at = tableEnd + textLength
  const attachments: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const end = at + view.getUint32(8 + 4 * i, true)
    if (end > payload.length) throw damaged('it is shorter than its lengths say')
    attachments.push(payload.subarray(at, end))
    at = end
  }
  if (at !== payload.length) throw damaged('it is longer than its lengths say')
  return { text: payload.subarray(tableEnd, tableEnd + textLength), attachments }
}

const damaged = (why: string): WireError => new WireError('wire_damaged', `Cannot read a payload: ${why}`)
