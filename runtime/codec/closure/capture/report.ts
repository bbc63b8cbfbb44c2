// What would travel, for people: captured values may be secrets, or far larger than anyone thinks.

import type { ShippedEntry } from '../../../../functions/contract/udf-shipment.ts'
import { formatPath, refuse } from '../errors.ts'
import { type Graph, GraphNode, isReference } from './graph.ts'
import type { WalkOptions } from './walk.ts'

const warnBytes = 1024 * 1024

/** The size of a node's record, without what it refers to. */
export function ownSize(node: GraphNode): number {
  return node.bytes + 8
}

/** Lists every captured name. What two names share counts for the one that was found first. */
export function createReport(graph: Graph): ShippedEntry[] {
  const sizes = subtreeSizes(graph)
  return graph.captures.map(({ owner, name, value }) => {
    const path = [...owner.path, name]
    if (!(value instanceof GraphNode)) {
      return { name, path, kind: 'by-value', bytes: typeof value === 'string' ? value.length + 2 : 8 }
    }
    const bytes = value.parent === owner && value.step === name ? (sizes[value.index] ?? 0) : 8
    if (!isReference(value)) return { name, path, kind: 'by-value', bytes }
    return { name, path, kind: 'by-reference', bytes, reference: describeReference(value) }
  })
}

/** Warns about captures that are surprisingly large. */
export function warnAboutSizes(entries: readonly ShippedEntry[], options: WalkOptions, warn: (text: string) => void) {
  for (const { path, bytes } of entries) {
    if (bytes < warnBytes) continue
    const { kind, name } = options.subject
    const where = 'pass it as a column or an argument, or load it in the worker'
    warn(`Shipping ${kind} "${name}" takes along captured ${formatPath(path)}: ${inMebibytes(bytes)}; ${where}`)
  }
}

/** Refuses a closure above the limit, naming the capture that is to blame. */
export function refuseTooLarge(graph: Graph, { subject, maxBytes }: WalkOptions): never {
  const entries = createReport(graph).toSorted((a, b) => b.bytes - a.bytes || b.path.length - a.path.length)
  const path = entries[0]?.path ?? []
  const limit = `the limit of ${inMebibytes(maxBytes)}`
  refuse('closure_too_large', subject, path, `makes it larger than ${limit}; load it in the worker, or raise maxBytes`)
}

// Parents are found before their children, so one pass backwards adds everything up.
function subtreeSizes({ nodes }: Graph): number[] {
  const sizes = nodes.map(ownSize)
  for (let index = nodes.length - 1; index > 0; index--) {
    const parent = nodes[index]?.parent
    if (parent !== undefined) sizes[parent.index] = (sizes[parent.index] ?? 0) + (sizes[index] ?? 0)
  }
  return sizes
}

function describeReference({ record: [kind, first, ...rest] }: GraphNode): string {
  if (kind === 'g') return `${first === '' ? '' : `${first} `}${rest.join('.')}`
  return rest[0] === '*' ? String(first) : `${first}#${rest[0]}`
}

function inMebibytes(bytes: number): string {
  return bytes < warnBytes ? `${bytes} bytes` : `${(bytes / warnBytes).toFixed(1)} MiB`
}
