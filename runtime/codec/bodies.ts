// The bodies of user-defined functions: which travel, captured together so that what they share stays shared, and where
// in its bytes a function is. What is in the bytes, the closure codec alone knows.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { ShippedBody, Udf } from '../../functions/contract/udf.ts'
import { WireError } from '../../functions/errors.ts'
import { type ArtifactCollector, type ArtifactSource, findArtifact, REFERENCE_BYTES } from './artifacts.ts'
import { type Companion, captureTogether } from './closure/capture/capture-together.ts'
import type { ShippedType } from './closure/shipped-type.ts'

/** Whether a function's body goes along, or its name alone. */
export const travelsByValue = ({ native, body }: Udf, { udfInlining }: CodecContext): boolean =>
  udfInlining && !native && body.kind !== 'named'

/** A function that is called with others as its arguments, and travels with them. */
export interface Caller extends Companion {
  /** Values that know how to travel in its closure. */
  readonly types: readonly ShippedType[]
}

/**
 * The bodies of the functions that travel by value, captured as they are now.
 *
 * @param caller - Is captured with them, if any of them is captured.
 * @throws {ShippingError} When one cannot travel, or they share a variable that one of them assigns.
 */
export function captureBodies(
  udfs: Iterable<Udf>,
  context: CodecContext,
  caller?: Caller,
): ReadonlyMap<Udf | Companion, ShippedBody> {
  const bodies = new Map<Udf | Companion, ShippedBody>()
  const live = new Map<Udf | Companion, Companion>()
  for (const udf of udfs) {
    if (!travelsByValue(udf, context)) continue
    const { name, body } = udf
    if (body.kind === 'shipped') bodies.set(udf, body)
    if (body.kind === 'live') live.set(udf, { label: name, ...body })
  }
  if (caller !== undefined && live.size > 0) live.set(caller, caller)
  const captured = captureTogether([...live.values()], caller?.types ?? [])
  for (const [i, owner] of [...live.keys()].entries()) {
    const body = captured[i]
    if (body !== undefined) bodies.set(owner, Object.freeze({ kind: 'shipped', ...body }))
  }
  return bodies
}

/** What stands for a body that travels as an artifact: the reference to it, then its member, if it has one. */
export function encodeBodyReference({ bytes, hash, member }: ShippedBody, artifacts: ArtifactCollector): Uint8Array {
  const reference = artifacts.add(bytes, hash)
  return member === undefined ? reference : Buffer.concat([reference, encodeMember(member)])
}

/** @throws {WireError} `wire_damaged`, `wire_missing_part`. */
export function findBody(reference: Uint8Array, artifacts: ArtifactSource, name: string): ShippedBody {
  const artifact = findArtifact(reference.subarray(0, REFERENCE_BYTES), artifacts, `function "${name}"`)
  const member = reference.subarray(REFERENCE_BYTES)
  return { kind: 'shipped', ...artifact, ...(member.length === 0 ? {} : { member: decodeMember(member, name) }) }
}

const MEMBER_BYTES = 4

/** The position of a function among those that a body holds, as bytes. */
export function encodeMember(member: number): Uint8Array {
  const bytes = new Uint8Array(MEMBER_BYTES)
  new DataView(bytes.buffer).setUint32(0, member, true)
  return bytes
}

/** @throws {WireError} `wire_damaged` when `encodeMember` cannot have written it. */
export function decodeMember(bytes: Uint8Array, name: string): number {
  if (bytes.length === MEMBER_BYTES) return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  throw new WireError(
    'wire_damaged',
    `Cannot read function "${name}": its place among the functions of a closure is malformed`,
  )
}
