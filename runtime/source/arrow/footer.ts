// What an Arrow IPC file or stream says of itself before any data: its schema and, for a file, where its batches are.
// Reads only the footer or the first message, so that the parent process can use it.

import type { FileHandle } from 'node:fs/promises'
import { Message, MessageReader, type Schema } from 'apache-arrow'
import { Footer } from 'apache-arrow/ipc/metadata/file'
import { readExactly, type SourceFile, unreadable } from '../files.ts'

export interface ArrowLayout {
  readonly schema: Schema
  /** Bytes of each record batch; absent for a stream, which does not say. */
  readonly batches?: readonly number[]
}

const magic = 'ARROW1'
const endMarker = 10 // footer length and magic

/**
 * The schema and the record batches of the open file.
 *
 * @throws {DataError} `source_unreadable` when it is neither an Arrow file nor an Arrow stream.
 */
export async function readLayout(file: FileHandle, { path, bytes }: SourceFile): Promise<ArrowLayout> {
  if (bytes < 8) throw unreadable(path, `it is not an Arrow file or stream: it has only ${bytes} bytes`)
  const head = await readExactly(file, path, 0, 8)
  try {
    if (isArrowFile(head)) return await readFileFooter(file, path, bytes)
    return { schema: await readStreamSchema(file, path, bytes, head) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'source_unreadable') throw error
    throw unreadable(path, 'its Arrow schema is damaged; write it again', error)
  }
}

export const isArrowFile = (head: Uint8Array): boolean => textOf(head.subarray(0, 6)) === magic

async function readFileFooter(file: FileHandle, path: string, bytes: number): Promise<ArrowLayout> {
  const end = await readExactly(file, path, Math.max(0, bytes - endMarker), Math.min(bytes, endMarker))
  if (textOf(end.subarray(4)) !== magic) {
    throw unreadable(path, 'it starts as an Arrow file but its footer is missing; it seems truncated, write it again')
  }
  const length = new DataView(end.buffer, end.byteOffset).getInt32(0, true)
  if (length <= 0 || length > bytes - endMarker) {
    throw unreadable(path, `its footer claims ${length} of its ${bytes} bytes; it is damaged, write it again`)
  }
  const footer = Footer.decode(await readExactly(file, path, bytes - endMarker - length, length))
  const batches = [...footer.recordBatches()].map((block) => block.metaDataLength + block.bodyLength)
  return { schema: footer.schema, batches }
}

async function readStreamSchema(file: FileHandle, path: string, bytes: number, head: Uint8Array): Promise<Schema> {
  const view = new DataView(head.buffer, head.byteOffset)
  const first = view.getInt32(0, true)
  const isCurrent = first === -1 // before Arrow 0.15 the length came without this mark
  const length = isCurrent ? view.getInt32(4, true) : first
  const start = isCurrent ? 8 : 4
  if (length <= 0 || length > bytes - start) {
    throw unreadable(
      path,
      'it is neither an Arrow file nor an Arrow stream; read it as parquet, csv or json if it is one',
    )
  }
  const message = Message.decode(await readExactly(file, path, start, length))
  if (!message.isSchema()) throw unreadable(path, 'it is an Arrow stream without a schema; write it again')
  return message.header()
}

/** Bytes and rows of each record batch of an Arrow stream in memory, without decoding any. */
export function scanStream(stream: Uint8Array): {
  schema: Schema
  batches: readonly { bytes: number; rows: number }[]
} {
  try {
    const reader = new MessageReader(stream)
    const schema = reader.readSchema(true)
    if (schema === null || schema === undefined) throw new Error('no schema')
    const batches: { bytes: number; rows: number }[] = []
    for (let message = reader.readMessage(); message !== null; message = reader.readMessage()) {
      if (message.isRecordBatch()) batches.push({ bytes: message.bodyLength, rows: message.header().length })
      reader.readMessageBody(message.bodyLength)
    }
    return { schema, batches }
  } catch (cause) {
    throw unreadable('memory', 'the bytes are not a complete Arrow IPC stream; make them with tableToIPC', cause)
  }
}

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
