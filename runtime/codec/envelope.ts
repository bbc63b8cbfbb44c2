// The header of everything that crosses a process boundary, checked before the payload is touched:
// family (7 bytes ASCII) · wire version (u8) · sender's Node major (u8) · flags (u8) · payload length (u32 LE) ·
// CRC-32 of everything before it and of the payload (u32 LE) · payload.

import { isUint8Array } from 'node:util/types'
import * as zlib from 'node:zlib'
import { describeValue } from '../../functions/describe-value.ts'
import { WireError } from '../../functions/errors.ts'
import { invalidArgument } from '../../functions/options.ts'
import { lengthOf, type Pieces } from './sections.ts'

/** What a payload is, as messages call it; see docs/reference/wire.md. */
const families = {
  VLYEXPR: 'an expression',
  VLYUDFS: 'a scalar function',
  VLYUDFA: 'an aggregate function',
  VLYUDFW: 'a window function',
  VLYUDFT: 'a table function',
  VLYTASK: 'a task',
  VLYPROG: 'a program',
  VLYCALL: 'a call',
  VLYJOBS: 'a job',
} as const

export type Family = keyof typeof families

export const WIRE_VERSION_CURRENT = 1
export const WIRE_VERSION_MIN_SUPPORTED = 1

/** The payload holds code: a function's body by value. */
export const FLAG_INLINE_CODE = 1

const KNOWN_FLAGS = FLAG_INLINE_CODE
const CHECKED_HEADER_BYTES = 14
const HEADER_BYTES = 18
const nodeMajor = Number(process.versions.node.split('.')[0])

export interface Envelope {
  readonly family: Family
  readonly version: number
  readonly nodeMajor: number
  readonly flags: number
  readonly payload: Uint8Array
}

/** A payload with its header: family, versions, flags, length and checksum. */
export function encodeEnvelope(family: Family, flags: number, payload: Uint8Array | Pieces): Uint8Array {
  const pieces = payload instanceof Uint8Array ? [payload] : payload
  const length = lengthOf(pieces)
  const bytes = new Uint8Array(HEADER_BYTES + length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < family.length; i++) bytes[i] = family.charCodeAt(i)
  bytes[7] = WIRE_VERSION_CURRENT
  bytes[8] = nodeMajor
  bytes[9] = flags
  view.setUint32(10, length, true)
  let at = HEADER_BYTES
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  view.setUint32(CHECKED_HEADER_BYTES, checksumOf(bytes), true)
  return bytes
}

/** It detects damage, not forgery: whoever alters a payload on purpose writes a checksum that fits. */
function checksumOf(bytes: Uint8Array): number {
  return zlib.crc32(bytes.subarray(HEADER_BYTES), zlib.crc32(bytes.subarray(0, CHECKED_HEADER_BYTES)))
}

/**
 * Reads a header. The checks run from the cheapest to the dearest, so that a payload of another version is reported as
 * that, and not as damaged.
 *
 * @param expected - The family that is expected here.
 * @throws {PlanError} `invalid_argument` for what is no Uint8Array.
 * @throws {WireError} `wire_truncated`, `wire_unknown_family`, `wire_wrong_family`, `wire_too_new`, `wire_too_old`,
 * `wire_unknown_flags`, `wire_length`, `wire_checksum`: each says what came and what was expected.
 */
export function decodeEnvelope(bytes: Uint8Array, expected: Family): Envelope {
  if (!isUint8Array(bytes)) {
    throw invalidArgument(
      `Cannot read ${describeValue(bytes)} as ${families[expected]}: give its bytes as a Uint8Array`,
    )
  }
  if (bytes.length < HEADER_BYTES) {
    throw new WireError(
      'wire_truncated',
      `Cannot read ${bytes.length} bytes as ${families[expected]}: a header alone has ${HEADER_BYTES}`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  checkFamily(bytes, expected)
  const version = view.getUint8(7)
  checkVersion(version, expected)
  const flags = view.getUint8(9)
  if ((flags & ~KNOWN_FLAGS) !== 0) {
    throw new WireError(
      'wire_unknown_flags',
      `Cannot read ${families[expected]} with flags ${flags}: this side knows ${KNOWN_FLAGS}. ${align}`,
    )
  }
  const [length, actual] = [view.getUint32(10, true), bytes.length - HEADER_BYTES]
  if (length !== actual) {
    throw new WireError(
      'wire_length',
      `Cannot read ${families[expected]}: its payload has ${actual} bytes, the header says ${length}`,
    )
  }
  if (view.getUint32(CHECKED_HEADER_BYTES, true) !== checksumOf(bytes)) {
    throw new WireError(
      'wire_checksum',
      `Cannot read ${families[expected]}: it was changed on its way, its checksum is another. Send the bytes as they were encoded`,
    )
  }
  return {
    family: expected,
    version,
    nodeMajor: view.getUint8(8),
    flags,
    payload: bytes.subarray(HEADER_BYTES),
  }
}

/** The family that a header names, unchecked. */
export const familyIn = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 7))

/** Whether a header says that code travels, unchecked. */
export const hasInlineCode = (bytes: Uint8Array): boolean => ((bytes[9] ?? 0) & FLAG_INLINE_CODE) !== 0

const align = 'Align volley versions on sender and receiver'

function checkFamily(bytes: Uint8Array, expected: Family): void {
  const family = familyIn(bytes)
  if (family === expected) return
  if (Object.hasOwn(families, family)) {
    throw new WireError('wire_wrong_family', `Cannot read ${families[family as Family]} as ${families[expected]}`)
  }
  throw new WireError(
    'wire_unknown_family',
    `Cannot read these bytes as ${families[expected]}: they are not a Volley payload`,
  )
}

function checkVersion(version: number, family: Family): void {
  if (version > WIRE_VERSION_CURRENT) {
    throw new WireError(
      'wire_too_new',
      `Cannot read ${families[family]} of wire version ${version}: this side reads up to ${WIRE_VERSION_CURRENT}. ${align}`,
    )
  }
  if (version < WIRE_VERSION_MIN_SUPPORTED) {
    throw new WireError(
      'wire_too_old',
      `Cannot read ${families[family]} of wire version ${version}: this side reads from ${WIRE_VERSION_MIN_SUPPORTED}. ${align}`,
    )
  }
}
