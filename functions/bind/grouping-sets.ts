// Grouping sets while an aggregation is planned: which keys there are, which sets of them rows are grouped by, and what
// grouping() amounts to. Running the sets is the engine's affair.

import { PlanError } from '../errors.ts'
import { displayNode, outputName } from '../expr/display.ts'
import { literal } from '../expr/literal.ts'
import type { AggregateNode, ExprNode } from '../expr/node.ts'
import { withoutAlias } from '../expr/walk.ts'
import { int32 } from '../types/type.ts'
import { nameBeside } from './column-names.ts'
import type { NodeKeys } from './node-key.ts'

/** As many as DataFusion takes. */
const MAX_SETS = 4096
/** grouping() is a signed 32-bit number. */
const MAX_BITS = 31

/** The sets of keys that an aggregation groups by, one after the other. */
export interface GroupingSets {
  /** The column that numbers the sets, after the keys. */
  readonly name: string
  /** The positions of each set's keys. */
  readonly keys: readonly (readonly number[])[]
}

/** An expression and the name of the column it gives. */
export interface NamedExpr {
  readonly name: string
  readonly node: ExprNode
}

/**
 * The keys that `by` speaks of, each once, and the sets of them; no sets unless some of `by` makes sets.
 *
 * @throws {PlanError} `invalid_argument` when there are too many sets.
 */
export function groupKeysOf(
  by: readonly ExprNode[],
  nodeKeys: NodeKeys,
): { readonly keys: readonly NamedExpr[]; readonly sets?: GroupingSets } {
  const keys: NamedExpr[] = []
  const positions = new Map<string, number>()
  const position = (node: ExprNode): number => {
    const key = { name: outputName(node), node: withoutAlias(node) }
    const text = `${nodeKeys.keyOf(key.node)} ${key.name}`
    const known = positions.get(text)
    if (known !== undefined) return known
    positions.set(text, keys.length)
    return keys.push(key) - 1
  }
  const count = by.reduce((product, node) => product * countSets(node), 1)
  if (count > MAX_SETS) {
    throw new PlanError(
      'invalid_argument',
      `Cannot group by ${by.map(displayNode).join(', ')}: that makes ${count} sets of keys, at most ${MAX_SETS} are taken`,
      { details: { limit: MAX_SETS } },
    )
  }
  // Positions follow the order in which keys are written, whatever the sets make of it.
  for (const node of by) for (const key of leavesOf(node)) position(key)
  if (!by.some(({ kind }) => kind === 'groupingSets')) return { keys }
  const sets = allSets(by).map((set) => [...new Set(set.map(position))])
  return { keys, sets: { name: nameBeside('#set', keys), keys: sets } }
}

function countSets(node: ExprNode): number {
  if (node.kind !== 'groupingSets') return 1
  switch (node.form) {
    case 'set':
      return 1
    case 'sets':
      return node.items.reduce((sum, item) => sum + countSets(item), 0)
    case 'rollup':
      return node.items.length + 1
    case 'cube':
      return 2 ** node.items.length
  }
}

const leavesOf = (node: ExprNode): readonly ExprNode[] =>
  node.kind === 'groupingSets' ? node.items.flatMap(leavesOf) : [node]

/** Each way to take one set of every key: `a, ROLLUP (b)` makes (a, b) and (a). */
function allSets(by: readonly ExprNode[]): readonly (readonly ExprNode[])[] {
  return by.reduce<readonly (readonly ExprNode[])[]>(
    (sets, node) => sets.flatMap((set) => setsOf(node).map((more) => [...set, ...more])),
    [[]],
  )
}

function setsOf(node: ExprNode): readonly (readonly ExprNode[])[] {
  if (node.kind !== 'groupingSets') return [[node]]
  const { items } = node
  switch (node.form) {
    case 'set':
      return [items]
    case 'sets':
      return items.flatMap(setsOf)
    case 'rollup':
      return [...items, undefined].map((_, left) => items.slice(0, items.length - left).flatMap(keysOf))
    case 'cube': {
      const choices = 2 ** items.length
      return Array.from({ length: choices }, (_, left) =>
        items.filter((_, i) => ((left >> (items.length - 1 - i)) & 1) === 0).flatMap(keysOf),
      )
    }
  }
}

/** The keys of `a` or `(a, b)`. Sets of sets make no sense there, and are refused when the key is bound. */
const keysOf = (item: ExprNode): readonly ExprNode[] =>
  item.kind === 'groupingSets' && item.form === 'set' ? item.items : [item]

/**
 * What `grouping(…)` is, over the column that numbers the sets: a bit per argument, 1 where the set is without the key.
 *
 * @throws {PlanError} `type_mismatch` when an argument is not a key.
 */
export function groupingNumber(
  node: AggregateNode,
  keys: readonly NamedExpr[],
  sets: GroupingSets | undefined,
  nodeKeys: NodeKeys,
): ExprNode {
  const { args } = node
  if (args.length === 0 || args.length > MAX_BITS) {
    throw new PlanError('type_mismatch', `Function "grouping" takes from 1 to ${MAX_BITS} keys, got ${args.length}`)
  }
  if (node.distinct || node.filter !== undefined || node.orderBy.length > 0) {
    throw new PlanError(
      'type_mismatch',
      `Cannot use ${displayNode(node)}: grouping() reads no rows, so DISTINCT, FILTER and ORDER BY mean nothing in it`,
    )
  }
  return args
    .map((arg, i): ExprNode => {
      const position = keys.findIndex((key) => nodeKeys.keyOf(key.node) === nodeKeys.keyOf(arg))
      if (position === -1) {
        throw new PlanError(
          'type_mismatch',
          `Cannot use ${displayNode(node)}: ${displayNode(arg)} is not a key of the aggregation, group by it`,
        )
      }
      const without =
        sets?.keys.flatMap((set, number) => (set.includes(position) ? [] : [literal(number, int32)])) ?? []
      const zero = literal(0, int32)
      if (sets === undefined || without.length === 0) return zero
      const isLeftOut = {
        kind: 'in',
        input: { kind: 'column', name: sets.name },
        list: without,
        negated: false,
      } as const
      return { kind: 'case', whens: [isLeftOut], thens: [literal(2 ** (args.length - 1 - i), int32)], otherwise: zero }
    })
    .reduce((left, right) => ({ kind: 'binary', op: '+', left, right }))
}
