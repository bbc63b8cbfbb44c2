// Checksums for bytes that were changed on purpose, so that what is behind the checksum is reached.

import { crc32 } from 'node:zlib'

export const HEADER_BYTES = 18

/** Gives a frame the checksum that fits it, and before that the frames of functions within; in place. */
export function seal<Bytes extends Uint8Array>(frame: Bytes): Bytes {
  const buffer = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
  for (let at = buffer.lastIndexOf('VLYUDF'); at > 0; at = buffer.lastIndexOf('VLYUDF', at - 1)) {
    const end = at + HEADER_BYTES <= buffer.length ? at + HEADER_BYTES + buffer.readUInt32LE(at + 10) : at
    if (end > at && end <= buffer.length) writeChecksum(buffer.subarray(at, end))
  }
  if (buffer.length >= HEADER_BYTES) writeChecksum(buffer)
  return frame
}

function writeChecksum(frame: Buffer): void {
  frame.writeUInt32LE(crc32(frame.subarray(HEADER_BYTES), crc32(frame.subarray(0, 14))), 14)
}
