// The state of one capture: which values have a node already, which nodes still wait for their record, and how a refusal
// on the way is worded. A work list, not recursion: structures may be deeper than the stack.

import { type ClosureCode, refuse, type Subject } from '../errors.ts'
import type { ShippedType } from '../shipped-type.ts'
import type { ImportOrigin } from '../source/imports.ts'
import { BinaryCollector } from './binary.ts'
import type { GlobalOrigin } from './global-names.ts'
import { Graph, type GraphNode } from './graph.ts'

export interface WalkOptions {
  readonly subject: Subject
  /** The free names of the root function, when the user named them; the inspector is then not used. */
  readonly captures: Readonly<Record<string, unknown>> | undefined
  readonly maxBytes: number
  readonly types: readonly ShippedType[]
  /** Uses of variables by functions that travel together with this one; see capture-together.ts. */
  readonly variables?: Map<string, VariableUses>
}

/** A function that uses a variable, what messages call it, and a snapshot of the scope that it sees. */
export interface VariableUse {
  readonly fn: object
  readonly name: string
  readonly variables: object
}

/** The functions that assign or read variables of one name. */
export interface VariableUses {
  readonly writers: VariableUse[]
  readonly readers: VariableUse[]
}

/** An import, together with the file it was found in. */
export interface FoundImport {
  readonly origin: ImportOrigin
  readonly file: string
}

export class Walk {
  readonly graph = new Graph()
  readonly binaries = new BinaryCollector()
  readonly options: WalkOptions
  /** Values that the files of the captured functions import: they travel by reference wherever they turn up. */
  readonly imported = new Map<object, FoundImport>()
  /** Scripts whose imports are in `imported`. */
  readonly files = new Set<string>()
  /** What is known about the prototypes of instances; see capture-object.ts. */
  readonly verdicts = new Map<object, 'fine' | 'builtin' | 'private' | 'process'>()
  /** Which functions use which variable; see environment.ts. */
  readonly variables: Map<string, VariableUses>
  /** Where the globals came from that functions use; undefined for those that are not there. */
  readonly globals = new Map<string, GlobalOrigin | undefined>()
  /** Whether a function uses a variable that may have another value later. */
  usesChangingVariable = false
  /** Values that classes need at the moment they are defined: those must not contain functions. */
  readonly eager: { readonly node: GraphNode; readonly name: string; readonly value: unknown }[] = []
  readonly #known = new Map<unknown, GraphNode>()
  readonly #pending: { node: GraphNode; value: object | symbol }[] = []
  #position = 0

  constructor(options: WalkOptions) {
    this.options = options
    this.variables = options.variables ?? new Map()
  }

  /** The node of each value that was met. */
  get nodes(): ReadonlyMap<unknown, GraphNode> {
    return this.#known
  }

  /** What stands for a value in a record: the value itself, or its node. */
  ref(value: unknown, parent: GraphNode | undefined, step: string): unknown {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')) {
      if (typeof value === 'string' && parent !== undefined) parent.bytes += value.length
      return value
    }
    return this.nodeOf(value, parent, step)
  }

  nodeOf(value: object | symbol, parent: GraphNode | undefined, step: string): GraphNode {
    let node = this.#known.get(value)
    if (node === undefined) {
      node = this.graph.add(parent, step)
      this.#known.set(value, node)
      this.#pending.push({ node, value })
    }
    return node
  }

  /** Makes a node stand for a value that has none yet. */
  remember(value: object, node: GraphNode): void {
    if (!this.#known.has(value)) this.#known.set(value, node)
  }

  /** The node of a coverage counter: see `k` in format.ts. */
  coverage(parent: GraphNode, value: object): GraphNode {
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const node = this.graph.add(parent, 'coverage')
    node.record = ['k']
    this.#known.set(value, node)
    return node
  }

  /** Takes the values whose record is not written yet, oldest first. */
  *pending(): Generator<{ node: GraphNode; value: object | symbol }> {
    for (; this.#position < this.#pending.length; this.#position++) {
      const next = this.#pending[this.#position]
      if (next !== undefined) yield next
    }
  }

  refuse(code: ClosureCode, node: GraphNode, complaint: string, cause?: unknown): never {
    refuse(code, this.options.subject, node.path, complaint, cause)
  }
}
