// From a job to tasks: steps become a program, the program is split where it needs rows of other partitions, and each
// partition's task reads only the columns it uses. Everything a user can have wrong in expressions is found here.

import { planAggregate } from '../functions/bind/aggregate.ts'
import { Binder } from '../functions/bind/binder.ts'
import { planWindows } from '../functions/bind/window.ts'
import { catalogue } from '../functions/catalogue.ts'
import { PlanError } from '../functions/errors.ts'
import type { ExprNode } from '../functions/expr/node.ts'
import { columnsOf, hasWindow } from '../functions/expr/walk.ts'
import type { Schema } from '../functions/types/type.ts'
import type { Job, JobStep } from './job.ts'
import type { AggregateOp, NamedNode, Program, ProgramOp } from './program/program.ts'
import { filterRanges } from './program/ranges.ts'
import { schemaAfter, schemaAfterAll } from './program/schema.ts'
import { withStableValues } from './program/stable.ts'
import type { OpenedSource } from './source/source.ts'
import type { Task } from './task.ts'

export interface Plan {
  /** The columns of the result. */
  readonly schema: Schema
  /** One task per partition, in order. */
  readonly tasks: readonly Task[]
  /** What brings the tasks' results together; without it they follow one another. */
  readonly merge?: Task
  /** Rows of the source, where its metadata tells. */
  readonly rowsTotal?: number
}

const DEFAULT_MEMORY_BYTES = 2 * 1024 ** 3

export interface PlanOptions {
  /** At most this many tasks. */
  readonly partitions: number
  readonly maxMemoryBytes?: number | undefined
}

/**
 * Plans a job.
 *
 * @throws {PlanError} `unknown_column`, `unknown_function`, `type_mismatch`, …: whatever is wrong with its expressions.
 */
export function planJob(job: Job, source: OpenedSource, options: PlanOptions): Plan {
  const program = withStableValues(programOf(job.steps, source.schema))
  const read = columnsRead(program, source.schema)
  const schema = source.schema.filter((_, i) => read.has(i))
  const input = {
    kind: 'partition',
    spec: job.source,
    columns: schema.map((field) => field.name),
    schema,
    predicate: filterRanges(program, schema),
  } as const
  const maxMemoryBytes = options.maxMemoryBytes ?? DEFAULT_MEMORY_BYTES
  const found = source.partitions(options.partitions)
  // A source without rows still has columns: one task says so.
  const partitions = found.length > 0 ? found : [{ slices: [], bytes: 0 }]
  const { each, merge } = partitions.length > 1 ? split(program, schema) : { each: program, merge: undefined }
  const tasks = partitions.map((partition, i): Task => {
    const apart = merge !== undefined
    const writes = { start: apart || i === 0, end: apart || i === partitions.length - 1 }
    return { source: { ...input, partition }, program: each, writes, maxMemoryBytes }
  })
  const plan: Plan = {
    schema: schemaAfterAll(schema, program),
    tasks,
    ...(source.rows === undefined ? {} : { rowsTotal: source.rows }),
  }
  if (merge === undefined) return plan
  const merged = { kind: 'merge', schema: schemaAfterAll(schema, each) } as const
  return { ...plan, merge: { source: merged, program: merge, writes: { start: true, end: true }, maxMemoryBytes } }
}

/** The schema that a job gives; throws what planning it would throw. */
export function schemaOf(steps: readonly JobStep[], source: Schema): Schema {
  return schemaAfterAll(source, programOf(steps, source))
}

/** Steps as operations over known columns. */
function programOf(steps: readonly JobStep[], source: Schema): Program {
  const program: ProgramOp[] = []
  let schema = source
  const add = (op: ProgramOp): void => {
    schema = schemaAfter(schema, op)
    program.push(op)
  }
  for (const step of steps) {
    for (const op of operationsOf(step, schema)) for (const part of withoutWindows(op, schema)) add(part)
  }
  return limitSorts(program)
}

