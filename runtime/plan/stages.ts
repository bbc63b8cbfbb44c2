// Cutting a program into stages where rows of different tasks have to meet. Within a stage every task runs the same
// program by itself; between two stages the rows are gathered in one task, or repartitioned over several by their keys.

import { Binder } from '../../functions/bind/binder.ts'
import { type Bound, partsOf } from '../../functions/bind/bound.ts'
import { nameBeside } from '../../functions/bind/column-names.ts'
import { NodeKeys } from '../../functions/bind/node-key.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { columnsOf } from '../../functions/expr/walk.ts'
import type { Schema } from '../../functions/types/type.ts'
import { asBefore } from '../program/columns.ts'
import { operationOf } from '../program/operations.ts'
import type { AggregateOp, Program, ProgramOp, ProgramOps, WindowOp } from '../program/program.ts'
import { schemaAfterAll } from '../program/schema.ts'
import type { Pieces } from '../turns/turns.ts'

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
export function* stagesOf(program: Program, input: Schema, tasks: number): Stages {
  const at = tasks === 1 ? -1 : program.findIndex((op) => operationOf(op).allRows === true)
  const op = program[at]
  if (op === undefined) return [{ input, program, tasks }]
  const before = program.slice(0, at)
  const cut: Cut = { input, before, rest: program.slice(at + 1), schema: yield* schemaAfterAll(input, before), tasks }
  const cutAt: CutAt | undefined = cutters[op.op]
  return yield* cutAt === undefined ? gathered(cut, before, [op, ...cut.rest]) : cutAt(op, cut)
}

type Stages = Pieces<readonly ProgramStage[]>

/** Where a program is cut: the operations before one that needs all rows, and those after it. */
interface Cut {
  readonly input: Schema
  readonly before: Program
  readonly rest: Program
  /** The columns that the operation sees. */
  readonly schema: Schema
  readonly tasks: number
}

/** The type of a method, so that cutters of different operations fit into one table. */
type CutAt<Op extends ProgramOp = ProgramOp> = { at(op: Op, cut: Cut): Stages }['at']

/** Operations that tasks can each do a part of. Any other that needs all rows gets them in one task. */
const cutters: { readonly [Name in keyof ProgramOps]?: CutAt<NonNullable<ProgramOps[Name]>> } = {
  aggregate: (op, cut) => {
    const own: AggregateOp = { ...op, schema: cut.schema }
    return gathered(cut, [...cut.before, { ...own, phase: 'partial' }], [{ ...own, phase: 'final' }, ...cut.rest])
  },
  sort: (op, cut) => gathered(cut, [...cut.before, op], [op, ...cut.rest]),
  *limit(op, cut) {
    const fetch = op.offset + op.count
    const each: Program = [...cut.before, { op: 'limit', offset: 0, count: fetch }]
    const [own, ...others] = yield* gathered(cut, each, [op, ...cut.rest])
    return own === undefined ? others : [{ ...own, fetch }, ...others]
  },
  window: windowStages,
}

/** The results of all tasks go into one. */
function* gathered({ input, tasks }: Cut, each: Program, rest: Program): Stages {
  return [{ input, program: each, tasks }, ...(yield* stagesOf(rest, yield* schemaAfterAll(input, each), 1))]
}

/**
 * Windows that have a partition key in common: rows are repartitioned by it, each task computes the windows
 * of its own partitions, and the rows go back to where they came from. Windows over other keys follow.
 */
function* windowStages(op: WindowOp, cut: Cut): Stages {
  const { input, before, rest, schema, tasks } = cut
  const { windows, keys, others } = windowsOfOneKey(op, schema)
  if (keys.length === 0) return yield* gathered(cut, before, [op, ...rest])
  const name = nameBeside('#row', [...schema, ...op.windows])
  const rowId: ExprNode = { kind: 'column', name }
  const distribute: Program = [
    ...before,
    { op: 'rowIds', name },
    { op: 'exchange', by: 'hash', keys, partitions: tasks },
  ]
  const next: Program = others.length === 0 ? rest : [{ op: 'window', windows: others }, ...rest]
  const partitioned = yield* schemaAfterAll(input, distribute)
  const windowed: WindowOp = { op: 'window', windows }
  const compute: Program = [
    windowed,
    ...columnsFor(next, yield* schemaAfterAll(partitioned, [windowed]), name),
    { op: 'exchange', by: 'partitionIndex', keys: [rowId], partitions: tasks },
  ]
  const computed = yield* schemaAfterAll(partitioned, compute)
  return [
    { input, program: distribute, tasks, partitions: tasks },
    { input: partitioned, program: compute, tasks, partitions: tasks },
    ...(yield* stagesOf([{ op: 'reorder', name }, ...next], computed, tasks)),
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
  return [{ op: 'project', columns: kept.map(({ name }) => asBefore(name)) }]
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
