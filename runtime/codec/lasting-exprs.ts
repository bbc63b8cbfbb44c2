// Expressions whose bytes cannot change: of built-ins, and of functions whose closures cannot change. Their bytes are kept
// with their node. In a call they travel as artifacts from their second use on, so that a worker is sent them once, and
// finds what it made of them by their hash.

import * as crypto from 'node:crypto'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { ShippedBody, Udf, UserFunction } from '../../functions/contract/udf.ts'
import { type Expr, make } from '../../functions/expr/expr.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { walk } from '../../functions/expr/walk.ts'
import type { Artifact } from '../backend.ts'
import { udfOf } from '../program/udfs-in.ts'
import { ArtifactCollector, type ArtifactSource, findArtifact } from './artifacts.ts'
import { captureBodies } from './bodies.ts'
import { findLasting } from './closure/capture/lasting-bodies.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from './envelope.ts'
import { decodeGraph, encodeGraph, type LastingExpr } from './graph-codec.ts'
import { packNode, unpackNode } from './pack-node.ts'
import { RecentlyUsed } from './recently-used.ts'
import { validateNode } from './validate-node.ts'
import { NodeBudget } from './validate-type.ts'

interface Encoded {
  readonly bytes: Uint8Array
  readonly inline: boolean
  /** What the bytes refer to; none where bodies travel in the bytes. */
  readonly artifacts: readonly Artifact[]
  /** The functions in it that this process holds, and the bodies they had. */
  readonly functions: ReadonlyMap<UserFunction, ShippedBody> | 'changing'
}

/** By node; apart for contexts that send code and those that do not. */
type Kept<Entry> = { readonly [inlining in 'on' | 'off']: WeakMap<ExprNode, Entry> }

const complete: Kept<Encoded> = { on: new WeakMap(), off: new WeakMap() }
const shared: Kept<(Encoded & { readonly own: Artifact }) | 'seen' | 'changing'> = {
  on: new WeakMap(),
  off: new WeakMap(),
}

/** An expression's bytes with everything in them. Not to be written to: they are kept. */
export function completeBytes(node: ExprNode, context: CodecContext): Uint8Array {
  const kept = complete[slotOf(context)]
  const known = kept.get(node)
  if (known !== undefined && isLasting(known)) return known.bytes
  const encoded = encode(node, context, undefined)
  if (encoded.functions !== 'changing') kept.set(node, encoded)
  return encoded.bytes
}

/** The expression as artifacts; undefined for one that may change, or that is met for the first time. */
export function findLastingExpr(node: ExprNode, context: CodecContext): LastingExpr | undefined {
  const kept = shared[slotOf(context)]
  const known = kept.get(node)
  if (known === undefined) {
    kept.set(node, 'seen')
    return undefined
  }
  if (known === 'changing') return undefined
  if (known !== 'seen' && isLasting(known)) return known
  const encoded = encode(node, context, new ArtifactCollector())
  if (encoded.functions === 'changing') {
    kept.set(node, 'changing')
    return undefined
  }
  const own = { hash: crypto.hash('sha256', encoded.bytes), bytes: encoded.bytes }
  const lasting = { ...encoded, artifacts: [...encoded.artifacts, own], own }
  kept.set(node, lasting)
  return lasting
}

const slotOf = ({ udfInlining }: CodecContext) => (udfInlining ? 'on' : 'off')

function encode(node: ExprNode, context: CodecContext, artifacts: ArtifactCollector | undefined): Encoded {
  const functions = new Map<UserFunction, ShippedBody>()
  let isChanging = false
  const bodiesOf = (udfs: Iterable<Udf>): ReadonlyMap<unknown, ShippedBody> => {
    const bodies = captureBodies(udfs, context)
    for (const [udf, body] of bodies) {
      if (!('body' in udf) || udf.body.kind !== 'live') continue
      if (udf.body.captures !== undefined) isChanging = true
      functions.set(udf.body.fn, body)
    }
    return bodies
  }
  const { payload, inline } = encodeGraph(packNode(node), context, { label: 'the expression', artifacts, bodiesOf })
  const bytes = encodeEnvelope('VLYEXPR', inline ? FLAG_INLINE_CODE : 0, payload)
  const encoded = { bytes, inline, artifacts: artifacts?.artifacts ?? [], functions }
  return isChanging || !isLasting(encoded) ? { ...encoded, functions: 'changing' } : encoded
}

function isLasting({ functions }: Encoded): boolean {
  if (functions === 'changing') return false
  for (const [fn, { hash }] of functions) if (findLasting(fn, false)?.hash !== hash) return false
  return true
}

/** @throws {WireError} When the bytes are not an expression, or the context refuses what is in them. */
export function decodeExprBytes(bytes: Uint8Array, context: CodecContext, artifacts?: ArtifactSource): Expr {
  const { payload } = decodeEnvelope(bytes, 'VLYEXPR')
  const node = unpackNode(decodeGraph(payload, context, artifacts))
  validateNode(node, new NodeBudget(payload.length))
  return make(node)
}

/** Decoded expressions by hash. */
const decoded = new WeakMap<CodecContext, RecentlyUsed<Expr>>()
const maxDecoded = 500

/** The expression that a reference stands for; the same object for the same bytes. @throws {WireError} */
export function decodeLastingExpr(reference: Uint8Array, context: CodecContext, artifacts: ArtifactSource): Expr {
  const artifact = findArtifact(reference, artifacts, 'an expression')
  const exprs = decoded.get(context) ?? new RecentlyUsed<Expr>(maxDecoded)
  decoded.set(context, exprs)
  const known = exprs.get(artifact.hash)
  if (known !== undefined) return known
  const expr = decodeExprBytes(artifact.bytes, context, artifacts)
  // What a name stands for may change, and whether code is accepted.
  if (context.udfInlining && isComplete(expr.node)) exprs.set(artifact.hash, expr)
  return expr
}

function isComplete(node: ExprNode): boolean {
  let hasNamed = false
  walk(node, (inner) => {
    const udf = udfOf(inner)
    hasNamed ||= udf !== undefined && udf.body.kind !== 'shipped'
    return !hasNamed
  })
  return !hasNamed
}
