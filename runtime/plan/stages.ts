// Cutting a program into stages where rows of different tasks have to meet. Within a stage every task runs the same
// program by itself; between two stages the rows are gathered in one task, or repartitioned over several by their keys.

import { Binder } from '../../functions/bind/binder.ts'
import { type Bound, partsOf } from '../../functions/bind/bound.ts'
import { NodeKeys } from '../../functions/bind/node-key.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { columnsOf } from '../../functions/expr/walk.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { AggregateOp, Program, ProgramOp, WindowOp } from '../program/program.ts'
import { schemaAfterAll } from '../program/schema.ts'

export interface ProgramStage {
  /** The columns of its input. */
  readonly input: Schema
  readonly program: Program
  /** How many tasks run it, each over its own rows. */
  readonly tasks: number
  /** How many tasks of the next stage its rows are repartitioned over; absent, one takes them all. */
  readonly partitions?: number
  /** Once its first tasks have given this many rows, the others need not run. */
  readonly fetch?: number
}

/**
 * The stages of a program that begins with `tasks` tasks. The last stage gives the result: the rows of its tasks, one
 * task after another, are in the order in which a single task would give them.
 */
export function stagesOf(program: Program, input: Schema, tasks: number): readonly ProgramStage[] {
  const at = tasks === 1 ? -1 : program.findIndex((op) => isMeeting(op))
  const op = program[at]
  if (op === undefined) return [{ input, program, tasks }]
  const before = program.slice(0, at)
  const rest = program.slice(at + 1)
  const schema = schemaAfterAll(input, before)
  switch (op.op) {
    case 'aggregate': {
      const own: AggregateOp = { ...op, schema }
      return gathered(input, [...before, { ...own, phase: 'partial' }], [{ ...own, phase: 'final' }, ...rest], tasks)
    }
    case 'limit': {
      const fetch = op.offset + op.count
      const [own, ...others] = gathered(
        input,
        [...before, { op: 'limit', offset: 0, count: fetch }],
        [op, ...rest],
        tasks,
      )
      return own === undefined ? others : [{ ...own, fetch }, ...others]
    }
    case 'window':
      return windowStages(op, { input, before, rest, schema, tasks })
    default:
      return gathered(input, [...before, op], [op, ...rest], tasks)
  }
}

/** Whether an operation needs rows of other tasks. */
const isMeeting = ({ op }: ProgramOp): boolean =>
  op === 'aggregate' || op === 'window' || op === 'sort' || op === 'limit'

/** The results of all tasks go into one. */
function gathered(input: Schema, each: Program, rest: Program, tasks: number): readonly ProgramStage[] {
  return [{ input, program: each, tasks }, ...stagesOf(rest, schemaAfterAll(input, each), 1)]
}

interface Around {
  readonly input: Schema
  readonly before: Program
  readonly rest: Program
  /** The columns that the windows see. */
  readonly schema: Schema
  readonly tasks: number
}

/**
 * Windows that have a partition key in common: rows are repartitioned by it, each task computes the windows
 * of its own partitions, and the rows go back to where they came from. Windows over other keys follow.
 */
function windowStages(op: WindowOp, { input, before, rest, schema, tasks }: Around): readonly ProgramStage[] {
  const { windows, keys, others } = windowsOfOneKey(op, schema)
  if (keys.length === 0) return gathered(input, before, [op, ...rest], tasks)
  const name = freeName(schema, op)
  const rowId: ExprNode = { kind: 'column', name }
  const distribute: Program = [
    ...before,
    { op: 'rowIds', name },
    { op: 'exchange', by: 'hash', keys, partitions: tasks },
  ]
  const next: Program = others.length === 0 ? rest : [{ op: 'window', windows: others }, ...rest]
  const partitioned = schemaAfterAll(input, distribute)
  const windowed: WindowOp = { op: 'window', windows }
  const compute: Program = [
    windowed,
    ...columnsFor(next, schemaAfterAll(partitioned, [windowed]), name),
    { op: 'exchange', by: 'partitionIndex', keys: [rowId], partitions: tasks },
  ]
  const computed = schemaAfterAll(partitioned, compute)
  return [
    { input, program: distribute, tasks, partitions: tasks },
    { input: partitioned, program: compute, tasks, partitions: tasks },
    ...stagesOf([{ op: 'reorder', name }, ...next], computed, tasks),
  ]
}

/** Drops columns that `next` does not look at: often only the windows needed them. */
function columnsFor([next]: Program, schema: Schema, always: string): Program {
  if (next?.op !== 'project') return []
  const binder = new Binder(schema, catalogue)
  const names = [...columnsOf(next.columns.map(({ node }) => node)), always]
  const used = new Set(names.map((name) => binder.columnIndex(name)))
  if (used.size === schema.length) return []
  const kept = schema.filter((_, i) => used.has(i))
  return [{ op: 'project', columns: kept.map(({ name }) => ({ name, node: { kind: 'column', name } })) }]
}

/** The first window and those that have a partition key in common with it and each other. */
function windowsOfOneKey(
  { windows }: WindowOp,
  schema: Schema,
): { readonly windows: WindowOp['windows']; readonly keys: readonly ExprNode[]; readonly others: WindowOp['windows'] } {
  const names = new NodeKeys()
  const binder = new Binder(schema, catalogue)
  let shared: ReadonlyMap<string, ExprNode> | undefined
  const ofOneKey: WindowOp['windows'][number][] = []
  const others: WindowOp['windows'][number][] = []
  for (const window of windows) {
    const own = new Map(
      window.node.partitionBy
        // Computed once to repartition and once for the window: both have to give the same.
        .filter((key) => isImmutable(binder.bind(key)))
        .map((key) => [names.keyOf(key), key]),
    )
    const common: ReadonlyMap<string, ExprNode> = new Map([...own].filter(([key]) => shared?.has(key) ?? true))
    // A window over all rows needs all of them in one task, and the others can be computed there too.
    if (own.size === 0) return { windows, keys: [], others: [] }
    if (common.size === 0) others.push(window)
    else {
      shared = common
      ofOneKey.push(window)
    }
  }
  return { windows: ofOneKey, keys: [...(shared?.values() ?? [])], others }
}

const isImmutable = (bound: Bound): boolean =>
  (bound.kind !== 'call' || bound.volatility === 'immutable') && partsOf(bound).every(isImmutable)

/** A name that neither a column nor a window has. */
function freeName(schema: Schema, { windows }: WindowOp): string {
  const taken = new Set([...schema, ...windows].map(({ name }) => name.toLowerCase()))
  let name = '#row'
  while (taken.has(name)) name = `#${name}`
  return name
}
