// In which order, and how, functions are made again. A function's captures become parameters of a factory, because that
// keeps hot loops as fast as the original; so what it captures must be made first. Functions that capture each other are
// constants of one scope; where that cannot be, their captures are cells that are set afterwards (slower).

import { groupModes } from '../format.ts'
import { type FunctionNode, type Graph, GraphNode } from './graph.ts'
import type { Walk } from './walk.ts'

export interface Group {
  readonly mode: number
  readonly members: readonly GraphNode[]
}

/** Groups the functions of a graph, dependencies first. */
export function planGroups(graph: Graph): Group[] {
  const { functions } = graph
  const positions = new Map<GraphNode | undefined, number>(functions.map(({ node }, position) => [node, position]))
  const dependencies = functions.map(({ values }) => values.flatMap((value) => positions.get(functionOf(value)) ?? []))
  return findComponents(dependencies).map((component) => {
    const members = component.flatMap((position) => functions[position] ?? [])
    const [first = -1] = component
    const isCyclic = component.length > 1 || dependencies[first]?.includes(first)
    const ordered = members.toSorted((a, b) => a.line - b.line || a.node.index - b.node.index)
    const mode = !isCyclic ? groupModes.single : canBeJoint(ordered) ? groupModes.joint : groupModes.cells
    return { mode, members: ordered.map(({ node }) => node) }
  })
}

/** Refuses classes whose computed member names need functions: those are not alive yet when the class is defined. */
export function refuseEagerFunctions(walk: Walk): void {
  const { eager, graph } = walk
  if (eager.length === 0) return
  const needsFunction = new Set(
    graph.extras.filter((record) => record.some(isFunctionLike)).map(([, target]) => target),
  )
  for (const { node, name, value } of eager) {
    const seen = new Set<unknown>()
    const pending = [value]
    while (pending.length > 0) {
      const next = pending.pop()
      if (!(next instanceof GraphNode) || seen.has(next)) continue
      seen.add(next)
      const isFunction = next.record[0] === 'f'
      if (next === node || (!isFunction && (next.record.some(isFunctionLike) || needsFunction.has(next)))) {
        const complaint = `computes a member name from "${name}", which holds functions; compute it in a const before`
        walk.refuse('closure_computed_key', node, complaint)
      }
      pending.push(...next.record.flat())
    }
  }
}

function isFunctionLike(value: unknown): boolean {
  return functionOf(value) !== undefined
}

/** The function that must exist before the value does: itself, or the one whose prototype it is. */
function functionOf(value: unknown): GraphNode | undefined {
  if (!(value instanceof GraphNode)) return undefined
  const [kind, owner] = value.record
  if (kind === 'f') return value
  return kind === 'p' && owner instanceof GraphNode && owner.record[0] === 'f' ? owner : undefined
}

function canBeJoint(members: readonly FunctionNode[]): boolean {
  const nodes = new Set<unknown>(members.map(({ node }) => node))
  const bindings = new Map<string, unknown>()
  const [first] = members
  let line = 0
  for (const { isStrict, kind, place, code, names, values, written, ...member } of members) {
    if (isStrict !== first?.isStrict || place !== first.place || !/^(function|arrow|class)$/.test(kind)) return false
    if (member.line < line) return false
    line = member.line + code.split('\n').length
    for (const [position, name] of names.entries()) {
      const value = values[position]
      if (member.isDerived && position === 0) continue
      if (bindings.has(name) && !Object.is(bindings.get(name), value)) return false
      if (nodes.has(value) && written.has(name)) return false
      if (!nodes.has(value) && nodes.has(functionOf(value))) return false
      bindings.set(name, value)
    }
  }
  return members.every(({ globals }) => !globals.some((name) => bindings.has(name)))
}

// Tarjan's strongly connected components, without recursion: chains of functions may be deeper than the stack.
function findComponents(edges: readonly (readonly number[])[]): number[][] {
  const order: (number | undefined)[] = []
  const low: number[] = []
  const open: number[] = []
  const isOpen: boolean[] = []
  const components: number[][] = []
  const work: { vertex: number; next: number }[] = []
  let count = 0

  const enter = (vertex: number) => {
    order[vertex] = low[vertex] = count++
    open.push(vertex)
    isOpen[vertex] = true
    work.push({ vertex, next: 0 })
  }
  const leave = (vertex: number) => {
    work.pop()
    const parent = work.at(-1)?.vertex
    if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[vertex] ?? 0)
    if (low[vertex] !== order[vertex]) return
    const component = open.splice(open.lastIndexOf(vertex))
    for (const member of component) isOpen[member] = false
    components.push(component)
  }
  for (const start of edges.keys()) {
    if (order[start] === undefined) enter(start)
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const target = edges[top.vertex]?.[top.next++]
      if (target === undefined) leave(top.vertex)
      else if (order[target] === undefined) enter(target)
      else if (isOpen[target]) low[top.vertex] = Math.min(low[top.vertex] ?? 0, order[target])
    }
  }
  return components
}
