// Artifacts: bytes that a payload refers to by hash instead of holding them, so that a receiver is sent them once, however
// many payloads need them. A reference is the artifact's length (u32 LE) and its SHA-256. Only programs, tasks and calls
// have any.

import * as crypto from 'node:crypto'
import { WireError } from '../../functions/errors.ts'
import type { Artifact, TaskRequest } from '../backend.ts'

/** A task or a call, and everything it refers to. */
export type EncodedTask = Required<Pick<TaskRequest, 'task' | 'artifacts'>>

/** Where a receiver finds the artifacts of what it decodes. */
export interface ArtifactSource {
  artifact(hash: string): Uint8Array | undefined
}

/** For payloads that are complete in themselves. */
export const noArtifacts: ArtifactSource = Object.freeze({ artifact: () => undefined })

const LENGTH_BYTES = 4
export const REFERENCE_BYTES = LENGTH_BYTES + 32

/** Collects what payloads refer to, each artifact once. */
export class ArtifactCollector {
  readonly #artifacts = new Map<string, Artifact>()

  /**
   * @param digest - SHA-256 of the bytes, in hex, where it is known.
   * @returns The reference that stands for them in the payload.
   */
  add(bytes: Uint8Array, digest = crypto.hash('sha256', bytes)): Uint8Array {
    if (!this.#artifacts.has(digest)) this.#artifacts.set(digest, { hash: digest, bytes })
    const reference = new Uint8Array(REFERENCE_BYTES)
    new DataView(reference.buffer).setUint32(0, bytes.length, true)
    reference.set(Buffer.from(digest, 'hex'), LENGTH_BYTES)
    return reference
  }

  get artifacts(): readonly Artifact[] {
    return [...this.#artifacts.values()]
  }
}

/** SHA-256 of what a reference stands for, in hex. */
export function hashOf({ buffer, byteOffset }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset + LENGTH_BYTES, REFERENCE_BYTES - LENGTH_BYTES).toString('hex')
}

/**
 * The artifact that a reference stands for.
 *
 * @param what - What it is, for messages.
 * @throws {WireError} `wire_damaged` when it is not a reference, or names an artifact of another length; `wire_missing_part`.
 */
export function findArtifact(reference: unknown, artifacts: ArtifactSource, what: string): Artifact {
  if (!(reference instanceof Uint8Array) || reference.length !== REFERENCE_BYTES) {
    throw new WireError('wire_damaged', `Cannot read ${what}: its reference to an artifact is malformed`)
  }
  const { buffer, byteOffset } = reference
  const length = new DataView(buffer, byteOffset).getUint32(0, true)
  const digest = hashOf(reference)
  const bytes = artifacts.artifact(digest)
  if (bytes === undefined) {
    throw new WireError(
      'wire_missing_part',
      `Cannot read ${what}: its artifact ${digest.slice(0, 12)} is not here. A backend hands the artifacts of a task on with it; everything but tasks and calls is complete in itself`,
      { details: { artifact: digest } },
    )
  }
  if (bytes.length !== length) {
    throw new WireError(
      'wire_damaged',
      `Cannot read ${what}: its artifact has ${bytes.length} bytes, ${length} are wanted`,
    )
  }
  return { hash: digest, bytes }
}
