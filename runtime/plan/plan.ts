// From a job to tasks: steps become a program, the program is cut into stages where rows of different tasks have to
// meet, and each partition's task reads only the columns it uses. Every mistake in a user's expressions is found
// here.

import { Binder } from '../../functions/bind/binder.ts'
import { planWindows } from '../../functions/bind/window.ts'
import { catalogue } from '../../functions/catalogue/catalogue.ts'
import { ResourceError } from '../../functions/errors.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { columnsOf, hasWindow } from '../../functions/expr/walk.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { Job, JobStep } from '../job/job.ts'
import { stepKindOf } from '../job/steps.ts'
import { asBefore } from '../program/columns.ts'
import { mapNodes } from '../program/map-nodes.ts'
import { operationOf } from '../program/operations.ts'
import type { Program, ProgramOp } from '../program/program.ts'
import { schemaAfter, schemaAfterAll } from '../program/schema.ts'
import type { TaskSink } from '../program/sink.ts'
import type { Task, TaskSource } from '../program/task.ts'
import { mostColumns, type OpenedSource } from '../source/source.ts'
import type { Pieces } from '../turns/turns.ts'
import { withKeyColumns } from './key-columns.ts'
import { filterRanges } from './ranges.ts'
import { withStableValues } from './stable.ts'
import { type ProgramStage, stagesOf } from './stages.ts'

/** Tasks that run side by side. */
export interface Stage {
  readonly tasks: readonly Task[]
  /**
   * How many tasks of the next stage its results are partitioned for; absent, one task takes them all, or they are the
   * job's.
   */
  readonly partitions?: number | undefined
  /** Once its first tasks have given this many rows, the others need not run. */
  readonly fetch?: number | undefined
}

export interface Plan {
  /** The columns of the result. */
  readonly schema: Schema
  /** One after another; the first has one task per partition of the source, the results of the last are the job's. */
  readonly stages: readonly Stage[]
  /** Rows of the source, if its metadata says how many. */
  readonly rowsTotal?: number
}

const DEFAULT_MEMORY_BYTES = 2 * 1024 ** 3

export interface PlanOptions {
  /** At most this many tasks. */
  readonly partitions: number
  readonly maxMemoryBytes?: number | undefined
  /** Where the rows of the last stage go. */
  readonly sink?: TaskSink | undefined
  /** The instant that now() and its siblings give, in milliseconds since 1970. Default: the time of planning. */
  readonly submittedAt?: number
}

/**
 * Plans a job: in pieces, since a job may have expressions of many thousands of nodes over as many columns.
 *
 * @throws {PlanError} `unknown_column`, `unknown_function`, `type_mismatch`, …: whatever is wrong with its expressions.
 */
export function* planJob(job: Job, source: OpenedSource, options: PlanOptions): Pieces<Plan> {
  const written = yield* programOf(job.steps, source.schema)
  const program = yield* withStableValues(written, options.submittedAt ?? Date.now())
  const read = yield* columnsRead(program, source.schema)
  const schema = read.size === source.schema.length ? source.schema : source.schema.filter((_, i) => read.has(i))
  yield
  const maxMemoryBytes = options.maxMemoryBytes ?? DEFAULT_MEMORY_BYTES
  const found = source.partitions(options.partitions)
  // A source without rows still has columns: one task gives them.
  const partitions = found.length > 0 ? found : [{ slices: [], bytes: 0 }]
  const stages = yield* stagesOf(program, schema, partitions.length)
  const everyPartition = {
    kind: 'partition',
    spec: job.source,
    columns: schema.map((field) => field.name),
    schema,
    predicate: yield* filterRanges(program, schema),
  } as const
  const partitionSource = (partitionIndex: number): TaskSource => ({
    ...everyPartition,
    partition: partitions[partitionIndex] ?? { slices: [], bytes: 0 },
  })
  const stageOf = ({ input, program, tasks, partitions, fetch }: ProgramStage, s: number): Stage => ({
    partitions,
    fetch,
    tasks: Array.from({ length: tasks }, (_, partitionIndex): Task => {
      const isLast = s === stages.length - 1
      return {
        source: s === 0 ? partitionSource(partitionIndex) : { kind: 'results', schema: input },
        program,
        partitionIndex,
        writes: { start: !isLast || partitionIndex === 0, end: !isLast || partitionIndex === tasks - 1 },
        maxMemoryBytes,
        ...(isLast && options.sink !== undefined ? { sink: options.sink } : {}),
      }
    }),
  })
  return {
    schema: yield* schemaAfterAll(schema, program),
    stages: stages.map(stageOf),
    ...(source.rows === undefined ? {} : { rowsTotal: source.rows }),
  }
}

