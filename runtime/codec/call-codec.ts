// Calls of one function to bytes and back, and their results: VLYCALL. The frame begins with what is called, how it travels
// and its name, so that strict receivers refuse code before they read any further.
//
//   what is called u8 (0 a function by name, 2 a function whose body is an artifact, 3 a function that the worker context
//   exports, 4 a class whose body is an artifact: its instance becomes the worker's actor, 5 a method of that actor, 6 a
//   class that the worker context exports; 128 more where contexts that the call sets are those of the process from then on,
//   as for actors and what a worker calls before it takes work) · name length u16 LE · code length u32 LE · name · code (a function by name: the
//   signature; an export: nothing; by value: the reference to an artifact, its body, and in a closure of several functions
//   its member u32 LE; a method, and the export of a class: their names) · sections, one attachment per call: its
//   arguments, as sections again
//
// Bodies of functions among the arguments are artifacts as well. Results are sections alone, one attachment each; they are
// complete in themselves; where a call after them failed, their text is its error, as JSON. Each call has arguments and a result of its own: calls that travel together share no objects.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { ShippedBody, Udf, UserFunction } from '../../functions/contract/udf.ts'
import { InternalError, type PlainError, ShippingError, WireError } from '../../functions/errors.ts'
import type { Expr } from '../../functions/expr/expr.ts'
import { nameOfFunction } from '../../functions/written-function.ts'
import { ArtifactCollector, type ArtifactSource, type EncodedTask } from './artifacts.ts'
import { type Caller, captureBodies, encodeBodyReference, findBody, travelsByValue } from './bodies.ts'
import { signatureText } from './by-name.ts'
import { isScalarUdf } from './callables.ts'
import { type Companion, captureTogether } from './closure/capture/capture-together.ts'
import { decodingContext } from './context-slots.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from './envelope.ts'
import { decodeGraph, encodeGraph, type FunctionReader } from './graph-codec.ts'
import { decodeLastingExpr, findLastingExpr } from './lasting-exprs.ts'
import { inliningOff } from './plain-function.ts'
import { encodeSections, lengthOf, type Pieces, splitSections } from './sections.ts'
import { shippedTypes } from './shipped-types.ts'

const HEAD_BYTES = 7

/** What is called. */
const callees = { named: 0, function: 2, export: 3, class: 4, method: 5, exportedClass: 6 } as const
type Callee = keyof typeof callees
const nameOfCallee: ReadonlyMap<number, Callee> = new Map(
  Object.entries(callees).map(([name, number]) => [number, name as Callee]),
)

/** Added to what is called. */
const OF_PROCESS = 0x80

/** What is to be called, ready to travel: by value, or by a name and the text that belongs to it. */
export type CallTarget = {
  readonly name: string
  /** Contexts that the call sets are those of the process from then on, not of the call. */
  readonly isOfProcess?: true
} & (
  | { readonly callee: 'function' | 'class'; readonly body: ShippedBody; readonly caller?: Caller }
  | {
      readonly callee: 'named' | 'export' | 'method' | 'exportedClass'
      readonly text: string
      readonly body?: undefined
      readonly caller?: undefined
    }
)

/** The same, called for what it does to its process. */
export const ofProcess = (target: CallTarget): CallTarget => ({ ...target, isOfProcess: true })

/** A function that the worker context exports. */
export const encodeExport = (name: string): CallTarget => ({ callee: 'export', name, text: '' })

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
    if (byValue && body.kind === 'shipped') return { callee: 'function', name, body }
    if (byValue && body.kind === 'live') return capture('function', { label: name, ...body }, context)
    return { callee: 'named', name, text: signatureText(fn.definition) }
  }
  const name = nameOfFunction(fn)
  if (context.udfInlining) {
    return capture('function', { label: name, fn, ...(captures === undefined ? {} : { captures }) }, context)
  }
  throw inliningOff(name)
}

/**
 * Captures a class whose instance is to be an actor.
 *
 * @throws {ShippingError} When it cannot travel; `closure_inlining_off` when the context sends no code.
 */
export function encodeClass(fn: UserFunction, name: string, context: CodecContext): CallTarget {
  if (context.udfInlining) return ofProcess({ ...capture('class', { label: name, fn }, context), name: `new ${name}` })
  throw new ShippingError(
    'closure_inlining_off',
    `Cannot ship class "${name}": the sender context is strict. Pass the name of a class that the worker context exports`,
    { details: { path: [], name } },
  )
}

/** A class that the worker context exports, whose instance is to be an actor. */
export const encodeExportedClass = (name: string): CallTarget =>
  ofProcess({ callee: 'exportedClass', name: `new ${name}`, text: name })

/** A method of the actor that lives in the worker. */
export const encodeMethod = (actor: string, method: string): CallTarget =>
  ofProcess({ callee: 'method', name: `${actor}.${method}`, text: method })

