// A payload of text and binary attachments: text length · attachment count · their lengths (all u32 LE) · text · attachments.
// Binary data travels raw, not as base64; nothing is read beyond the bounds that the lengths give.

import { WireError } from '../../functions/errors.ts'

export interface Sections {
  readonly text: string
  readonly attachments: readonly Uint8Array[]
}

/** A text and byte arrays as one: lengths first, then all of them. */
export function encodeSections({ text, attachments }: Sections): Uint8Array {
  const textBytes = Buffer.from(text)
  const head = Buffer.alloc(8 + 4 * attachments.length)
  head.writeUInt32LE(textBytes.length, 0)
  head.writeUInt32LE(attachments.length, 4)
  attachments.forEach((attachment, i) => {
    head.writeUInt32LE(attachment.length, 8 + 4 * i)
  })
  return Buffer.concat([head, textBytes, ...attachments])
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
