// A function call to bytes and back, and its result: VLYCALL. The frame begins with how the function travels and its
// name, so that strict receivers refuse code before they read any further.
//
//   placement of the body u8 (0 by name, 2 as an artifact) · name length u16 LE · code length u32 LE · name ·
//   code (by name: the signature; by value: the reference to an artifact, its body, and in a closure of several functions
//   its member u32 LE) · arguments as sections
//
// Bodies of functions among the arguments are artifacts as well. A result is complete in itself.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { ShippedBody, Udf, UserFunction } from '../../functions/contract/udf.ts'
import { InternalError, ShippingError, WireError } from '../../functions/errors.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { ArtifactCollector, type ArtifactSource, type EncodedTask } from './artifacts.ts'
import { type Caller, captureBodies, encodeBodyReference, findBody, travelsByValue } from './bodies.ts'
import { signatureText } from './by-name.ts'
import { type Companion, captureTogether } from './closure/capture/capture-together.ts'
import { decodingContext } from './context-slots.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from './envelope.ts'
import { decodeGraph, encodeGraph, type LastingExpr } from './graph-codec.ts'
import { decodeLastingExpr, findLastingExpr } from './lasting-exprs.ts'
import { isScalarUdf, shippedTypes } from './shipped-types.ts'
import { bodyPlacements } from './udf-codec.ts'

const HEAD_BYTES = 7

/** A function that is ready to travel: by name with its signature, or by value. */
export type CallTarget =
  | { readonly name: string; readonly signature: string; readonly body?: undefined; readonly caller?: undefined }
  | { readonly name: string; readonly body: ShippedBody; readonly caller?: Caller }

/**
 * Captures a function for calls: once, however many calls follow. What `udf()` and `nativeUdf()` gave goes as it would
 * in an expression; every other function by value.
 *
 * @throws {ShippingError} When it cannot travel; `closure_inlining_off` when the context sends no code.
 */
export function encodeTarget(
  fn: UserFunction,
  context: CodecContext,
  captures?: Readonly<Record<string, unknown>>,
): CallTarget {
  if (isScalarUdf(fn)) {
    const { name, body } = fn.definition
    const byValue = travelsByValue(fn.definition, context)
    if (byValue && body.kind === 'shipped') return { name, body }
    if (byValue && body.kind === 'live') return capture({ label: name, ...body }, context)
    return { name, signature: signatureText(fn.definition) }
  }
  const name = fn.name === '' ? 'anonymous' : fn.name
  if (context.udfInlining) {
    return capture({ label: name, fn, ...(captures === undefined ? {} : { captures }) }, context)
  }
  throw new ShippingError(
    'closure_inlining_off',
    `Cannot ship function "${name}": the sender context is strict. Pass a function made with udf() or nativeUdf() that the worker context registers`,
    { details: { path: [], name } },
  )
}

function capture(companion: Companion, context: CodecContext): CallTarget {
  const types = shippedTypes(context)
  const [body] = captureTogether([companion], types)
  if (body === undefined) throw new InternalError('A function was captured and has no body')
  return { name: companion.label, body: { kind: 'shipped', ...body }, caller: { ...companion, types } }
}

/** @throws {ShippingError} When an argument cannot travel. */
export function encodeCall(target: CallTarget, args: readonly unknown[], context: CodecContext): EncodedTask {
  const { name, body, caller } = target
  const artifacts = new ArtifactCollector()
  let shared: ShippedBody | undefined
  const bodiesOf = (udfs: Iterable<Udf>): ReadonlyMap<unknown, ShippedBody> => {
    const bodies = captureBodies(udfs, context, caller)
    const together = caller === undefined ? undefined : bodies.get(caller)
    // The function stays what it was when it was captured, unless it shares something with one among the arguments.
    if (together?.member !== undefined) shared = together
    return bodies
  }
  const label = `the arguments of function "${name}"`
  const lastingExpr = (node: ExprNode): LastingExpr | undefined => findLastingExpr(node, context)
  const { payload, inline } = encodeGraph(args, context, { label, artifacts, bodiesOf, lastingExpr })
  const nameBytes = Buffer.from(name)
  const code = body === undefined ? Buffer.from(target.signature) : encodeBodyReference(shared ?? body, artifacts)
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt8(body === undefined ? bodyPlacements.byName : bodyPlacements.artifact, 0)
  head.writeUInt16LE(nameBytes.length, 1)
  head.writeUInt32LE(code.length, 3)
  const flags = inline || body !== undefined ? FLAG_INLINE_CODE : 0
  const task = encodeEnvelope('VLYCALL', flags, Buffer.concat([head, nameBytes, code, payload]))
  return { task, artifacts: artifacts.artifacts }
}

