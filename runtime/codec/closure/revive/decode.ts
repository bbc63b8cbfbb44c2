// Bytes to records, without running anything: the header, its checksum and the digest are checked before the content is
// parsed. Memory is bounded by the size of the payload.

import * as crypto from 'node:crypto'
import { WireError } from '../../../../functions/errors.ts'
import { type ClosureWireCode, malformed } from '../errors.ts'
import { checksumOf, checksumStart, digestStart, formatVersion, headerBytes, magic } from '../format.ts'
import { readText } from './read-text.ts'

export interface DecodedClosure {
  readonly senderMajor: number
  readonly root: unknown
  /** The file of each place, as far as it is known. */
  readonly files: readonly string[]
  readonly groups: readonly (readonly number[])[]
  readonly attachments: readonly Uint8Array[]
  readonly records: readonly (readonly unknown[])[]
}

/** Checks and parses the bytes of a closure; throws a WireError for anything that `captureClosure` did not write. */
export function decodeClosure(bytes: Uint8Array): DecodedClosure {
  const { text, attached, directories, senderMajor } = openEnvelope(bytes)
  const { root, places, groups, lengths, records } = readText(text)
  if (!isListOf(groups, isIndexList)) throw malformed('its groups are malformed')
  if (!isIndexList(lengths)) throw malformed('the lengths of its attachments are malformed')
  return {
    senderMajor,
    root,
    files: readFiles(places, directories),
    groups,
    attachments: cut(attached, lengths),
    records,
  }
}

function openEnvelope(bytes: Uint8Array) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < headerBytes) throw refused('wire_closure_truncated', 'it is shorter than its header')
  if (buffer.toString('latin1', 0, 7) !== magic) throw refused('wire_closure_magic', 'these bytes are not a closure')
  if (buffer[7] !== formatVersion) {
    const versions = `it has format ${buffer[7]}, this side reads ${formatVersion}`
    throw refused('wire_closure_version', `${versions}; align volley versions on sender and receiver`)
  }
  const attachedStart = headerBytes + buffer.readUInt32LE(12)
  const directoriesStart = attachedStart + buffer.readUInt32LE(20)
  if (directoriesStart + buffer.readUInt32LE(16) !== buffer.length) {
    throw refused('wire_closure_truncated', `its length of ${buffer.length} bytes is not what its header says`)
  }
  const isWhole =
    checksumOf(buffer, directoriesStart) === buffer.readUInt32LE(checksumStart) &&
    crypto.hash('sha256', buffer.subarray(headerBytes, directoriesStart)) ===
      buffer.toString('hex', digestStart, checksumStart)
  if (!isWhole) throw refused('wire_closure_digest', 'it was changed on its way; send it again')
  return {
    text: buffer.toString('utf8', headerBytes, attachedStart),
    attached: buffer.subarray(attachedStart, directoriesStart),
    directories: buffer.toString('utf8', directoriesStart),
    senderMajor: buffer[8] ?? 0,
  }
}

function readFiles(places: unknown, directories: string): string[] {
  const names: unknown = JSON.parse(directories)
  if (!Array.isArray(places) || !Array.isArray(names)) throw malformed('its places are malformed')
  return places.map((place: unknown, index) => {
    const [base, anchor]: unknown[] = Array.isArray(place) ? place : []
    const directory: unknown = anchor ?? names[index] ?? ''
    if (typeof base !== 'string' || typeof directory !== 'string') throw malformed('a place is not a file name')
    return directory + base
  })
}

function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  if (lengths.reduce((sum, length) => sum + length, 0) !== bytes.length)
    throw malformed('its attachments do not add up')
  let offset = 0
  return lengths.map((length) => {
    offset += length
    // Not a Buffer, whose slice() would not copy.
    return new Uint8Array(bytes.buffer, bytes.byteOffset + offset - length, length)
  })
}

function refused(code: ClosureWireCode, reason: string): WireError {
  return new WireError(code, `Cannot revive a closure: ${reason}`)
}

function isIndexList(value: unknown): value is number[] {
  return isListOf(value, (item) => Number.isInteger(item) && Number(item) >= 0)
}

function isListOf(value: unknown, is: (item: unknown) => boolean): value is unknown[] & never[] {
  return Array.isArray(value) && value.every(is)
}
