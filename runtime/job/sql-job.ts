// A SELECT over one table, or none, as steps of a job: the clauses in the order in which they take effect. functions/sql
// parses the text; which columns there are is found when the job is planned.

import { columnOutsideGroups } from '../../functions/bind/aggregate.ts'
import { nameBeside } from '../../functions/bind/column-names.ts'
import { NodeKeys } from '../../functions/bind/node-key.ts'
import { PlanError } from '../../functions/errors.ts'
import { mapChildren } from '../../functions/expr/children.ts'
import { displayNode, outputName } from '../../functions/expr/display.ts'
import type { AggregateNode, ExprNode, SortNode } from '../../functions/expr/node.ts'
import { columnsOf, hasAggregate, walk, withoutAlias } from '../../functions/expr/walk.ts'
import type { SqlOptions } from '../../functions/sql/options.ts'
import { parseSelect, type SelectStatement } from '../../functions/sql/select.ts'
import { encodePlaceholderRow } from '../data/memory-table.ts'
import { isEvaluatedOnce } from '../program/evaluated-once.ts'
import type { Job, JobStep } from './job.ts'

/** A query as the name of its table, if it reads one, and the steps over it. */
export interface Query {
  readonly from?: string
  /** What the table function of that name is called with; absent, it is a table. */
  readonly args?: readonly ExprNode[]
  readonly steps: readonly JobStep[]
}

/**
 * Parses a query.
 *
 * @throws {PlanError} As `parseSelect` does; `not_implemented` for a `*` that is not the first item.
 */
export function parseQuery(text: string, options: SqlOptions): Query {
  const statement = parseSelect(text, options)
  const { from, args } = statement
  return {
    ...(from === undefined ? {} : { from }),
    ...(args === undefined ? {} : { args }),
    steps: stepsOf(statement),
  }
}

/** What a query without FROM reads. */
export const placeholderRow = (): Job => ({ source: { kind: 'memory', bytes: encodePlaceholderRow() }, steps: [] })

function stepsOf(statement: SelectStatement): readonly JobStep[] {
  const { where } = statement
  const filter: readonly JobStep[] = where === undefined ? [] : [{ kind: 'filter', condition: where }]
  return [...filter, ...(isGrouped(statement) ? groupedSteps(statement) : outputSteps(statement))]
}

function isGrouped({ groupBy, having, items, orderBy }: SelectStatement): boolean {
  return groupBy.length > 0 || having !== undefined || [...items, ...orderBy].some(hasAggregate)
}

/**
 * Aggregates and keys become columns named as they are written; everything after is over these columns. HAVING refers
 * to the items it names, and those of which it matters how often they are evaluated are columns before it.
 */
function groupedSteps(statement: SelectStatement): readonly JobStep[] {
  const { groupBy, having, items, orderBy, outputNames } = statement
  if (items.some((item) => item.kind === 'wildcard')) {
    throw new PlanError(
      'type_mismatch',
      'Cannot select * with GROUP BY or aggregates: name the keys and the aggregates',
    )
  }
  const by = groupBy.map(namedKeys)
  const keys = by.flatMap(keysOf)
  const values = aggregatesIn([...items, ...(having === undefined ? [] : [having]), ...orderBy])
  const known = new KnownColumns()
  for (const key of keys) known.add(withoutAlias(key), outputName(key))
  for (const node of values) known.add(node, displayNode(node))
  const computed: NamedColumn[] = []
  for (const node of having === undefined ? [] : evaluatedOnceIn(having, items)) {
    const name = nameBeside(`#having${computed.length}`, [...keys, ...values].map(outputName).map(asNamed))
    computed.push({ name, node: known.over(node) })
    known.add(node, name)
  }
  const names = [...[...keys, ...values].map(outputName), ...computed.map(({ name }) => name)]
  refuseOtherColumns(known, [...(having === undefined ? [] : [having]), ...items, ...orderBy], names)
  return [
    {
      kind: 'aggregate',
      by,
      values: values.map((node) => alias(node, displayNode(node))),
      ...(outputNames.length === 0 ? {} : { outputNames }),
    },
    ...(computed.length === 0 ? [] : [{ kind: 'withColumns', columns: computed } as const]),
    ...(having === undefined ? [] : [{ kind: 'filter', condition: known.over(having) } as const]),
    ...outputSteps({
      ...statement,
      items: items.map((item) => alias(known.over(withoutAlias(item)), outputName(item))),
      orderBy: orderBy.map((key) => known.over(key) as SortNode),
    }),
  ]
}

