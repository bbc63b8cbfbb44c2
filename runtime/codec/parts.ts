// Parts: bytes that a payload refers to by hash instead of holding them, so that a receiver is sent them once, however
// many payloads need them. A reference is the part's length (u32 LE) and its SHA-256. Only programs, tasks and calls have any.

import { hash } from 'node:crypto'
import { WireError } from '../../functions/errors.ts'
import type { TaskPart, TaskRequest } from '../backend.ts'

/** A task or a call, and everything it refers to. */
export type EncodedTask = Required<Pick<TaskRequest, 'task' | 'parts'>>

/** Where a receiver finds the parts of what it decodes. */
export interface PartSource {
  part(hash: string): Uint8Array | undefined
}

/** For payloads that hold everything themselves. */
export const noParts: PartSource = Object.freeze({ part: () => undefined })

const LENGTH_BYTES = 4
const REFERENCE_BYTES = LENGTH_BYTES + 32

/** Collects what payloads refer to, each part once. */
export class PartCollector {
  readonly #parts = new Map<string, TaskPart>()

  /**
   * @param digest - SHA-256 of the bytes, in hex, where it is known.
   * @returns What stands for them in the payload.
   */
  add(bytes: Uint8Array, digest = hash('sha256', bytes)): Uint8Array {
    if (!this.#parts.has(digest)) this.#parts.set(digest, { hash: digest, bytes })
    const reference = new Uint8Array(REFERENCE_BYTES)
    new DataView(reference.buffer).setUint32(0, bytes.length, true)
    reference.set(Buffer.from(digest, 'hex'), LENGTH_BYTES)
    return reference
  }

  get parts(): readonly TaskPart[] {
    return [...this.#parts.values()]
  }
}

/**
 * The part that a reference stands for.
 *
 * @param what - What it is, for messages.
 * @throws {WireError} `wire_damaged` when it is no reference, or one to a part of another length; `wire_missing_part`.
 */
export function findPart(reference: unknown, parts: PartSource, what: string): TaskPart {
  if (!(reference instanceof Uint8Array) || reference.length !== REFERENCE_BYTES) {
    throw new WireError('wire_damaged', `Cannot read ${what}: its reference to a part is none`)
  }
  const { buffer, byteOffset } = reference
  const length = new DataView(buffer, byteOffset).getUint32(0, true)
  const digest = Buffer.from(buffer, byteOffset + LENGTH_BYTES, REFERENCE_BYTES - LENGTH_BYTES).toString('hex')
  const bytes = parts.part(digest)
  if (bytes === undefined) {
    throw new WireError(
      'wire_missing_part',
      `Cannot read ${what}: its part ${digest.slice(0, 12)} is not here. A backend hands the parts of a task on with it; what is no task holds everything itself`,
      { details: { part: digest } },
    )
  }
  if (bytes.length !== length) {
    throw new WireError('wire_damaged', `Cannot read ${what}: its part has ${bytes.length} bytes, ${length} are wanted`)
  }
  return { hash: digest, bytes }
}
