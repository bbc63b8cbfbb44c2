// Typed arrays, Buffers and ArrayBuffers. Only the bytes that the captured views show may travel: a Buffer is often a
// slice of a pool that holds other people's data. Views that overlap keep sharing their bytes.

import { types } from 'node:util'
import type { Graph, GraphNode } from './graph.ts'

interface ViewEntry {
  readonly node: GraphNode
  readonly view: ArrayBufferView
}
interface BufferEntry {
  /** Set when the ArrayBuffer itself was captured, all of it. */
  whole: GraphNode | undefined
  readonly views: ViewEntry[]
}

/** Collects views during the walk; their records are written at its end, when all that overlap are known. */
export class BinaryCollector {
  readonly #buffers = new Map<ArrayBufferLike, BufferEntry>()

  addView(node: GraphNode, view: ArrayBufferView): void {
    node.bytes = view.byteLength + 16
    this.#entry(view.buffer).views.push({ node, view })
  }

  addBuffer(node: GraphNode, buffer: ArrayBuffer): void {
    node.bytes = buffer.byteLength + 16
    this.#entry(buffer).whole = node
  }

  finish(graph: Graph): void {
    for (const [buffer, { whole, views }] of this.#buffers) {
      if (whole !== undefined) {
        const all = new Uint8Array(buffer)
        whole.record = ['l', graph.attach(all), 0]
        for (const { node, view } of views) node.record = viewRecord(view, whole, 0)
      } else {
        for (const cluster of clusterViews(views)) writeCluster(graph, buffer, cluster)
      }
    }
  }

  #entry(buffer: ArrayBufferLike): BufferEntry {
    const entry = this.#buffers.get(buffer) ?? { whole: undefined, views: [] }
    this.#buffers.set(buffer, entry)
    return entry
  }
}

/** Whether a view's bytes can travel: shared memory and growing buffers cannot. */
export function isShippableBuffer(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return !types.isSharedArrayBuffer(buffer) && !(buffer as ArrayBuffer).resizable
}

interface Cluster {
  readonly start: number
  end: number
  readonly views: ViewEntry[]
}

function clusterViews(views: readonly ViewEntry[]): Cluster[] {
  const clusters: Cluster[] = []
  for (const entry of views.toSorted((a, b) => a.view.byteOffset - b.view.byteOffset)) {
    const { byteOffset, byteLength } = entry.view
    const last = clusters.at(-1)
    if (last !== undefined && byteOffset < last.end) {
      last.end = Math.max(last.end, byteOffset + byteLength)
      last.views.push(entry)
    } else clusters.push({ start: byteOffset, end: byteOffset + byteLength, views: [entry] })
  }
  return clusters
}

// The padding keeps every view aligned: its offset in the new buffer has the same remainder as before.
function writeCluster(graph: Graph, buffer: ArrayBufferLike, { start, end, views }: Cluster): void {
  const [first] = views
  if (first === undefined) return
  const padding = start % 8
  const node = graph.add(first.node, 'buffer')
  node.record = ['l', graph.attach(new Uint8Array(buffer, start, end - start)), padding]
  for (const entry of views) entry.node.record = viewRecord(entry.view, node, start - padding)
}

function viewRecord(view: ArrayBufferView, buffer: GraphNode, shift: number): unknown[] {
  const name = Buffer.isBuffer(view) ? 'Buffer' : types.isDataView(view) ? 'DataView' : typedArrayName(view)
  const length = types.isTypedArray(view) ? lengthOf(view) : view.byteLength
  return ['b', name, buffer, view.byteOffset - shift, length]
}

// A view may have been given properties of the same names: those of its prototype are asked, with it as `this`.
export const viewPrototype: Uint8Array = Object.getPrototypeOf(Uint8Array.prototype)

export function lengthOf(view: NodeJS.TypedArray): number {
  return Reflect.get(viewPrototype, 'length', view)
}

function typedArrayName(view: ArrayBufferView): string {
  return String(Reflect.get(viewPrototype, Symbol.toStringTag, view))
}
