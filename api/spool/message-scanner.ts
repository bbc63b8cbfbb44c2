// Follows an Arrow stream as its bytes come, cut anywhere: where its messages are, how many rows, and whether it has an
// end. The bytes are a worker's, where a user's function can reach the pipe: what is no sound framing is refused, and
// without the end-of-stream mark nothing counts as complete.

import * as zlib from 'node:zlib'
import { WorkerError } from '../../functions/errors.ts'
import { type MessageFacts, verifyMessage } from '../../runtime/source/arrow/verify.ts'
import type { PlacedBlock } from './result-index.ts'

const prefixBytes = 8
/** What every message begins with, as a 32-bit number. */
const mark = -1
/** Metadata is held until it is whole, and verified in one turn. */
const mostMetadataBytes = 16 * 1024 * 1024
/** Small messages share a block up to this size: an index of every one of them would be large itself. */
const sharedBlockBytes = 64 * 1024
/** Only streams that are made to be costly have more. */
const mostBlocks = 1_000_000

type OpenBlock = { -readonly [Key in keyof PlacedBlock]: PlacedBlock[Key] }

const blockKinds: Readonly<Record<MessageFacts['kind'], PlacedBlock['kind'] | undefined>> = {
  schema: 'schema',
  dictionary: 'dictionaries',
  batch: 'batches',
  other: undefined,
}

export class MessageScanner {
  readonly #blocks: OpenBlock[] = []
  #rows = 0
  #batches = 0
  #columns: readonly number[] = []
  /** Of the message whose beginning has come: its pieces so far, and how many bytes they must have. */
  #head: Uint8Array[] = []
  #headBytes = 0
  #wantedBytes = prefixBytes
  /** Of the message whose body is coming. */
  #bodyLeft = 0
  #message: MessageFacts | undefined

  /** All blocks so far; the last one may still grow. */
  get blocks(): readonly PlacedBlock[] {
    return this.#blocks
  }

  /** Rows of the batches that are whole. */
  get rows(): number {
    return this.#rows
  }

  /** Batches that are whole. */
  get batches(): number {
    return this.#batches
  }

  get hasEnded(): boolean {
    return this.#blocks.at(-1)?.kind === 'end'
  }

  /** @throws {WorkerError} `protocol_error` for bytes that no Arrow stream has there. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; )
      at += this.#bodyLeft > 0 ? this.#takeBody(chunk, at) : this.#takeHead(chunk, at)
  }

  /** Nothing comes any more. @throws {WorkerError} `protocol_error` when the stream has no end. */
  finish(): void {
    if (!this.hasEnded) throw damaged('it breaks off before its end')
  }

  #takeHead(chunk: Uint8Array, at: number): number {
    if (this.hasEnded) throw damaged('bytes come after its end')
    const piece = chunk.subarray(at, at + this.#wantedBytes - this.#headBytes)
    this.#head.push(piece)
    this.#headBytes += piece.length
    if (this.#headBytes === this.#wantedBytes) this.#openHead(joined(this.#head))
    return piece.length
  }

  #openHead(head: Uint8Array): void {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
    const length = view.getInt32(4, true)
    if (view.getInt32(0, true) !== mark || length < 0) throw damaged('a message has no beginning')
    if (length > mostMetadataBytes) throw damaged(`a message has ${length} bytes of metadata`)
    if (length > 0 && head.length === prefixBytes) {
      this.#head = [head]
      this.#wantedBytes = prefixBytes + length
      return
    }
    this.#head = []
    this.#headBytes = 0
    this.#wantedBytes = prefixBytes
    if (length === 0) this.#beginEnd(head)
    else this.#beginMessage(head)
  }

  #beginEnd(head: Uint8Array): void {
    if (this.#blocks.length === 0) throw damaged('it has no schema')
    add(this.#block('end', head.length), head)
  }

  #beginMessage(head: Uint8Array): void {
    const facts = this.#verified(head.subarray(prefixBytes))
    const kind = blockKinds[facts.kind]
    if (kind === undefined) throw damaged('a message is no schema, dictionary or record batch')
    if ((kind === 'schema') !== (this.#blocks.length === 0))
      throw damaged('it has a schema where none belongs, or none')
    this.#columns = facts.columns ?? this.#columns
    const block = this.#block(kind, head.length + facts.bodyBytes)
    block.messages++
    add(block, head)
    this.#message = facts
    this.#bodyLeft = facts.bodyBytes
    if (this.#bodyLeft === 0) this.#endMessage()
  }

  #verified(metadata: Uint8Array): MessageFacts {
    try {
      return verifyMessage(metadata, this.#columns)
    } catch (error) {
      throw damaged(error instanceof Error ? error.message : String(error), error)
    }
  }

  #takeBody(chunk: Uint8Array, at: number): number {
    const piece = chunk.subarray(at, at + this.#bodyLeft)
    const block = this.#blocks.at(-1)
    if (block !== undefined) add(block, piece)
    this.#bodyLeft -= piece.length
    if (this.#bodyLeft === 0) this.#endMessage()
    return piece.length
  }

  #endMessage(): void {
    if (this.#message?.kind === 'batch') {
      this.#rows += this.#message.rows
      this.#batches++
    }
    this.#message = undefined
  }

  /** The block that a message of so many bytes goes into. */
  #block(kind: PlacedBlock['kind'], bytes: number): OpenBlock {
    const last = this.#blocks.at(-1)
    if (last?.kind === kind && last.bytes + bytes <= sharedBlockBytes) return last
    if (this.#blocks.length === mostBlocks) throw damaged('it has too many small messages')
    const start = last === undefined ? 0 : last.start + last.bytes
    const block: OpenBlock = { kind, start, bytes: 0, messages: 0, checksum: 0, firstBatch: this.#batches }
    this.#blocks.push(block)
    return block
  }
}

/** How many bytes the message at the beginning of `bytes` has, its body included. */
export function messageBytes(bytes: Uint8Array): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(4, true)
  return prefixBytes + length + verifyMessage(bytes.subarray(prefixBytes, prefixBytes + length)).bodyBytes
}

function add(block: OpenBlock, bytes: Uint8Array): void {
  block.bytes += bytes.length
  block.checksum = zlib.crc32(bytes, block.checksum)
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)

function damaged(why: string, cause?: unknown): WorkerError {
  return new WorkerError('protocol_error', `Cannot keep the result: its Arrow data is damaged (${why})`, { cause })
}
