// A plain evaluation of aggregate cases, row by row over the built-ins' accumulators: the reference for the engine's
// grouping. Two phases give what one gives: half of the rows each, and their states merged.

import { Binder } from '../../functions/bind/binder.ts'
import { argumentOf, type Bound } from '../../functions/bind/bound.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { builtInNames } from '../../functions/catalogue/function-names.ts'
import { resolveAggregate } from '../../functions/contract/aggregate.ts'
import type { Accumulator } from '../../functions/contract/udf.ts'
import type { AggregateNode, ExprNode } from '../../functions/expr/node.ts'
import { rewrite, walk } from '../../functions/expr/walk.ts'
import { distinct, elementKey } from '../../functions/scalar/list-contract.ts'
import { compareValues } from '../../functions/scalar/order.ts'
import { parseExpr } from '../../functions/sql/parse.ts'
import { type DataType, field, type Schema } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { interpret } from '../runtime/engine/interpret.ts'
import { type ConformanceCase, columnOf, type Input, inputOf } from './cases.ts'
import type { Outcome } from './run.ts'

export type Phases = 'one phase' | 'two phases'

/** The value per group, and the groups' keys. */
export type Grouped = Outcome & { readonly keys?: readonly (readonly Value[])[] }

export function evaluateGroups(test: ConformanceCase, phases: Phases): Grouped {
  const input = inputOf(test)
  let phase: 'plan' | 'exec' = 'plan'
  try {
    const parse = (text: string): ExprNode =>
      parseExpr(text, { functions: builtInNames, columns: input.schema.map((column) => column.name), tables: ['t'] })
    const binder = new Binder(input.schema, catalogue)
    const node = parse(test.sql)
    const where = test.where === undefined ? undefined : binder.bind(parse(test.where))
    const keys = (test.groupBy ?? []).map((text) => binder.bind(parse(text)))
    const aggregates = aggregatesOf(node).map((aggregate) => plan(aggregate, binder))
    const schema = aggregates.map((aggregate, i) => field(`aggregate ${i}`, aggregate.type))
    const result = new Binder(schema, catalogue).bind(withColumns(node))
    phase = 'exec'
    const groups = groupRows(input, keys, where, test.groupBy === undefined)
    const values = groups.map((group) => {
      const row = aggregates.map((aggregate) => aggregate.run(input, group.rows, phases))
      return interpret(result, oneRow(schema, row), 0)
    })
    return { type: result.type, values, keys: groups.map((group) => group.key) }
  } catch (error) {
    return { phase, error }
  }
}

function aggregatesOf(node: ExprNode): readonly AggregateNode[] {
  const found: AggregateNode[] = []
  walk(node, (inner) => {
    if (inner.kind === 'aggregate') found.push(inner)
    return inner.kind !== 'aggregate'
  })
  return found
}

/** The expression with a column in the place of each aggregate. */
function withColumns(node: ExprNode): ExprNode {
  let next = 0
  return rewrite(node, (inner) =>
    inner.kind === 'aggregate' ? { kind: 'column', name: `aggregate ${next++}` } : inner,
  )
}

const oneRow = (schema: Schema, values: readonly Value[]) => ({
  length: 1,
  columns: schema.map((column, i) => columnOf(column.type, [values[i] ?? null])),
})

interface Group {
  readonly key: readonly Value[]
  readonly rows: number[]
}

function groupRows(
  { batch }: Input,
  keys: readonly Bound[],
  where: Bound | undefined,
  whole: boolean,
): readonly Group[] {
  const groups = new Map<unknown, Group>()
  if (whole) groups.set('[]', { key: [], rows: [] })
  for (let row = 0; row < batch.length; row++) {
    if (where !== undefined && interpret(where, batch, row) !== true) continue
    const key = keys.map((bound) => interpret(bound, batch, row))
    const id = elementKey(key)
    if (!groups.has(id)) groups.set(id, { key, rows: [] })
    groups.get(id)?.rows.push(row)
  }
  return [...groups.values()]
}

function plan(node: AggregateNode, binder: Binder) {
  const fn = catalogue.aggregate(String(node.fn))
  if (fn === undefined) throw new Error(`no aggregate ${String(node.fn)}`)
  const bound = node.args.filter((arg) => arg.kind !== 'wildcard').map((arg) => binder.bind(arg))
  const resolution = resolveAggregate(fn, bound.map(argumentOf))
  const args = bound.map((arg, i) => binder.cast(arg, resolution.types[i] ?? arg.type))
  const filter = node.filter === undefined ? undefined : binder.bind(node.filter)
  const order = node.orderBy.map((key) => ({ ...key, bound: binder.bind(key.input) }))
  const skip = resolution.nulls === 'skip' || node.nullTreatment === 'ignore'
  const accumulate = (rows: readonly (readonly Value[])[]): Accumulator => {
    const accumulator = resolution.kernel().accumulator()
    for (const row of rows) accumulator.add?.(...row)
    return accumulator
  }
  return {
    type: resolution.returns as DataType,
    run: ({ batch }: Input, rows: readonly number[], phases: Phases): Value => {
      const kept = rows.filter((row) => filter === undefined || interpret(filter, batch, row) === true)
      const ordered = kept.toSorted((a, b) => compareRows(order, batch, a, b))
      let values: readonly (readonly Value[])[] = ordered.map((row) => args.map((arg) => interpret(arg, batch, row)))
      if (skip) values = values.filter((row) => !row.includes(null))
      if (node.distinct) values = distinct(values) as readonly (readonly Value[])[]
      if (phases === 'one phase') return accumulate(values).evaluate() as Value
      const half = values.length >> 1
      const states = [accumulate(values.slice(0, half)), accumulate(values.slice(half))].map((part) => part.state())
      const final = resolution.kernel().accumulator()
      final.merge(...resolution.state.map((_, i) => states.map((state) => state[i] ?? null)))
      return final.evaluate() as Value
    },
  }
}

function compareRows(
  order: readonly { readonly bound: Bound; readonly descending: boolean; readonly nullsFirst: boolean }[],
  batch: Input['batch'],
  a: number,
  b: number,
): number {
  for (const { bound, descending, nullsFirst } of order) {
    const [x, y] = [interpret(bound, batch, a), interpret(bound, batch, b)]
    if (x === null && y === null) continue
    if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1
    const sign = compareValues(x, y)
    if (sign !== 0) return descending ? -sign : sign
  }
  return a - b
}
