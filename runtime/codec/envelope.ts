// The header of everything that crosses a process boundary, checked before the payload is touched:
// family (7 bytes ASCII) · wire version (u8) · sender's Node major (u8) · flags (u8) · payload length (u32 LE) · payload.

import { WireError } from '../../functions/errors.ts'

/** What a payload is; see docs/reference/wire.md. */
export type Family = 'VLYEXPR' | 'VLYUDFS' | 'VLYUDFA' | 'VLYUDFW' | 'VLYTASK' | 'VLYCALL'

const families: readonly string[] = ['VLYEXPR', 'VLYUDFS', 'VLYUDFA', 'VLYUDFW', 'VLYTASK', 'VLYCALL']

export const WIRE_VERSION_CURRENT = 1
export const WIRE_VERSION_MIN_SUPPORTED = 1

/** The payload holds code: a function's body by value. */
export const FLAG_INLINE_CODE = 1

const HEADER_BYTES = 14
const nodeMajor = Number(process.versions.node.split('.')[0])

export interface Envelope {
  readonly family: Family
  readonly version: number
  readonly nodeMajor: number
  readonly flags: number
  readonly payload: Uint8Array
}

export function encodeEnvelope(family: Family, flags: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  for (let i = 0; i < 7; i++) bytes[i] = family.charCodeAt(i)
  bytes[7] = WIRE_VERSION_CURRENT
  bytes[8] = nodeMajor
  bytes[9] = flags
  new DataView(bytes.buffer).setUint32(10, payload.length, true)
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

/**
 * Reads a header.
 *
 * @param expected - The family that is wanted here.
 * @throws {WireError} `wire_truncated`, `wire_unknown_family`, `wire_wrong_family`, `wire_too_new`, `wire_too_old`,
 * `wire_length`: each says what came and what is wanted.
 */
export function decodeEnvelope(bytes: Uint8Array, expected: Family): Envelope {
  if (bytes.length < HEADER_BYTES) {
    throw new WireError(
      'wire_truncated',
      `Cannot read ${bytes.length} bytes as ${expected}: a header alone has ${HEADER_BYTES}`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const family = String.fromCharCode(...bytes.subarray(0, 7))
  if (!families.includes(family)) {
    throw new WireError('wire_unknown_family', `Cannot read these bytes as ${expected}: they are not a Volley payload`)
  }
  if (family !== expected) throw new WireError('wire_wrong_family', `Cannot read ${family} as ${expected}`)
  const version = view.getUint8(7)
  const align = 'Align volley versions on sender and receiver'
  if (version > WIRE_VERSION_CURRENT) {
    throw new WireError(
      'wire_too_new',
      `Cannot read ${family} of wire version ${version}: this side reads up to ${WIRE_VERSION_CURRENT}. ${align}`,
    )
  }
  if (version < WIRE_VERSION_MIN_SUPPORTED) {
    throw new WireError(
      'wire_too_old',
      `Cannot read ${family} of wire version ${version}: this side reads from ${WIRE_VERSION_MIN_SUPPORTED}. ${align}`,
    )
  }
  const length = view.getUint32(10, true)
  if (length !== bytes.length - HEADER_BYTES) {
    throw new WireError(
      'wire_length',
      `Cannot read ${family}: its payload has ${bytes.length - HEADER_BYTES} bytes, the header says ${length}`,
    )
  }
  return {
    family: expected,
    version,
    nodeMajor: view.getUint8(8),
    flags: view.getUint8(9),
    payload: bytes.subarray(HEADER_BYTES),
  }
}
