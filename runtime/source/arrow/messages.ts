// The messages of an Arrow IPC file or stream: where they are, and their bytes, checked before anything decodes them.
// Reads metadata only, until a message's bytes are asked for; never copies bytes that are in memory.

import type { FileHandle } from 'node:fs/promises'
import { Message, type Schema, util } from 'apache-arrow'
import { Footer } from 'apache-arrow/ipc/metadata/file'
import { yieldTurn } from '../../turns/turns.ts'
import { readExactly, tooManyColumns, unreadable } from '../files.ts'
import { StreamWriter } from './stream-writer.ts'
import { DamagedMetadataError, type MessageFacts, TooManyColumnsError, verifyFooter, verifyMessage } from './verify.ts'

/** Bytes on disk or in memory. */
export interface ByteAccess {
  readonly name: string
  readonly size: number
  /** Reading never waits. */
  readonly isMemory: boolean
  read(start: number, length: number): Promise<Uint8Array>
}

export async function fileAccess(file: FileHandle, path: string): Promise<ByteAccess> {
  const { size } = await file.stat()
  return { name: path, size, isMemory: false, read: (start, length) => readExactly(file, path, start, length) }
}

export function memoryAccess(bytes: Uint8Array): ByteAccess {
  const read = async (start: number, length: number): Promise<Uint8Array> => bytes.subarray(start, start + length)
  return { name: 'memory', size: bytes.length, isMemory: true, read }
}

interface MessageRef {
  readonly kind: MessageFacts['kind']
  readonly start: number
  /** Metadata and body. */
  readonly length: number
  /** Rows of a record batch, where they are known without reading it. */
  readonly rows?: number
  /** The message itself, where it is not in the file. */
  readonly bytes?: Uint8Array
}

export interface ArrowLayout {
  readonly schema: Schema
  readonly columns: readonly number[]
  readonly messages: readonly MessageRef[]
}

const endBytes = 10 // length of the footer and the magic
const magic = 'ARROW1'
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/**
 * Where the schema, dictionaries and record batches are.
 *
 * @throws {DataError} `source_unreadable` when it is neither an Arrow file nor an Arrow stream, or is damaged.
 */
export async function readLayout(access: ByteAccess): Promise<ArrowLayout> {
  const { name, size } = access
  if (size < 8) throw unreadable(name, `it is not an Arrow file or stream: it has only ${size} bytes`)
  const isFile = textOf((await access.read(0, 8)).subarray(0, 6)) === magic
  try {
    return isFile ? await fileLayout(access) : await streamLayout(access)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'source_unreadable') throw error
    if (error instanceof TooManyColumnsError) throw tooManyColumns(name)
    throw unreadable(
      name,
      `its Arrow metadata is damaged (${error instanceof Error ? error.message : error}); write it again`,
      error,
    )
  }
}

async function fileLayout(access: ByteAccess): Promise<ArrowLayout> {
  const { name, size } = access
  const end = await access.read(Math.max(0, size - endBytes), Math.min(size, endBytes))
  if (textOf(end.subarray(4)) !== magic) {
    throw unreadable(name, 'it starts as an Arrow file but its footer is missing; it seems truncated, write it again')
  }
  const length = new DataView(end.buffer, end.byteOffset).getInt32(0, true)
  if (length <= 0 || length > size - endBytes) {
    throw unreadable(name, `its footer claims ${length} of its ${size} bytes; it is damaged, write it again`)
  }
  checkMetadataSize(name, length)
  const bytes = await access.read(size - endBytes - length, length)
  const columns = verifyFooter(bytes)
  await yieldTurn()
  const footer = Footer.decode(bytes)
  await yieldTurn()
  const messages: MessageRef[] = [await schemaRef(access, footer.schema)]
  for (const block of footer.dictionaryBatches()) messages.push(blockRef('dictionary', block))
  for (const block of footer.recordBatches()) {
    messages.push(blockRef('batch', block))
    await yieldTurn()
  }
  return { schema: footer.schema, columns, messages }
}

const blockRef = (
  kind: MessageRef['kind'],
  block: { offset: number; metaDataLength: number; bodyLength: number },
): MessageRef => ({ kind, start: block.offset, length: block.metaDataLength + block.bodyLength })

