// Plain data that may hold expressions, DataFrames, Arrow values and bytes, to sections and back. Each user-defined function travels
// once, as an attachment, and keeps its identity; bytes travel as attachments too. Decoding never revives code.

import * as devalue from 'devalue'
import { withArticle } from '../../functions/article.ts'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { ShippedBody, Udf, UserFunction } from '../../functions/contract/udf.ts'
import { ShippingError, WireError } from '../../functions/errors.ts'
import { type Expr, isExpr, make } from '../../functions/expr/expr.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import type { Artifact } from '../backend.ts'
import { arrowTypes } from './arrow.ts'
import { type ArtifactCollector, type ArtifactSource, hashOf, REFERENCE_BYTES } from './artifacts.ts'
import { captureBodies } from './bodies.ts'
import { callableOf, definitionOf } from './callables.ts'
import { familyIn, hasInlineCode } from './envelope.ts'
import { frameRuntime, isFrame } from './frame-runtime.ts'
import { packNode, unpackNode } from './pack-node.ts'
import { frameOfFunction } from './plain-function.ts'
import { encodeSections, type Pieces, splitSections } from './sections.ts'
import { decodeUdf, encodeUdf, isDecodedUdf, parseText, peekUdf } from './udf-codec.ts'
import { validateNode } from './validate-node.ts'
import { isRecord, NodeBudget } from './validate-type.ts'

const noBytes = new Uint8Array(0)

/** Below this, bytes stay in the text. */
const SMALL_BYTES = 64

export interface EncodedGraph {
  readonly payload: Pieces
  /** Whether code travels in it or among its artifacts. */
  readonly inline: boolean
}

/** An expression that travels as an artifact, with those that it refers to. */
export interface LastingExpr {
  readonly own: Artifact
  readonly artifacts: readonly Artifact[]
  readonly inline: boolean
}

export interface EncodeOptions {
  /** What the value is called when it cannot travel. */
  readonly label?: string
  /** Where the bodies of functions go. Default: they travel in the payload. */
  readonly artifacts?: ArtifactCollector | undefined
  /** The bodies of the functions in it. Default: they are captured now. */
  bodiesOf?(udfs: Iterable<Udf>): ReadonlyMap<unknown, ShippedBody>
  /** Whether functions travel that are no functions of columns. Default: they do not. */
  readonly takesFunctions?: boolean
  /** Which expressions travel as artifacts. Default: none. */
  lastingExpr?(node: ExprNode): LastingExpr | undefined
}

/** The function that a body stands for, where it is known by now. */
export type FunctionReader = (body: ShippedBody, name: string) => unknown

export interface DecodeOptions {
  /** Reads the expressions that travel as artifacts. Default: there are none. */
  readonly lastingExpr?: ((reference: Uint8Array) => Expr) | undefined
  /** Reads functions that are no functions of columns. Default: there are none. */
  readonly functionOf?: FunctionReader | undefined
}