/** What is over groups reads keys and aggregates. @throws {PlanError} `type_mismatch` for any other column. */
function refuseOtherColumns(known: KnownColumns, nodes: readonly ExprNode[], names: readonly string[]): void {
  const there = new Set(names.map((name) => name.toLowerCase()))
  for (const name of columnsOf(nodes.map((node) => known.over(node)))) {
    if (!there.has(name.toLowerCase())) throw columnOutsideGroups(name)
  }
}

/** The items that `having` contains and that must not be evaluated there again. */
function evaluatedOnceIn(having: ExprNode, items: readonly ExprNode[]): readonly ExprNode[] {
  const candidates = new Set(items.map(withoutAlias).filter(isEvaluatedOnce))
  const found = new Set<ExprNode>()
  walk(having, (inner) => {
    if (candidates.has(inner)) found.add(inner)
    return !candidates.has(inner)
  })
  return [...found]
}

/**
 * The items, then the order of what they gave: an expression that is an item already is referred to, never evaluated
 * again. What else the keys read is carried along in hidden columns.
 */
function outputSteps(statement: SelectStatement): readonly JobStep[] {
  const { items, distinct } = statement
  const hidden = new HiddenColumns(items)
  const keys = statement.orderBy.map((key) => hidden.over(key))
  if (distinct && hidden.columns.length > 0) {
    const [first] = hidden.columns
    throw new PlanError(
      'type_mismatch',
      `Cannot order by ${first === undefined ? 'that' : displayNode(first.node)} with SELECT DISTINCT: it is not an item of the query, add it`,
    )
  }
  return [
    ...selectSteps(items, hidden.columns),
    ...(distinct ? [{ kind: 'distinct' } as const] : []),
    ...(keys.length === 0 ? [] : [{ kind: 'sort', keys } as const]),
    ...limitSteps(statement),
    ...hidden.dropSteps(),
  ]
}

function limitSteps({ limit, offset }: SelectStatement): readonly JobStep[] {
  if (limit === undefined && offset === undefined) return []
  return [{ kind: 'limit', count: limit ?? Number.MAX_SAFE_INTEGER, offset: offset ?? 0 }]
}

/** Which columns hold the values of which expressions. */
class KnownColumns {
  readonly #nodeKeys = new NodeKeys()
  readonly #byNode = new Map<ExprNode, string>()
  readonly #byKey = new Map<string, string>()
  /** One node becomes one node, so that references to it still hold. */
  #replaced = new Map<ExprNode, ExprNode>()

  /**
   * Where an expression is written again, the first one equal to it is meant. An alias means the very node it names.
   */
  add(node: ExprNode, name: string): void {
    const key = this.#nodeKeys.keyOf(node)
    this.#byNode.set(node, name)
    if (!this.#byKey.has(key)) this.#byKey.set(key, name)
    this.#replaced = new Map()
  }

  columnOf(node: ExprNode): ExprNode | undefined {
    const name = this.#byNode.get(node) ?? this.#byKey.get(this.#nodeKeys.keyOf(node))
    return name === undefined ? undefined : column(name)
  }

  /** An expression that a column already holds becomes that column; what is below it is not looked at. */
  over(node: ExprNode): ExprNode {
    const known = this.#replaced.get(node)
    if (known !== undefined) return known
    const replaced = this.columnOf(node) ?? mapChildren(node, (child) => this.over(child))
    this.#replaced.set(node, replaced)
    return replaced
  }
}

/** Columns that sort keys read and that are not items of the query. */
class HiddenColumns {
  readonly #known = new KnownColumns()
  readonly #taken: readonly { readonly name: string }[]
  readonly #hasAll: boolean
  readonly columns: NamedColumn[] = []

