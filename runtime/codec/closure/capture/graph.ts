// What has been captured so far: one node per object, function or symbol, in order of discovery. Nodes know the path that
// led to them, so that a refusal and the report can name it. Knows nothing of kinds of values.

import { importModes } from '../format.ts'
import type { Reference } from './well-known.ts'

export type Record = unknown[]

// A path of thousands of steps is shortened in the middle to this many at either end.
const shownSteps = 6

/** A value that travels in the table of records; stands in other records as a reference to it. */
export class GraphNode {
  readonly index: number
  readonly parent: GraphNode | undefined
  readonly step: string
  record: Record = []
  /** About how many bytes the record takes, without what it refers to. */
  bytes = 0
  readonly #depth: number
  /** The node of its path at which shortening begins. */
  readonly #head: GraphNode | undefined

  constructor(index: number, parent: GraphNode | undefined, step: string) {
    this.index = index
    this.parent = parent
    this.step = step
    this.#depth = parent === undefined ? 0 : parent.#depth + 1
    this.#head = this.#depth === shownSteps ? this : parent === undefined ? undefined : parent.#head
  }

  /** The captured names that lead from the shipped value to this one. */
  get path(): string[] {
    if (this.#head === undefined || this.#depth <= 2 * shownSteps) return this.#lastSteps(this.#depth)
    const hidden = `… ${this.#depth - 2 * shownSteps} more …`
    return [...this.#head.#lastSteps(shownSteps), hidden, ...this.#lastSteps(shownSteps)]
  }

  #lastSteps(count: number): string[] {
    const steps: string[] = []
    for (let node: GraphNode | undefined = this; node !== undefined && steps.length < count; node = node.parent) {
      steps.push(node.step)
    }
    return steps.reverse()
  }
}

/** A captured name of a shipped function. */
export interface CapturedName {
  readonly owner: GraphNode
  readonly name: string
  readonly value: unknown
}

/** A function by value, as much of it as the grouping needs. */
export interface FunctionNode {
  readonly node: GraphNode
  readonly isStrict: boolean
  readonly kind: string
  readonly place: number
  readonly line: number
  readonly code: string
  /** True when the first name stands for the superclass. */
  readonly isDerived: boolean
  readonly names: readonly string[]
  readonly values: readonly unknown[]
  /** Free names that are globals: another function's capture must not come to stand for them. */
  readonly globals: readonly string[]
  /** Captured names that the function assigns. */
  readonly written: ReadonlySet<string>
}

export interface Place {
  readonly directory: string
  readonly base: string
  /** True when imports are resolved from here: the directory is then part of what the closure means. */
  isAnchored: boolean
}

export class Graph {
  readonly nodes: GraphNode[] = []
  readonly extras: Record[] = []
  readonly functions: FunctionNode[] = []
  readonly captures: CapturedName[] = []
  readonly places: Place[] = []
  readonly attachments: Uint8Array[] = []
  readonly #placeIndexes = new Map<string, number>()
  readonly #imports = new Map<string, GraphNode>()

  add(parent: GraphNode | undefined, step: string): GraphNode {
    const node = new GraphNode(this.nodes.length, parent, step)
    this.nodes.push(node)
    return node
  }

  attach(bytes: Uint8Array): number {
    return this.attachments.push(bytes) - 1
  }

  /** The place of a file, named by a URL or a path; -1 when it is not known. */
  place(file: string, anchored: boolean): number {
    if (file === '') return -1
    let index = this.#placeIndexes.get(file)
    if (index === undefined) {
      const slash = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1
      index = this.places.push({ directory: file.slice(0, slash), base: file.slice(slash), isAnchored: false }) - 1
      this.#placeIndexes.set(file, index)
    }
    const place = this.places[index]
    if (anchored && place !== undefined) place.isAnchored = true
    return index
  }

  /** Records a reference; the same import is one node however often it is captured. */
  importNode(record: Record, parent: GraphNode, step: string): GraphNode {
    const key = JSON.stringify(record)
    let node = this.#imports.get(key)
    if (node === undefined) {
      node = this.add(parent, step)
      this.fillReference(node, record)
      this.#imports.set(key, node)
    }
    return node
  }

  fillReference(node: GraphNode, record: Record): void {
    node.record = record
    node.bytes = JSON.stringify(record).length
  }
}

/** The record of a value that every process has. */
export function referenceRecord(reference: Reference): Record {
  if (reference.kind === 'global') return ['g', reference.accessor, ...reference.path]
  return ['i', reference.specifier, reference.name, -1, importModes.import, null]
}

/** Whether a node travels by reference. */
export function isReference(node: GraphNode): boolean {
  return node.record[0] === 'g' || node.record[0] === 'i'
}