/** The schema that a job gives; throws what planning it would throw. */
export function* schemaOf(steps: readonly JobStep[], source: Schema): Pieces<Schema> {
  return yield* schemaAfterAll(source, yield* programOf(steps, source))
}

/** Steps as operations over known columns. */
function* programOf(steps: readonly JobStep[], source: Schema): Pieces<Program> {
  const program: ProgramOp[] = []
  let schema = source
  let columns = 0
  const add = (op: ProgramOp): void => {
    schema = schemaAfter(schema, op)
    program.push(op)
    if (operationOf(op).newColumns === true) columns += schema.length
    if (columns > mostColumns) throw tooWide(columns)
  }
  for (const step of steps) {
    for (const op of stepKindOf(step).plan(step, schema)) {
      for (const part of yield* withKeyColumns(withoutWindows(op, schema), schema)) {
        add(part)
        yield
      }
    }
  }
  return limitSorts(program)
}

function tooWide(columns: number): ResourceError {
  const message = `Cannot plan the job: its steps make ${columns} columns together, at most ${mostColumns}; leave out columns early, or split the job`
  return new ResourceError('size_limit', message, { details: { columns, limit: mostColumns } })
}

/** Window calls in projections and sort keys become columns of an earlier step. */
function withoutWindows(op: ProgramOp, schema: Schema): readonly ProgramOp[] {
  if (op.op === 'project' && op.columns.some(({ node }) => hasWindow(node))) {
    const { windows, columns } = planWindows(op.columns, schema)
    return [
      { op: 'window', windows },
      { op: 'project', columns },
    ]
  }
  if (op.op !== 'sort' || !op.keys.some(hasWindow)) return [op]
  const { windows, columns } = planWindows(
    op.keys.map((key, i) => ({ name: String(i), node: key.input })),
    schema,
  )
  return [
    { op: 'window', windows },
    { ...op, keys: op.keys.map((key, i) => ({ ...key, input: columns[i]?.node ?? key.input })) },
    { op: 'project', columns: schema.map(({ name }) => asBefore(name)) },
  ]
}

/** A sort that a limit follows need keep no more rows than the limit; a projection between them keeps all rows. */
function limitSorts(program: readonly ProgramOp[]): Program {
  return program.map((op, i) => {
    const next = program.slice(i + 1).find((later) => later.op !== 'project')
    return op.op === 'sort' && next?.op === 'limit' ? { ...op, limit: next.offset + next.count } : op
  })
}

/** The positions of the source's columns that a program reads. */
function* columnsRead(program: Program, source: Schema): Pieces<ReadonlySet<number>> {
  const read = new Set<number>()
  let schema = source
  for (const op of program) {
    const binder = new Binder(schema, catalogue)
    for (const name of columnsOf(nodesOf(op))) {
      const index = binder.columnIndex(name)
      if (index < source.length) read.add(index)
    }
    // From here on the columns are new ones. Rows have to be counted even when no column is used.
    if (operationOf(op).newColumns === true) return read.size > 0 ? read : new Set([0])
    schema = schemaAfter(schema, op)
    yield
  }
  return new Set(source.keys())
}

function nodesOf(op: ProgramOp): readonly ExprNode[] {
  const nodes: ExprNode[] = []
  mapNodes(op, (node) => {
    nodes.push(node)
    return node
  })
  return nodes
}