/** A call whose function and arguments are still bytes. */
export interface DecodedCall {
  readonly name: string
  /** How the function is to be found: by its name and this signature, or in its body. */
  readonly target:
    | { readonly by: 'name'; readonly signature: Uint8Array }
    | { readonly by: 'body'; readonly body: ShippedBody }
  /** Reads the arguments. @throws {WireError} */
  args(): readonly unknown[]
}

/**
 * Reads the head of a call.
 *
 * @param given - Default: the worker context, else the global one.
 * @throws {WireError} `wire_inline_refused` when the context is strict and code travels: before anything is parsed, and
 * before any artifact is looked for; `wire_missing_part`.
 */
export function decodeCall(bytes: Uint8Array, artifacts: ArtifactSource, given?: CodecContext): DecodedCall {
  const context = decodingContext(given)
  const { payload } = decodeEnvelope(bytes, 'VLYCALL')
  const { name, placement, code, rest } = splitHead(payload)
  if (placement !== bodyPlacements.byName && !context.udfInlining) {
    throw new WireError(
      'wire_inline_refused',
      `Cannot accept function "${name}" (VLYCALL) by value: this context is strict. Send a function that goes by name and register it in the worker context, or allow inline functions on the receiver`,
      { details: { function: name, family: 'VLYCALL' } },
    )
  }
  const args = (): readonly unknown[] => {
    const decoded = decodeGraph(rest, context, artifacts, (reference) =>
      decodeLastingExpr(reference, context, artifacts),
    )
    if (Array.isArray(decoded)) return decoded
    throw new WireError('wire_damaged', `Cannot read a call of function "${name}": its arguments are not a list`)
  }
  if (placement === bodyPlacements.byName) return { name, target: { by: 'name', signature: code }, args }
  return { name, target: { by: 'body', body: findBody(code, artifacts, name) }, args }
}

function splitHead(payload: Uint8Array) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const codeStart = payload.length < HEAD_BYTES ? Number.POSITIVE_INFINITY : HEAD_BYTES + view.getUint16(1, true)
  const codeEnd = codeStart > payload.length ? codeStart : codeStart + view.getUint32(3, true)
  if (codeEnd > payload.length) throw new WireError('wire_damaged', 'Cannot read a call: it ends in its function')
  const placement = view.getUint8(0)
  if (placement !== bodyPlacements.byName && placement !== bodyPlacements.artifact) {
    throw new WireError('wire_damaged', `Cannot read a call: ${placement} is not a placement of a body`)
  }
  const name = new TextDecoder().decode(payload.subarray(HEAD_BYTES, codeStart))
  return { name, placement, code: payload.subarray(codeStart, codeEnd), rest: payload.subarray(codeEnd) }
}

/** @throws {ShippingError} When the result holds something that cannot travel. */
export function encodeResult(name: string, result: unknown, context: CodecContext): Uint8Array {
  const { payload, inline } = encodeGraph([result], context, { label: `the result of function "${name}"` })
  return encodeEnvelope('VLYCALL', inline ? FLAG_INLINE_CODE : 0, payload)
}

/** Reads a result: data only, no code is revived. @throws {WireError} */
export function decodeResult(bytes: Uint8Array, context: CodecContext): unknown {
  const decoded = decodeGraph(decodeEnvelope(bytes, 'VLYCALL').payload, context)
  if (Array.isArray(decoded) && decoded.length === 1) return decoded[0]
  throw new WireError('wire_damaged', 'Cannot read the result of a call: the payload is not one')
}
