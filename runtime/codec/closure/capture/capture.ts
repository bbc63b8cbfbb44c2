// From a value to the graph of everything that must travel with it.

import { symbolSorts } from '../format.ts'
import { captureFunction } from './capture-function.ts'
import { captureObject } from './capture-object.ts'
import type { GlobalOrigin } from './global-names.ts'
import { type Graph, type GraphNode, referenceRecord } from './graph.ts'
import { refuseEagerFunctions } from './plan.ts'
import { importRecord } from './references.ts'
import { ownSize, refuseTooLarge } from './report.ts'
import { Walk, type WalkOptions } from './walk.ts'
import { findWellKnown, wellKnownSymbolName } from './well-known.ts'

export interface CapturedGraph {
  readonly graph: Graph
  /** What stands for the root: a primitive or a node. */
  readonly root: unknown
  /** The node of each object, function and symbol in it. */
  readonly nodes: ReadonlyMap<unknown, GraphNode>
  /** Where the globals came from that functions use. */
  readonly globals: ReadonlyMap<string, GlobalOrigin | undefined>
  /** Whether a function uses a variable that may have another value later. */
  readonly usesChangingVariable: boolean
}

/** The closure that a function came to be in. */
export interface CapturedBody {
  readonly bytes: Uint8Array
  /** sha256 of the bytes, in hex. */
  readonly hash: string
  /** Its position among the functions of a closure of several. */
  readonly member?: number
}

/** Walks everything that is reachable from `value`, or refuses. Runs no code of the user but `encode` of shipped types. */
export function captureGraph(value: unknown, options: WalkOptions): CapturedGraph {
  const walk = new Walk(options)
  const root = walk.ref(value, undefined, '')
  let total = 0
  for (const next of walk.pending()) {
    writeRecord(walk, next.node, next.value)
    total += ownSize(next.node)
    if (total > options.maxBytes) refuseTooLarge(walk.graph, options)
  }
  walk.binaries.finish(walk.graph)
  refuseEagerFunctions(walk)
  const { graph, nodes, globals, usesChangingVariable } = walk
  return { graph, root, nodes, globals, usesChangingVariable }
}

function writeRecord(walk: Walk, node: GraphNode, value: object | symbol): void {
  if (typeof value === 'symbol') {
    node.record = symbolRecord(value)
    return
  }
  const known = findWellKnown(value)
  const imported = walk.imported.get(value)
  if (known !== undefined) walk.graph.fillReference(node, referenceRecord(known))
  else if (imported !== undefined) {
    walk.graph.fillReference(node, importRecord(walk, imported.origin, imported.file))
  } else if (typeof value === 'function') captureFunction(walk, node, value)
  else captureObject(walk, node, value)
}

function symbolRecord(value: symbol): unknown[] {
  const name = wellKnownSymbolName(value)
  if (name !== undefined) return ['y', symbolSorts.wellKnown, name]
  const key = Symbol.keyFor(value)
  return key === undefined ? ['y', symbolSorts.unique, value.description] : ['y', symbolSorts.registered, key]
}