/** The schema message of a file; some writers leave it out, since the footer has the schema. */
async function schemaRef(access: ByteAccess, schema: Schema): Promise<MessageRef> {
  const first = await readMetadata(access, 8)
  if (first.length > 0 && verifyMessage(first.bytes).kind === 'schema') {
    await yieldTurn()
    if (!util.compareSchemas(Message.decode(first.bytes).header() as Schema, schema)) {
      throw new DamagedMetadataError('its footer has another schema than its beginning')
    }
    return { kind: 'schema', start: 8, length: first.length }
  }
  const writer = new StreamWriter()
  writer.reset(undefined, schema)
  const bytes = writer.toUint8Array(true)
  return { kind: 'schema', start: 0, length: bytes.length, bytes }
}

async function streamLayout(access: ByteAccess): Promise<ArrowLayout> {
  const messages: MessageRef[] = []
  let schema: Schema | undefined
  let columns: readonly number[] = []
  for (let start = 0; start + 4 <= access.size; ) {
    const metadata = await readMetadata(access, start)
    if (metadata.length === 0) break // the end-of-stream mark
    const facts = verifyMessage(metadata.bytes, columns)
    const { kind, bodyBytes, rows } = facts
    columns = facts.columns ?? columns
    if (start === 0 && kind !== 'schema') throw new DamagedMetadataError('the first message is not a schema')
    await yieldTurn()
    if (start === 0) schema = Message.decode(metadata.bytes).header() as Schema
    const length = metadata.length + bodyBytes
    if (start + length > access.size) {
      throw unreadable(access.name, 'it ends in the middle of a record batch; it seems truncated, write it again')
    }
    messages.push({ kind, start, length, rows })
    start += length
  }
  if (schema === undefined) throw new DamagedMetadataError('it has no schema')
  return { schema, columns, messages }
}

/** The flatbuffer of the message at `start`, and its length with the prefix; 0 at the end of a stream. */
async function readMetadata(access: ByteAccess, start: number): Promise<{ bytes: Uint8Array; length: number }> {
  const prefix = await access.read(start, Math.min(8, access.size - start))
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength)
  const first = view.getInt32(0, true)
  const isCurrent = first === -1 // before Arrow 0.15 the length came without this mark
  const head = isCurrent ? 8 : 4
  const length = isCurrent && prefix.length >= 8 ? view.getInt32(4, true) : first
  if (length === 0 || prefix.length < head) return { bytes: new Uint8Array(0), length: 0 }
  if (length < 0 || start + head + length > access.size) {
    throw unreadable(
      access.name,
      start > 0
        ? 'it ends in the middle of a message; it seems truncated, write it again'
        : 'it is neither an Arrow file nor an Arrow stream; read it in the format that it has',
    )
  }
  checkMetadataSize(access.name, length)
  return { bytes: await access.read(start + head, length), length: head + length }
}

/** Metadata is decoded in the parent, at once. */
const mostMetadataBytes = 64 * 1024 * 1024

function checkMetadataSize(name: string, length: number): void {
  if (length <= mostMetadataBytes) return
  throw unreadable(
    name,
    `its metadata has ${length} bytes, more than ${mostMetadataBytes}; write fewer or larger batches`,
  )
}

/**
 * The bytes of the schema, of the record batches with an index in `range`, and of all dictionaries before them: an Arrow
 * stream, one message at a time.
 */
export async function* readMessages(
  access: ByteAccess,
  { columns, messages }: ArrowLayout,
  ranges: readonly (readonly [number, number])[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const last = Math.max(0, ...ranges.map(([, end]) => end))
  let batch = 0
  for (const { kind, start, length, bytes: own } of messages) {
    if (batch >= last && kind !== 'schema') return
    const index = kind === 'batch' ? batch++ : -1
    if (kind === 'other' || (kind === 'batch' && !ranges.some(([from, end]) => index >= from && index < end))) continue
    if (start + length > access.size) throw new DamagedMetadataError('a message lies outside the file')
    const bytes = own ?? (await access.read(start, length))
    verifyWhole(bytes, columns)
    yield bytes
  }
}

function verifyWhole(bytes: Uint8Array, columns: readonly number[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const head = view.getInt32(0, true) === -1 ? 8 : 4
  const length = view.getInt32(head - 4, true)
  if (length <= 0 || head + length > bytes.length) throw new DamagedMetadataError('a message is longer than its place')
  const { bodyBytes } = verifyMessage(bytes.subarray(head, head + length), columns)
  if (head + length + bodyBytes > bytes.length) throw new DamagedMetadataError('a message is longer than its place')
}
