// One user-defined function as a frame of its own: VLYUDFS, VLYUDFA, VLYUDFW or VLYUDFT. The frame begins with how the body
// travels and the function's name, so that strict receivers can refuse code without reading any further.

import * as crypto from 'node:crypto'
import * as devalue from 'devalue'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { ShippedBody, Udf } from '../../functions/contract/udf.ts'
import { createError, ShippingError, VolleyError, WireError } from '../../functions/errors.ts'
import { type ArtifactCollector, type ArtifactSource, findArtifact, noArtifacts } from './artifacts.ts'
import { captureBodies, decodeMember, encodeMember } from './bodies.ts'
import { findByName, signatureText } from './by-name.ts'
import { decodeEnvelope, encodeEnvelope, type Family, FLAG_INLINE_CODE } from './envelope.ts'
import { encodeSections, type Pieces, splitSections } from './sections.ts'
import { NodeBudget } from './validate-type.ts'
import { validateContract } from './validate-udf.ts'

const familyOf: Readonly<Record<Udf['family'], Family>> = {
  scalar: 'VLYUDFS',
  aggregate: 'VLYUDFA',
  window: 'VLYUDFW',
  table: 'VLYUDFT',
}

/** Where a function's body travels: nowhere (the function goes by name), in the frame, or beside it as an artifact. */
export const bodyPlacements = { byName: 0, inFrame: 1, artifact: 2 } as const

const MAX_NAME_BYTES = 65_535

/**
 * A function's frame. The closure is captured anew each time; an unchanged closure gives the same bytes.
 *
 * @param artifacts - Where the body goes; without it, it travels in the frame.
 * @param body - Its body, if it was captured together with others.
 */
export function encodeUdf(
  udf: Udf,
  context: CodecContext,
  artifacts?: ArtifactCollector,
  body: ShippedBody | undefined = captureBodies([udf], context).get(udf),
): Uint8Array {
  const inline = body !== undefined
  const name = Buffer.from(udf.name)
  if (name.length > MAX_NAME_BYTES) {
    throw new ShippingError('closure_too_large', `Cannot ship a function whose name has ${name.length} bytes`, {
      details: { limit: MAX_NAME_BYTES },
    })
  }
  const head = Buffer.alloc(3)
  head.writeUInt8(
    inline ? (artifacts === undefined ? bodyPlacements.inFrame : bodyPlacements.artifact) : bodyPlacements.byName,
    0,
  )
  head.writeUInt16LE(name.length, 1)
  const rest = inline ? byValue(udf, body, artifacts) : [Buffer.from(signatureText(udf))]
  return encodeEnvelope(familyOf[udf.family], inline ? FLAG_INLINE_CODE : 0, [head, name, ...rest])
}

function byValue(
  { body: _, ...contract }: Udf,
  { bytes, hash: digest, member }: ShippedBody,
  artifacts: ArtifactCollector | undefined,
): Pieces {
  const attachment = artifacts === undefined ? bytes : artifacts.add(bytes, digest)
  const attachments = member === undefined ? [attachment] : [attachment, encodeMember(member)]
  return encodeSections({ text: devalue.stringify(contract), attachments })
}

const nameDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

interface Frame {
  readonly name: string
  readonly placement: number
  /** Whether there is a body, in the frame or beside it. */
  readonly inline: boolean
  /** What follows the name: sections by value, the signature by name. */
  readonly rest: Uint8Array
}

function openFrame(bytes: Uint8Array, family: Udf['family']): Frame {
  const { payload, flags } = decodeEnvelope(bytes, familyOf[family])
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const nameEnd = payload.length < 3 ? Number.POSITIVE_INFINITY : 3 + view.getUint16(1, true)
  if (payload.length < nameEnd) throw new WireError('wire_damaged', 'Cannot read a function: it ends in its name')
  const placement = view.getUint8(0)
  return {
    name: nameDecoder.decode(payload.subarray(3, nameEnd)),
    placement,
    inline: placement !== bodyPlacements.byName || (flags & FLAG_INLINE_CODE) !== 0,
    rest: payload.subarray(nameEnd),
  }
}

/** All that a strict receiver looks at: the name, and whether a body travels in the frame or beside it. */
export function peekUdf(bytes: Uint8Array, family: Udf['family']): Pick<Frame, 'name' | 'inline'> {
  const { name, inline } = openFrame(bytes, family)
  return { name, inline }
}

/**
 * Decodes a function under a context. A body stays opaque bytes.
 *
 * @param artifacts - Where its body may be. Default: nowhere but in the frame.
 * @throws {WireError} `wire_inline_refused` when the context is strict and a body travels: before anything is parsed and
 * before any registry is asked; `wire_not_registered` when it goes by a name the context does not have;
 * `wire_contract_mismatch` when the context's function of that name has another signature; `wire_missing_part`.
 */
export function decodeUdf(
  bytes: Uint8Array,
  family: Udf['family'],
  context: CodecContext,
  artifacts: ArtifactSource = noArtifacts,
): Udf {
  const { name, placement, inline, rest } = openFrame(bytes, family)
  if (!inline) return known(findByName(family, name, rest, context))
  if (!context.udfInlining) throw refused(name, family)
  const { text, attachments } = splitSections(rest)
  const [attachment, member] = attachments
  if (attachment === undefined || placement > bodyPlacements.artifact) {
    throw new WireError('wire_damaged', `Cannot read function "${name}": its body is missing`)
  }
  const contract = parseText(text)
  validateContract(contract, family, name, new NodeBudget(bytes.length))
  const body =
    placement === bodyPlacements.artifact
      ? findArtifact(attachment, artifacts, `function "${name}"`)
      : { bytes: attachment, hash: crypto.hash('sha256', attachment) }
  const shipped = { kind: 'shipped', ...body, ...(member === undefined ? {} : { member: decodeMember(member, name) }) }
  return known(Object.freeze({ ...contract, body: Object.freeze(shipped) }) as Udf)
}

/** Functions that were decoded or looked up here. Text can spell out an object that looks like one, to get past the policy. */
const decoded = new WeakSet<object>()

function known(udf: Udf): Udf {
  decoded.add(udf)
  return udf
}

/** Whether `decodeUdf` made it, or took it from a registry. */
export const isDecodedUdf = (value: object): value is Udf => decoded.has(value)

function refused(name: string, family: Udf['family']): WireError {
  return new WireError(
    'wire_inline_refused',
    `Cannot accept ${family} function "${name}" by value: this context is strict. Encode it by name with withUdfInlining({ enabled: false }) and register it in the worker context, or allow inline functions on the receiver`,
    { details: { function: name, family } },
  )
}

/** Reads devalue text; whatever is wrong with it is one coded error. */
export function parseText(text: Uint8Array, revivers: Record<string, (value: never) => unknown> = {}): unknown {
  try {
    return devalue.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(text),
      revivers as Record<string, (value: unknown) => unknown>,
    )
  } catch (error) {
    if (error instanceof VolleyError) throw error
    throw createError('wire_damaged', 'Cannot read a payload: its text is damaged', { cause: error })
  }
}
