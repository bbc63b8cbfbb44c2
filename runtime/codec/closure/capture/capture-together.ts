// Functions that travel together, such as those of one job. Each is captured by itself, so that a worker may know it
// already; but those that share an object become one closure, in which it stays shared. What cannot be shared, a variable
// that one of them assigns and another one uses, is refused as it is within a single function.

import * as crypto from 'node:crypto'
import { symbolSorts } from '../format.ts'
import type { ShippedType } from '../shipped-type.ts'
import { type CapturedBody, type CapturedGraph, captureGraph } from './capture.ts'
import { completeOptions, writeCaptured } from './capture-closure.ts'
import { findLasting, keepLasting } from './lasting-bodies.ts'
import type { VariableUses, WalkOptions } from './walk.ts'

/** A function on its way, with others. */
export interface Companion {
  // biome-ignore lint/complexity/noBannedTypes: classes and functions of any shape
  readonly fn: Function
  /** What messages call it. */
  readonly label: string
  /** Its free names, where the user named them: such a function is captured by itself, and shares with nobody. */
  readonly captures?: Readonly<Record<string, unknown>>
}

/**
 * Captures functions so that what they share stays shared.
 *
 * @returns A body for each, in their order.
 * @throws {ShippingError} What `captureClosure` throws.
 */
export function captureTogether(companions: readonly Companion[], types: readonly ShippedType[]): CapturedBody[] {
  const variables = new Map<string, VariableUses>()
  // The same function twice is one function.
  const distinct = new Map<unknown, Companion>(companions.map((companion) => [identityOf(companion), companion]))
  const bodies = new Map<unknown, CapturedBody>()
  const changing: Companion[] = []
  for (const companion of distinct.values()) {
    // Functions that cannot change have nothing to share.
    const lasting = companion.captures === undefined ? findLasting(companion.fn, types.length > 0) : undefined
    if (lasting === undefined) changing.push(companion)
    else bodies.set(identityOf(companion), lasting)
  }
  for (const group of groupsOf(changing.map((companion) => capture(companion, types, variables)))) {
    const [first] = group
    const shared = first === undefined || group.length === 1 ? undefined : captureGroup(group, types)
    group.forEach(({ companion, body }, member) => {
      bodies.set(identityOf(companion), shared === undefined ? body : { ...shared, member })
    })
  }
  return companions.flatMap((companion) => bodies.get(identityOf(companion)) ?? [])
}

const identityOf = (companion: Companion): unknown => (companion.captures === undefined ? companion.fn : companion)

interface Captured extends CapturedGraph {
  readonly companion: Companion
  readonly body: CapturedBody
}

function capture(companion: Companion, types: readonly ShippedType[], variables: Map<string, VariableUses>): Captured {
  const options = { ...completeOptions(companion.fn, { ...companion, types }), variables }
  const graph = captureGraph(companion.fn, options)
  const body = bodyOf(graph, options)
  if (companion.captures === undefined) keepLasting(companion.fn, graph, types.length > 0, body)
  return { ...graph, companion, body }
}

/** One closure of several functions. */
function captureGroup(group: readonly Captured[], types: readonly ShippedType[]): CapturedBody {
  const functions = group.map(({ companion }) => companion.fn)
  const label = group.map(({ companion }) => companion.label).join('", "')
  const options = completeOptions(functions, { label, types })
  return bodyOf(captureGraph(functions, options), options, warnedAlready)
}

const warnedAlready = (): void => {}

function bodyOf(graph: CapturedGraph, options: WalkOptions, onWarning?: (message: string) => void): CapturedBody {
  const { bytes } = writeCaptured(graph, options, onWarning)
  return { bytes, hash: crypto.hash('sha256', bytes) }
}

/** Functions that belong into one closure, in the order of their first; most are alone. */
function groupsOf(captured: readonly Captured[]): Captured[][] {
  const leaders = captured.map((_, position) => position)
  const leaderOf = (position: number): number => {
    const leader = leaders[position] ?? position
    return leader === position ? position : leaderOf(leader)
  }
  const owners = new Map<unknown, number>()
  for (const [position, { companion, body, ...graph }] of captured.entries()) {
    if (companion.captures !== undefined) continue
    const state = stateOf(graph)
    // A worker takes equal closures for one function: two that have state are kept apart by being members of one closure.
    for (const shared of state.length === 0 ? [] : [...state, body.hash]) {
      const [own, other] = [leaderOf(position), leaderOf(owners.get(shared) ?? position)]
      leaders[Math.max(own, other)] = Math.min(own, other)
      owners.set(shared, position)
    }
  }
  const groups = Map.groupBy(captured, (_, position) => leaderOf(position))
  return [...groups.values()]
}

const stateKinds = new Set<unknown>(['a', 'A', 'o', 'n', 'm', 's', 'd', 'r', 'u', 'q', 'e', 'l', 'b', 'v'])

/**
 * The values whose identity, or whose change, can be noticed: objects, classes, symbols, functions that assign what they
 * captured or have properties of their own. Plain functions and shipped types are alike wherever they are.
 */
function stateOf({ graph, nodes }: CapturedGraph): unknown[] {
  const changing = new Set<unknown>(graph.extras.map(([, target]) => target))
  for (const { node, kind, written } of graph.functions) if (kind === 'class' || written.size > 0) changing.add(node)
  return [...nodes].flatMap(([value, node]) => {
    const [kind, sort] = node.record
    if (!changing.has(node) && !stateKinds.has(kind) && !(kind === 'y' && sort === symbolSorts.unique)) return []
    return ArrayBuffer.isView(value) ? [value, value.buffer] : [value]
  })
}