function capture(callee: 'function' | 'class', companion: Companion, context: CodecContext): CallTarget {
  const types = shippedTypes(context)
  const [body] = captureTogether([companion], types)
  if (body === undefined) throw new InternalError('A function was captured and has no body')
  return { callee, name: companion.label, body: { kind: 'shipped', ...body }, caller: { ...companion, types } }
}

/** One call, ready to be sent. @throws {ShippingError} When an argument cannot travel. */
export function encodeCall(target: CallTarget, args: readonly unknown[], context: CodecContext): EncodedTask {
  const encoder = new CallEncoder(target, context)
  encoder.add(args, { isCopied: false })
  return encoder.finish()
}

/** Puts calls of one function together that a worker makes one after the other. */
export class CallEncoder {
  readonly #target: CallTarget
  readonly #context: CodecContext
  readonly #artifacts = new ArtifactCollector()
  readonly #calls: Pieces[] = []
  #bytes = 0
  #inline: boolean
  /** The function together with one among the arguments, if they share something. */
  #shared: ShippedBody | undefined

  constructor(target: CallTarget, context: CodecContext) {
    this.#target = target
    this.#context = context
    this.#inline = target.body !== undefined
  }

  /** Calls so far. */
  get count(): number {
    return this.#calls.length
  }

  /** Size of their arguments. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Adds a call.
   *
   * @param isCopied - Whether the memory of large arguments is copied at once. If not, it has to stay as it is until
   * `finish`, which copies it then.
   * @returns False when it cannot travel with those before, and was not added: its function shares something with one
   * among its arguments, or theirs did.
   * @throws {ShippingError} When an argument cannot travel.
   */
  add(args: readonly unknown[], { isCopied = true }: { readonly isCopied?: boolean } = {}): boolean {
    if (this.#shared !== undefined) return false
    let shared: ShippedBody | undefined
    const { name, caller } = this.#target
    const bodiesOf = (udfs: Iterable<Udf>): ReadonlyMap<unknown, ShippedBody> => {
      const bodies = captureBodies(udfs, this.#context, caller)
      const together = caller === undefined ? undefined : bodies.get(caller)
      // The function stays what it was when it was captured, unless it shares something with one among the arguments.
      if (together?.member !== undefined) shared = together
      return bodies
    }
    const { payload, inline } = encodeGraph(args, this.#context, {
      label: `the arguments of function "${name}"`,
      artifacts: this.#artifacts,
      takesFunctions: true,
      bodiesOf,
      lastingExpr: (node) => findLastingExpr(node, this.#context),
    })
    if (shared !== undefined && this.#calls.length > 0) return false
    this.#shared = shared
    this.#calls.push(isCopied ? [Buffer.concat(payload)] : payload)
    this.#bytes += lengthOf(payload)
    this.#inline ||= inline
    return true
  }

  /** The calls as a task. */
  finish(): EncodedTask {
    const target = this.#target
    const { name, body } = target
    const nameBytes = Buffer.from(name)
    const code =
      body === undefined ? Buffer.from(target.text) : encodeBodyReference(this.#shared ?? body, this.#artifacts)
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUInt8(callees[target.callee] | (target.isOfProcess === true ? OF_PROCESS : 0), 0)
    head.writeUInt16LE(nameBytes.length, 1)
    head.writeUInt32LE(code.length, 3)
    const calls = encodeSections({ text: '', attachments: this.#calls })
    const task = encodeEnvelope('VLYCALL', this.#inline ? FLAG_INLINE_CODE : 0, [head, nameBytes, code, ...calls])
    return { task, artifacts: this.#artifacts.artifacts }
  }
}

/** Calls whose function and arguments are still bytes. */
export interface DecodedCall {
  readonly name: string
  /** What is called: a function that is registered with this signature, or in this body; an export; a method of the actor. */
  readonly target:
    | { readonly callee: 'named'; readonly signature: Uint8Array }
    | { readonly callee: 'function' | 'class'; readonly body: ShippedBody }
    | { readonly callee: 'export' }
    | { readonly callee: 'exportedClass'; readonly exportName: string }
    | { readonly callee: 'method'; readonly method: string }
  /** Contexts that it sets are those of the process from then on. */
  readonly isOfProcess: boolean
  /** How many calls there are. */
  readonly count: number
  /**
   * Reads the arguments of one of them.
   *
   * @param functionOf - Gives the functions among them, which are no code yet.
   * @throws {WireError}
   */
  args(index: number, functionOf?: FunctionReader): readonly unknown[]
}

/**
 * Reads the head of a call, or of several.
 *
 * @param given - Default: the worker context, else the global one.
 * @throws {WireError} `wire_inline_refused` when the context is strict and code travels: before anything is parsed, and
 * before any artifact is looked for; `wire_missing_part`.
 */
export function decodeCall(bytes: Uint8Array, artifacts: ArtifactSource, given?: CodecContext): DecodedCall {
  const context = decodingContext(given)
  const { payload } = decodeEnvelope(bytes, 'VLYCALL')
  const { name, callee, isOfProcess, code, rest } = splitHead(payload)
  if ((callee === 'function' || callee === 'class') && !context.udfInlining) {
    throw new WireError(
      'wire_inline_refused',
      `Cannot accept function "${name}" of a call by value: this context is strict. Send a function that goes by name and register it in the worker context, or allow inline functions on the receiver`,
      { details: { function: name, family: 'VLYCALL' } },
    )
  }
  const { attachments: calls } = splitSections(rest)
  const count = calls.length
  const lastingExpr = (reference: Uint8Array): Expr => decodeLastingExpr(reference, context, artifacts)
  const args = (index: number, functionOf?: FunctionReader): readonly unknown[] => {
    const call = calls[index]
    const decoded = call === undefined ? undefined : decodeGraph(call, context, artifacts, { lastingExpr, functionOf })
    if (Array.isArray(decoded)) return decoded
    throw new WireError('wire_damaged', `Cannot read a call of function "${name}": its arguments are not a list`)
  }
  return { name, target: targetOf(callee, name, code, artifacts), isOfProcess, count, args }
}

function targetOf(callee: Callee, name: string, code: Uint8Array, artifacts: ArtifactSource): DecodedCall['target'] {
  if (callee === 'named') return { callee, signature: code }
  if (callee === 'export') return { callee }
  if (callee === 'method') return { callee, method: new TextDecoder().decode(code) }
  if (callee === 'exportedClass') return { callee, exportName: new TextDecoder().decode(code) }
  return { callee, body: findBody(code, artifacts, name) }
}

function splitHead(payload: Uint8Array) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const codeStart = payload.length < HEAD_BYTES ? Number.POSITIVE_INFINITY : HEAD_BYTES + view.getUint16(1, true)
  const codeEnd = codeStart > payload.length ? codeStart : codeStart + view.getUint32(3, true)
  if (codeEnd > payload.length) throw new WireError('wire_damaged', 'Cannot read a call: it ends in its function')
  const first = view.getUint8(0)
  const callee = nameOfCallee.get(first & ~OF_PROCESS)
  if (callee === undefined) {
    throw new WireError('wire_damaged', `Cannot read a call: ${first} is nothing that can be called`)
  }
  const name = new TextDecoder().decode(payload.subarray(HEAD_BYTES, codeStart))
  return {
    name,
    callee,
    isOfProcess: (first & OF_PROCESS) !== 0,
    code: payload.subarray(codeStart, codeEnd),
    rest: payload.subarray(codeEnd),
  }
}

/** The results of calls, in the order of the calls. */
export class ResultEncoder {
  readonly #context: CodecContext
  readonly #results: Pieces[] = []
  #inline = false

  constructor(context: CodecContext) {
    this.#context = context
  }

  /** @throws {ShippingError} When the result holds something that cannot travel. */
  add(name: string, result: unknown): void {
    const label = `the result of function "${name}"`
    const { payload, inline } = encodeGraph([result], this.#context, { label })
    // The next call may change what this one returned.
    this.#results.push([Buffer.concat(payload)])
    this.#inline ||= inline
  }

  /** @param failure - The error of the call after these. */
  finish(failure?: PlainError): Uint8Array {
    const text = failure === undefined ? '' : JSON.stringify(failure)
    const payload = encodeSections({ text, attachments: this.#results })
    return encodeEnvelope('VLYCALL', this.#inline ? FLAG_INLINE_CODE : 0, payload)
  }
}

/** Results of calls, and the error of the one after them, if it failed. */
export interface DecodedResults {
  readonly results: readonly unknown[]
  /** A `PlainError`, unchecked: a worker made it. */
  readonly failure?: unknown
}

/** Reads the results of calls: data only, no code is revived. @throws {WireError} */
export function decodeResults(bytes: Uint8Array, context: CodecContext): DecodedResults {
  const { text, attachments } = splitSections(decodeEnvelope(bytes, 'VLYCALL').payload)
  const results = attachments.map((payload) => {
    const decoded = decodeGraph(payload, context)
    if (Array.isArray(decoded) && decoded.length === 1) return decoded[0]
    throw new WireError('wire_damaged', 'Cannot read the result of a call: the payload is not one')
  })
  return text.length === 0 ? { results } : { results, failure: parseFailure(text) }
}

function parseFailure(text: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(text).toString())
  } catch (cause) {
    throw new WireError('wire_damaged', 'Cannot read the error of a call: it is not JSON', { cause })
  }
}