/** @throws {ShippingError} When something in it cannot travel; names the path to it. */
export function encodeGraph(value: unknown, context: CodecContext, options: EncodeOptions = {}): EncodedGraph {
  const { label = 'the value', artifacts, bodiesOf = (udfs: Iterable<Udf>) => captureBodies(udfs, context) } = options
  const attachments: Uint8Array[] = []
  const udfs = new Map<Udf, number>()
  const functions = new Map<UserFunction, Udf>()
  let hasOtherCode = false
  // An index is never falsy to devalue: it counts from 1.
  const reducers = {
    Udf: (candidate: unknown) => {
      if (!isUdf(candidate)) return false
      let index = udfs.get(candidate)
      if (index === undefined) {
        index = attachments.push(noBytes)
        udfs.set(candidate, index)
      }
      return [candidate.family, index]
    },
    Callable: (candidate: unknown) => {
      const definition = definitionOf(candidate)
      return definition !== undefined && [definition]
    },
    Function: (candidate: unknown) => {
      if (options.takesFunctions !== true || typeof candidate !== 'function') return false
      let frame = functions.get(candidate)
      if (frame === undefined) {
        frame = frameOfFunction(candidate, context)
        functions.set(candidate, frame)
      }
      return [frame]
    },
    LastingExpr: (candidate: unknown) => {
      const lasting = isExpr(candidate) ? options.lastingExpr?.(candidate.node) : undefined
      if (lasting === undefined || artifacts === undefined) return false
      hasOtherCode ||= lasting.inline
      for (const { bytes, hash } of lasting.artifacts) artifacts.add(bytes, hash)
      return attachments.push(artifacts.add(lasting.own.bytes, lasting.own.hash))
    },
    Expr: (candidate: unknown) => isExpr(candidate) && [packNode(candidate.node)],
    Frame: (candidate: unknown) => {
      if (!isFrame(candidate)) return false
      const bytes = frameRuntime().toBytes(candidate, context)
      hasOtherCode ||= hasInlineCode(bytes)
      return attachments.push(bytes)
    },
    Bytes: (candidate: unknown) =>
      candidate instanceof Uint8Array &&
      candidate.length >= SMALL_BYTES &&
      !Buffer.isBuffer(candidate) &&
      attachments.push(candidate),
    Memory: (candidate: unknown) =>
      candidate instanceof ArrayBuffer &&
      candidate.byteLength >= SMALL_BYTES &&
      attachments.push(new Uint8Array(candidate)),
    // Only what a view shows travels: the memory around it belongs to others.
    View: (candidate: unknown) => {
      if (!ArrayBuffer.isView(candidate)) return false
      const { buffer, byteOffset, byteLength } = candidate
      if (byteLength >= SMALL_BYTES) {
        return [viewName(candidate), attachments.push(new Uint8Array(buffer, byteOffset, byteLength))]
      }
      if (byteLength === buffer.byteLength && !Buffer.isBuffer(candidate)) return false
      return [viewName(candidate), buffer.slice(byteOffset, byteOffset + byteLength)]
    },
    Arrow: (candidate: unknown) => {
      if (typeof candidate !== 'object' || candidate === null || isPlain(candidate)) return false
      const type = arrowTypes.find(({ is }) => is(candidate))
      return type !== undefined && [type.name, attachments.push(type.encode(candidate) as Uint8Array)]
    },
  }
  const text = stringify(value, reducers, label)
  // Only now are all functions known that may share what they captured.
  const bodies = bodiesOf(udfs.keys())
  for (const [udf, index] of udfs) attachments[index - 1] = encodeUdf(udf, context, artifacts, bodies.get(udf))
  const inline = hasOtherCode || udfs.keys().some((udf) => bodies.has(udf))
  return { payload: encodeSections({ text, attachments }), inline }
}

/**
 * @param artifacts - Where the bodies of functions may be. Default: nowhere but in the payload.
 * @throws {WireError} When the payload is damaged, or holds code that a strict context refuses; the
 * latter before anything in it is parsed.
 */
export function decodeGraph(
  payload: Uint8Array,
  context: CodecContext,
  artifacts?: ArtifactSource,
  { lastingExpr, functionOf }: DecodeOptions = {},
): unknown {
  const { text, attachments } = splitSections(payload)
  const udfs = new Map<number, Udf>()
  const budget = new NodeBudget(payload.length)
  const attachment = (index: unknown): Uint8Array => {
    const bytes = typeof index === 'number' ? attachments[index - 1] : undefined
    if (bytes === undefined)
      throw new WireError('wire_damaged', `Cannot read a payload: it has no attachment ${String(index)}`)
    return bytes
  }
  // Strict receivers refuse code before the text is parsed: every function is looked at first.
  if (!context.udfInlining) {
    for (const bytes of attachments) {
      refuseCode(bytes, context)
      // What reads the expression refuses it.
      if (lastingExpr !== undefined && isInlineExpr(bytes, artifacts)) lastingExpr(bytes)
    }
  }
  return parseText(text, {
    Udf: ([family, index]: [Udf['family'], number]) => {
      let udf = udfs.get(index)
      if (udf === undefined) {
        udf = decodeUdf(attachment(index), familyOf(family), context, artifacts)
        udfs.set(index, udf)
      }
      return udf
    },
    Callable: ([udf]: [unknown]) => callableOf(decodedUdf(udf)),
    Function: ([udf]: [unknown]) => {
      const { body, name } = decodedUdf(udf)
      if (functionOf !== undefined && body.kind === 'shipped') return functionOf(body, name)
      throw new WireError('wire_damaged', 'Cannot read a payload: it has a function where none is taken')
    },
    LastingExpr: (index: unknown) => {
      const reference = attachment(index)
      if (lastingExpr !== undefined) return lastingExpr(reference)
      throw new WireError('wire_damaged', 'Cannot read a payload: it refers to an expression that is not in it')
    },
    Expr: ([packed]: [unknown]) => {
      const node = unpackNode(packed)
      validateNode(node, budget)
      return make(node)
    },
    Frame: (index: unknown) => frameRuntime().fromBytes(attachment(index), context),
    Bytes: (index: number) => attachment(index),
    Memory: (index: number) => Uint8Array.from(attachment(index)).buffer,
    View: ([name, memory]: [unknown, unknown]) =>
      makeView(name, memory instanceof ArrayBuffer ? new Uint8Array(memory) : attachment(memory)),
    Arrow: ([name, index]: [unknown, unknown]) => {
      const type = arrowTypes.find((known) => known.name === name)
      if (type === undefined)
        throw new WireError('wire_damaged', 'Cannot read a payload: it has a value of no known type')
      return type.decode(attachment(index))
    },
  })
}