function operationsOf(step: JobStep, schema: Schema): readonly ProgramOp[] {
  switch (step.kind) {
    case 'filter':
      return [{ op: 'filter', condition: step.condition }]
    case 'select':
      return [{ op: 'project', columns: unique(step.columns) }]
    case 'withColumns':
      return [{ op: 'project', columns: withColumns(schema, step.columns) }]
    case 'dropColumns': {
      const binder = new Binder(schema, catalogue)
      const dropped = new Set(step.names.map((name) => binder.columnIndex(name)))
      return [{ op: 'project', columns: schema.filter((_, i) => !dropped.has(i)).map(({ name }) => same(name)) }]
    }
    case 'aggregate': {
      const { by, aggregates, project } = planAggregate(step.by, step.values)
      return [
        { op: 'aggregate', phase: 'single', by: unique(by), aggregates, schema },
        { op: 'project', columns: unique(project) },
      ]
    }
    case 'sort':
      return [{ op: 'sort', keys: step.keys }]
    case 'limit':
      return [{ op: 'limit', offset: step.offset, count: step.count }]
    case 'distinct':
      return [{ op: 'aggregate', phase: 'single', by: schema.map(({ name }) => same(name)), aggregates: [], schema }]
  }
}

/** Window calls in projections and sort keys become columns of a step before. */
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
    { op: 'project', columns: schema.map(({ name }) => same(name)) },
  ]
}

const same = (name: string): NamedNode => ({ name, node: { kind: 'column', name } })

function withColumns(schema: Schema, added: readonly NamedNode[]): readonly NamedNode[] {
  const byName = new Map(
    [...schema.map(({ name }) => same(name)), ...unique(added)].map((column) => [column.name, column]),
  )
  return [...byName.values()]
}

function unique(columns: readonly NamedNode[]): readonly NamedNode[] {
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (seen.has(name)) {
      throw new PlanError(
        'ambiguous_column',
        `Cannot have two columns named "${name}": give one of them another alias`,
        {
          details: { column: name },
        },
      )
    }
    seen.add(name)
  }
  return columns
}

/** A sort that is followed by a limit need keep no more rows than that. */
function limitSorts(program: readonly ProgramOp[]): Program {
  return program.map((op, i) => {
    const next = program[i + 1]
    return op.op === 'sort' && next?.op === 'limit' ? { ...op, limit: next.offset + next.count } : op
  })
}

/** Whether a step needs rows of other partitions. */
const isMeeting = ({ op }: ProgramOp): boolean =>
  op === 'aggregate' || op === 'window' || op === 'sort' || op === 'limit'

/** What each partition does, and what the merge does with their results; no merge when partitions need not meet. */
function split(program: Program, schema: Schema): { readonly each: Program; readonly merge: Program | undefined } {
  const at = program.findIndex((op) => isMeeting(op))
  const op = program[at]
  if (op === undefined) return { each: program, merge: undefined }
  const before = program.slice(0, at)
  const rest = program.slice(at + 1)
  switch (op.op) {
    case 'aggregate': {
      const own: AggregateOp = { ...op, schema: schemaAfterAll(schema, before) }
      return { each: [...before, { ...own, phase: 'partial' }], merge: [{ ...own, phase: 'final' }, ...rest] }
    }
    case 'limit':
      return { each: [...before, { op: 'limit', offset: 0, count: op.offset + op.count }], merge: [op, ...rest] }
    case 'window':
      return { each: before, merge: [op, ...rest] }
    default:
      return { each: [...before, op], merge: [op, ...rest] }
  }
}

/** The positions of the source's columns that a program reads. */
function columnsRead(program: Program, source: Schema): ReadonlySet<number> {
  const binder = new Binder(source, catalogue)
  const read = new Set<number>()
  const made = new Set<string>()
  for (const op of program) {
    for (const name of columnsOf(nodesOf(op))) if (!made.has(name)) read.add(binder.columnIndex(name))
    if (op.op === 'window') for (const { name } of op.windows) made.add(name)
    // From here on the columns are new ones. Rows have to be counted even when no column is used.
    if (op.op === 'project' || op.op === 'aggregate') return read.size > 0 ? read : new Set([0])
  }
  return new Set(source.keys())
}

function nodesOf(op: ProgramOp): readonly ExprNode[] {
  switch (op.op) {
    case 'filter':
      return [op.condition]
    case 'project':
      return op.columns.map(({ node }) => node)
    case 'aggregate':
      return [...op.by.map(({ node }) => node), ...op.aggregates]
    case 'window':
      return op.windows.map(({ node }) => node)
    case 'sort':
      return op.keys
    case 'limit':
      return []
  }
}
