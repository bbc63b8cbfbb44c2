// Checks Arrow's metadata messages before apache-arrow decodes them: it believes every length in them, and a damaged one
// makes it allocate until the process dies. Walks the flatbuffers of Message and Footer; knows no values.

import { mostColumns } from '../source.ts'

/** Thrown for metadata that cannot be what it claims to be. */
export class DamagedMetadataError extends Error {
  override readonly name = 'DamagedMetadataError'
}

/** Thrown for a schema of more fields than are planned. */
export class TooManyColumnsError extends DamagedMetadataError {
  constructor() {
    super(`it has more than ${mostColumns} columns`)
  }
}

interface Walk {
  readonly view: DataView
  /** How many tables and vector elements may still be met: more than the bytes can hold means a loop. */
  budget: number
  fields: number
}

const message = { headerType: 1, header: 2, bodyLength: 3 }
const headerTypes = { schema: 1, dictionaryBatch: 2, recordBatch: 3 }

export interface MessageFacts {
  readonly kind: 'schema' | 'dictionary' | 'batch' | 'other'
  readonly bodyBytes: number
  /** Rows of a record batch. */
  readonly rows: number
  /** Of a schema: where each column's own length is among the lengths that a record batch states. */
  readonly columns?: readonly number[]
}

/**
 * What the flatbuffer of an IPC message says.
 *
 * @throws {DamagedMetadataError} When it has a length or an offset that cannot be.
 */
export function verifyMessage(bytes: Uint8Array, columns: readonly number[] = []): MessageFacts {
  const walk = startWalk(bytes)
  const root = follow(walk, 0)
  const typeAt = fieldAt(walk, root, message.headerType)
  const header = tableAt(walk, root, message.header)
  if (typeAt === 0 || header === 0) throw new DamagedMetadataError('a message has no header')
  const bodyBytes = countAt(walk, root, message.bodyLength)
  switch (walk.view.getUint8(typeAt)) {
    case headerTypes.schema:
      return { kind: 'schema', bodyBytes, rows: 0, columns: verifySchema(walk, header) }
    case headerTypes.dictionaryBatch:
      verifyBatch(walk, tableAt(walk, header, 1), bodyBytes, [0])
      return { kind: 'dictionary', bodyBytes, rows: 0 }
    case headerTypes.recordBatch:
      verifyBatch(walk, header, bodyBytes, columns)
      return { kind: 'batch', bodyBytes, rows: countAt(walk, header, 0) }
    default:
      return { kind: 'other', bodyBytes, rows: 0 }
  }
}

/** The columns of a file's footer, as of a schema. @throws {DamagedMetadataError} As `verifyMessage`. */
export function verifyFooter(bytes: Uint8Array): readonly number[] {
  const walk = startWalk(bytes)
  const root = follow(walk, 0)
  const columns = verifySchema(walk, tableAt(walk, root, 1))
  vectorAt(walk, root, 2, 24)
  vectorAt(walk, root, 3, 24)
  return columns
}

function startWalk(bytes: Uint8Array): Walk {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), budget: bytes.length, fields: 0 }
}

function verifySchema(walk: Walk, schema: number): readonly number[] {
  if (schema === 0) throw new DamagedMetadataError('the schema is missing')
  const fields = tablesAt(walk, schema, 1)
  const columns: number[] = []
  let lengths = 0
  for (const field of fields) {
    columns.push(lengths)
    lengths += verifyField(walk, field, 1)
  }
  verifyKeyValues(walk, schema, 2)
  return columns
}

/** As deep as types may be nested in tasks. */
const mostDepth = 64

/** How many lengths a record batch states for the field: its own and, unless it is a dictionary's codes, its children's. */
function verifyField(walk: Walk, field: number, depth: number): number {
  if (++walk.fields > mostColumns) throw new TooManyColumnsError()
  if (depth > mostDepth) throw new DamagedMetadataError(`a column is nested more than ${mostDepth} deep`)
  vectorAt(walk, field, 0, 1)
  tableAt(walk, field, 3)
  const isDictionary = tableAt(walk, field, 4) !== 0
  let below = 0
  for (const child of tablesAt(walk, field, 5)) below += verifyField(walk, child, depth + 1)
  verifyKeyValues(walk, field, 6)
  return isDictionary ? 1 : 1 + below
}