function stringify(value: unknown, reducers: Record<string, (value: unknown) => unknown>, label: string): string {
  try {
    return devalue.stringify(value, reducers)
  } catch (error) {
    if (error instanceof RangeError) {
      throw new ShippingError('closure_too_deep', `Cannot ship ${label}: it nests too deep`, { cause: error })
    }
    if (!(error instanceof devalue.DevalueError)) throw error
    const path = error.path ?? ''
    const where = path === '' ? 'it' : `"${path.replace(/^\./, '')}"`
    throw new ShippingError('closure_unserializable', `Cannot ship ${label}: ${where} is ${describe(error.value)}`, {
      details: { path },
      cause: error,
    })
  }
}

function describe(value: unknown): string {
  if (typeof value === 'function')
    return `the function "${value.name}": data travels here, and expressions, DataFrames and Arrow values`
  if (typeof value === 'symbol') return 'a symbol'
  const name = typeof value === 'object' && value !== null ? value.constructor?.name : typeof value
  // The constructor of generators has no name.
  const kind = name || Object.prototype.toString.call(value).slice(8, -1)
  return `${withArticle(kind)}: plain data travels here, and expressions, DataFrames and Arrow values`
}

const familyByTag = new Map<string, Udf['family']>([
  ['VLYUDFS', 'scalar'],
  ['VLYUDFA', 'aggregate'],
  ['VLYUDFW', 'window'],
  ['VLYUDFT', 'table'],
])

function familyOf(name: unknown): Udf['family'] {
  for (const family of familyByTag.values()) if (family === name) return family
  throw new WireError('wire_damaged', 'Cannot read a payload: it has a function of no known family')
}

function decodedUdf(value: unknown): Udf {
  if (isRecord(value) && isDecodedUdf(value)) return value
  throw new WireError('wire_damaged', 'Cannot read a payload: what stands for a function is none')
}

function refuseCode(bytes: Uint8Array, context: CodecContext): void {
  const tag = familyIn(bytes)
  if (tag === 'VLYJOBS' && hasInlineCode(bytes)) frameRuntime().fromBytes(bytes, context)
  const family = familyByTag.get(tag)
  if (family !== undefined && peekUdf(bytes, family).inline) decodeUdf(bytes, family, context)
}

/** Whether an attachment refers to an expression with code in it. */
function isInlineExpr(reference: Uint8Array, artifacts: ArtifactSource | undefined): boolean {
  if (artifacts === undefined || reference.length !== REFERENCE_BYTES) return false
  const bytes = artifacts.artifact(hashOf(reference))
  return bytes !== undefined && familyIn(bytes) === 'VLYEXPR' && hasInlineCode(bytes)
}

function isUdf(value: unknown): value is Udf {
  return typeof value === 'object' && value !== null && 'family' in value && 'body' in value && 'volatility' in value
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || prototype === Array.prototype
}

function viewName(view: ArrayBufferView): string {
  return Buffer.isBuffer(view) ? 'Buffer' : Object.prototype.toString.call(view).slice(8, -1)
}

const viewNames = /^((Big)?(Int|Uint|Float)\d+(Clamped)?Array|DataView|Buffer)$/

/** A copy: the payload may lie anywhere in memory, and most views must be aligned. */
function makeView(name: unknown, bytes: Uint8Array): unknown {
  if (typeof name === 'string' && viewNames.test(name)) {
    const { buffer } = Uint8Array.from(bytes)
    if (name === 'Buffer') return Buffer.from(buffer)
    const construct: unknown = Reflect.get(globalThis, name)
    if (typeof construct === 'function') return Reflect.construct(construct, [buffer])
  }
  throw new WireError('wire_damaged', 'Cannot read a payload: a view in it has no known type')
}