  constructor(items: readonly ExprNode[]) {
    for (const item of items) if (item.kind !== 'wildcard') this.#known.add(withoutAlias(item), outputName(item))
    this.#taken = items.map(outputName).map(asNamed)
    this.#hasAll = items.some(({ kind }) => kind === 'wildcard')
  }

  /** A sort key over the columns that the items and the hidden columns make. */
  over(key: SortNode): SortNode {
    return this.#replace(key) as SortNode
  }

  dropSteps(): readonly JobStep[] {
    return this.columns.length === 0 ? [] : [{ kind: 'dropColumns', names: this.columns.map(({ name }) => name) }]
  }

  #replace(node: ExprNode): ExprNode {
    const known = this.#known.columnOf(node)
    if (known !== undefined) return known
    // Windows range over the rows of the source, as columns do.
    const isOfSource = node.kind === 'column' || node.kind === 'window'
    return isOfSource ? this.#carry(node) : mapChildren(node, (child) => this.#replace(child))
  }

  #carry(node: ExprNode): ExprNode {
    const isShadowed = this.#taken.some(({ name }) => name.toLowerCase() === outputName(node).toLowerCase())
    if (node.kind === 'column' && this.#hasAll && !isShadowed) return node
    const name = nameBeside(`#order${this.columns.length}`, [...this.#taken, ...this.columns])
    this.columns.push({ name, node })
    this.#known.add(node, name)
    return column(name)
  }
}

type NamedColumn = { readonly name: string; readonly node: ExprNode }

function selectSteps(items: readonly ExprNode[], hidden: readonly NamedColumn[]): readonly JobStep[] {
  const named = items.filter((item) => item.kind !== 'wildcard').map((node) => ({ name: outputName(node), node }))
  const columns = [...named, ...hidden]
  if (named.length === items.length) return [{ kind: 'select', columns }]
  if (named.length < items.length - 1 || items[0]?.kind !== 'wildcard') {
    throw new PlanError('not_implemented', 'Cannot select * after other items: put it first, once')
  }
  return columns.length === 0 ? [] : [{ kind: 'withColumns', columns }]
}

/** The aggregate calls in expressions, equal ones once. */
function aggregatesIn(nodes: readonly ExprNode[]): readonly AggregateNode[] {
  const nodeKeys = new NodeKeys()
  const found = new Map<string, AggregateNode>()
  for (const node of nodes) {
    walk(node, (inner) => {
      if (inner.kind !== 'aggregate') return true
      const key = nodeKeys.keyOf(inner)
      if (!found.has(key)) found.set(key, inner)
      return false
    })
  }
  return [...found.values()]
}

const asNamed = (name: string): { readonly name: string } => ({ name })

const column = (name: string): ExprNode => Object.freeze({ kind: 'column', name })

/** The key, or each key that it groups together, with its name as written. */
const namedKeys = (key: ExprNode): ExprNode =>
  key.kind === 'groupingSets' ? mapChildren(key, namedKeys) : named(withoutAlias(key))
const keysOf = (key: ExprNode): readonly ExprNode[] => (key.kind === 'groupingSets' ? key.items.flatMap(keysOf) : [key])

const named = (node: ExprNode): ExprNode => (node.kind === 'column' ? node : alias(node, displayNode(node)))
const alias = (input: ExprNode, name: string): ExprNode =>
  input.kind === 'column' && input.name === name ? input : Object.freeze({ kind: 'alias', input, name })