function verifyKeyValues(walk: Walk, table: number, slot: number): void {
  for (const pair of tablesAt(walk, table, slot)) {
    vectorAt(walk, pair, 0, 1)
    vectorAt(walk, pair, 1, 1)
  }
}

/** Lengths are 32-bit numbers to everybody who reads them. */
const mostRows = 2n ** 31n - 1n

function verifyBatch(walk: Walk, batch: number, bodyBytes: number, columns: readonly number[]): void {
  if (batch === 0) throw new DamagedMetadataError('a record batch is missing')
  const nodes = vectorAt(walk, batch, 1, 16)
  for (let i = 0; i < nodes.length; i++) {
    const length = walk.view.getBigInt64(nodes.start + i * 16, true)
    const nulls = walk.view.getBigInt64(nodes.start + i * 16 + 8, true)
    // Arrow's writer states -1 where it did not count, as for lists of nulls.
    if (length < 0n || length > mostRows || nulls < -1n || nulls > length) {
      throw new DamagedMetadataError(`a column of ${length} values, ${nulls} of them null`)
    }
  }
  // apache-arrow fills a column that is shorter than its batch with nulls, of which it makes as many as are stated.
  const rows = countAt(walk, batch, 0)
  for (const column of columns) {
    const length = column < nodes.length ? Number(walk.view.getBigInt64(nodes.start + column * 16, true)) : 0
    if (length !== rows) throw new DamagedMetadataError(`a column of ${length} values in a batch of ${rows} rows`)
  }
  vectorAt(walk, batch, 4, 8)
  const buffers = vectorAt(walk, batch, 2, 16)
  for (let i = 0; i < buffers.length; i++) {
    const at = buffers.start + i * 16
    const start = walk.view.getBigInt64(at, true)
    const length = walk.view.getBigInt64(at + 8, true)
    if (start < 0n || length < 0n || start + length > BigInt(bodyBytes))
      throw new DamagedMetadataError('a buffer lies outside its record batch')
  }
}

/** A number that counts rows or bytes. */
function countAt(walk: Walk, table: number, slot: number): number {
  const at = fieldAt(walk, table, slot)
  const count = at === 0 ? 0 : Number(walk.view.getBigInt64(within(walk, at, 8), true))
  if (!(count >= 0 && count <= 2 ** 48)) throw new DamagedMetadataError(`metadata counts to ${count}`)
  return count
}

/** The position that the unsigned offset at `at` points to. */
function follow(walk: Walk, at: number): number {
  if (--walk.budget < 0) throw new DamagedMetadataError('metadata points back into itself')
  return within(walk, at + walk.view.getUint32(within(walk, at, 4), true), 4)
}

function within({ view }: Walk, at: number, length: number): number {
  if (!(at >= 0 && at + length <= view.byteLength)) throw new DamagedMetadataError('metadata points outside itself')
  return at
}

/** Where the field in `slot` of the table is; 0 when the table does not have it. */
function fieldAt(walk: Walk, table: number, slot: number): number {
  const vtable = within(walk, table - walk.view.getInt32(within(walk, table, 4), true), 4)
  const size = walk.view.getUint16(vtable, true)
  const entry = 4 + slot * 2
  // As the reader sees it, which takes a slot that begins within the table to be there.
  if (entry >= size) return 0
  const offset = walk.view.getUint16(within(walk, vtable + entry, 2), true)
  return offset === 0 ? 0 : within(walk, table + offset, 1)
}

function tableAt(walk: Walk, table: number, slot: number): number {
  const at = fieldAt(walk, table, slot)
  return at === 0 ? 0 : follow(walk, at)
}

function vectorAt(walk: Walk, table: number, slot: number, elementBytes: number): { start: number; length: number } {
  const at = tableAt(walk, table, slot)
  if (at === 0) return { start: 0, length: 0 }
  const length = walk.view.getUint32(at, true)
  within(walk, at + 4, length * elementBytes)
  return { start: at + 4, length }
}

function tablesAt(walk: Walk, table: number, slot: number): number[] {
  const { start, length } = vectorAt(walk, table, slot, 4)
  return Array.from({ length }, (_, i) => follow(walk, start + i * 4))
}
