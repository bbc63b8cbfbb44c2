// A SELECT over one table as steps of a job: the clauses in the order in which they take effect. Reading the text is
// functions/sql; what the columns are is found when the job is planned.

import { PlanError } from '../../functions/errors.ts'
import { mapChildren } from '../../functions/expr/children.ts'
import { displayNode, outputName } from '../../functions/expr/display.ts'
import type { AggregateNode, ExprNode, SortNode } from '../../functions/expr/node.ts'
import { hasAggregate, walk, withoutAlias } from '../../functions/expr/walk.ts'
import type { SqlOptions } from '../../functions/sql/options.ts'
import { parseSelect, type SelectStatement } from '../../functions/sql/select.ts'
import type { JobStep } from './job.ts'

/** A query as the name of its table and the steps over it. */
export interface Query {
  readonly from: string
  readonly steps: readonly JobStep[]
}

/**
 * Reads a query.
 *
 * @throws {PlanError} As `parseSelect` does; `not_implemented` for a `*` that is not the first item.
 */
export function readQuery(text: string, options: SqlOptions): Query {
  const statement = parseSelect(text, options)
  return { from: statement.from, steps: stepsOf(statement) }
}

function stepsOf(statement: SelectStatement): readonly JobStep[] {
  const { where, limit, offset } = statement
  const steps: JobStep[] = where === undefined ? [] : [{ kind: 'filter', condition: where }]
  steps.push(...(isGrouped(statement) ? groupedSteps(statement) : outputSteps(statement)))
  if (limit === undefined && offset === undefined) return steps
  return [...steps, { kind: 'limit', count: limit ?? Number.MAX_SAFE_INTEGER, offset: offset ?? 0 }]
}

function isGrouped({ groupBy, having, items, orderBy }: SelectStatement): boolean {
  return groupBy.length > 0 || having !== undefined || [...items, ...orderBy].some(hasAggregate)
}

/** Aggregates and keys become columns named as they are written; everything after is over these columns. */
function groupedSteps(statement: SelectStatement): readonly JobStep[] {
  const { groupBy, having, items, orderBy } = statement
  if (items.some((item) => item.kind === 'wildcard')) {
    throw new PlanError(
      'type_mismatch',
      'Cannot select * with GROUP BY or aggregates: name the keys and the aggregates',
    )
  }
  const by = groupBy.map(namedKeys)
  const keys = by.flatMap(keysOf)
  const values = [...aggregatesIn([...items, ...(having === undefined ? [] : [having]), ...orderBy])].map(
    ([name, node]) => alias(node, name),
  )
  const columns = new Map([...keys, ...values].map((node) => [displayNode(withoutAlias(node)), outputName(node)]))
  const over = <Node extends ExprNode>(node: Node): Node => replaceColumns(node, columns) as Node
  return [
    { kind: 'aggregate', by, values },
    ...(having === undefined ? [] : [{ kind: 'filter', condition: over(having) } as const]),
    ...outputSteps({
      ...statement,
      items: items.map((item) => alias(over(withoutAlias(item)), outputName(item))),
      orderBy: orderBy.map(over),
    }),
  ]
}

/** The items and their order. Keys may read columns that are not selected, so the rows are ordered first. */
function outputSteps({ items, orderBy, distinct }: SelectStatement): readonly JobStep[] {
  const select = selectStep(items)
  const sort = (keys: readonly SortNode[]): readonly JobStep[] => (keys.length === 0 ? [] : [{ kind: 'sort', keys }])
  if (!distinct) return [...sort(orderBy), ...select]
  // Each row once comes before the order, so its keys must be items.
  const columns = new Map(items.map((item) => [displayNode(withoutAlias(item)), outputName(item)]))
  const keys = orderBy.map((key) => replaceColumns(key, columns) as SortNode)
  return [...select, { kind: 'distinct' }, ...sort(keys)]
}

function selectStep(items: readonly ExprNode[]): readonly JobStep[] {
  const columns = items.filter((item) => item.kind !== 'wildcard').map((node) => ({ name: outputName(node), node }))
  if (columns.length === items.length) return [{ kind: 'select', columns }]
  if (columns.length < items.length - 1 || items[0]?.kind !== 'wildcard') {
    throw new PlanError('not_implemented', 'Cannot select * after other items: put it first, once')
  }
  return columns.length === 0 ? [] : [{ kind: 'withColumns', columns }]
}

function aggregatesIn(nodes: readonly ExprNode[]): ReadonlyMap<string, AggregateNode> {
  const found = new Map<string, AggregateNode>()
  for (const node of nodes) {
    walk(node, (inner) => {
      if (inner.kind !== 'aggregate') return true
      found.set(displayNode(inner), inner)
      return false
    })
  }
  return found
}

/** Whole expressions that a column holds already become that column; nothing below them is looked at. */
function replaceColumns(node: ExprNode, columns: ReadonlyMap<string, string>): ExprNode {
  const name = columns.get(displayNode(node))
  if (name !== undefined) return Object.freeze({ kind: 'column', name })
  return mapChildren(node, (child) => replaceColumns(child, columns))
}

/** The key, or each of those that it groups together, with the name that it is written by. */
const namedKeys = (key: ExprNode): ExprNode =>
  key.kind === 'groupingSets' ? mapChildren(key, namedKeys) : named(withoutAlias(key))
const keysOf = (key: ExprNode): readonly ExprNode[] => (key.kind === 'groupingSets' ? key.items.flatMap(keysOf) : [key])

const named = (node: ExprNode): ExprNode => (node.kind === 'column' ? node : alias(node, displayNode(node)))
const alias = (input: ExprNode, name: string): ExprNode =>
  input.kind === 'column' && input.name === name ? input : Object.freeze({ kind: 'alias', input, name })
