// One user-defined function as a frame of its own: VLYUDFS, VLYUDFA or VLYUDFW. The frame begins with how the body
// travels and the function's name, so that strict receivers can refuse code without reading any further.

import { createHash } from 'node:crypto'
import * as devalue from 'devalue'
import { createError, ShippingError, VolleyError, WireError } from '../../functions/errors.ts'
import { nearest } from '../../functions/nearest.ts'
import type { Udf, UdfBody } from '../../functions/udf/definition.ts'
import { captureClosure } from './closure/capture-closure.ts'
import type { CodecContext } from './context.ts'
import { decodeEnvelope, encodeEnvelope, type Family, FLAG_INLINE_CODE } from './envelope.ts'
import { encodeSections, splitSections } from './sections.ts'
import { PartBudget } from './validate-type.ts'
import { validateContract } from './validate-udf.ts'

const familyOf: Readonly<Record<Udf['family'], Family>> = { scalar: 'VLYUDFS', aggregate: 'VLYUDFA', window: 'VLYUDFW' }

const MAX_NAME_BYTES = 65_535

/** Bodies captured before, by function: the closure is read anew each time, its bytes are the same if it is. */
export function encodeUdf(udf: Udf, context: CodecContext): Uint8Array {
  const inline = context.udfInlining && !udf.native && udf.body.kind !== 'named'
  const { body, ...contract } = udf
  const name = Buffer.from(udf.name)
  if (name.length > MAX_NAME_BYTES) {
    throw new ShippingError('closure_too_large', `Cannot ship a function whose name has ${name.length} bytes`, {
      details: { limit: MAX_NAME_BYTES },
    })
  }
  const head = Buffer.alloc(3)
  head.writeUInt8(inline ? 1 : 0, 0)
  head.writeUInt16LE(name.length, 1)
  const sections = encodeSections({
    // Who knows the name knows the contract.
    text: inline ? devalue.stringify(contract) : '',
    attachments: inline ? [bodyBytes(udf.name, body)] : [],
  })
  return encodeEnvelope(familyOf[udf.family], inline ? FLAG_INLINE_CODE : 0, Buffer.concat([head, name, sections]))
}

function bodyBytes(name: string, body: UdfBody): Uint8Array {
  if (body.kind === 'shipped') return body.bytes
  if (body.kind === 'named') throw new WireError('wire_damaged', `Function "${name}" has no body to send`)
  const { fn, captures } = body
  return captureClosure(fn, { label: name, ...(captures === undefined ? {} : { captures }) }).bytes
}

const nameDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What a strict receiver looks at: the name, and whether a body travels with it. */
export function peekUdf(bytes: Uint8Array, family: Udf['family']): { readonly name: string; readonly inline: boolean } {
  const { payload, flags } = decodeEnvelope(bytes, familyOf[family])
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  if (payload.length < 3 || payload.length < 3 + view.getUint16(1, true)) {
    throw new WireError('wire_damaged', 'Cannot read a function: it ends in its name')
  }
  const name = nameDecoder.decode(payload.subarray(3, 3 + view.getUint16(1, true)))
  return { name, inline: view.getUint8(0) !== 0 || (flags & FLAG_INLINE_CODE) !== 0 }
}

/**
 * Decodes a function under a context. A body stays opaque bytes.
 *
 * @throws {WireError} `wire_inline_refused` when the context is strict and a body travels: before anything is parsed and
 * before any registry is asked; `wire_not_registered` when it goes by a name the context does not have.
 */
export function decodeUdf(bytes: Uint8Array, family: Udf['family'], context: CodecContext): Udf {
  const { name, inline } = peekUdf(bytes, family)
  if (inline && !context.udfInlining) throw refused(name, familyOf[family])
  if (!inline) return known(context.findUdf(family, name) ?? unregistered(name, context))
  const { payload } = decodeEnvelope(bytes, familyOf[family])
  const { text, attachments } = splitSections(payload.subarray(3 + Buffer.byteLength(name)))
  const [body] = attachments
  if (body === undefined) throw new WireError('wire_damaged', `Cannot read function "${name}": its body is missing`)
  const contract = parseText(text)
  validateContract(contract, family, name, new PartBudget(payload.length))
  const hash = createHash('sha256').update(body).digest('hex')
  return known(Object.freeze({ ...contract, body: Object.freeze({ kind: 'shipped', bytes: body, hash }) }) as Udf)
}

/** Functions that came the proper way. Text can spell out an object that looks like one, to get past the policy. */
const decoded = new WeakSet<object>()

function known(udf: Udf): Udf {
  decoded.add(udf)
  return udf
}

/** Whether `decodeUdf` made it, or took it from a registry. */
export const isDecodedUdf = (value: object): value is Udf => decoded.has(value)

function refused(name: string, family: Family): WireError {
  return new WireError(
    'wire_inline_refused',
    `Cannot accept function "${name}" (${family}) by value: this context is strict. Encode it by name with withUdfInlining({ enabled: false }) and register it in the worker context, or allow inline functions on the receiver`,
    { details: { function: name, family } },
  )
}

export function unregistered(name: string, context: CodecContext): never {
  const guess = nearest(name, context.udfNames())
  const hint = guess === undefined ? 'Register it in the worker context' : `Did you mean "${guess}"?`
  throw new WireError('wire_not_registered', `Function "${name}" is not registered here. ${hint}`, {
    details: { function: name },
  })
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
