// A plan for people and tools: what is read of the source, in how many tasks and stages, and what comes out. Planning has
// opened the source; nothing runs.

import { displayNode } from '../../functions/expr/display.ts'
import { typeName } from '../../functions/types/type.ts'
import { operationOf } from '../program/operations.ts'
import type { Program, ProgramOp } from '../program/program.ts'
import type { ColumnRange, OpenedSource } from '../source/source.ts'
import type { Plan, Stage } from './plan.ts'

const MAX_TEXT = 160

/** How a job would run, as plain data. */
export interface PlanExplanation {
  readonly reads: {
    /** Rows of the source, where its metadata tells. */
    readonly rows?: number
    /** Those that are read. */
    readonly columns: readonly string[]
    /** How many the source has. */
    readonly sourceColumns: number
    /** Conditions; what cannot fulfil them is not read. */
    readonly skips: readonly string[]
  }
  readonly stages: readonly StageExplanation[]
  /** Of all stages together. */
  readonly tasks: number
  /** Of the result. */
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[]
}

interface StageExplanation {
  readonly tasks: number
  /** How many tasks of the next stage its rows go to; absent for the last one. */
  readonly feeds?: number
  /** What each task does to its rows, in order. */
  readonly operations: readonly string[]
}

export function explainPlan({ stages, schema, rowsTotal }: Plan, source: OpenedSource): PlanExplanation {
  const [task] = stages[0]?.tasks ?? []
  const from = task?.source.kind === 'partition' ? task.source : undefined
  return {
    reads: {
      ...(rowsTotal === undefined ? {} : { rows: rowsTotal }),
      columns: from?.columns ?? [],
      sourceColumns: source.schema.length,
      skips: (from?.predicate ?? []).map(rangeText),
    },
    stages: stages.map((stage, i) => explainStage(stage, i === stages.length - 1)),
    tasks: stages.reduce((sum, { tasks }) => sum + tasks.length, 0),
    columns: schema.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable })),
  }
}

function explainStage({ tasks, partitions }: Stage, isLast: boolean): StageExplanation {
  return {
    tasks: tasks.length,
    ...(isLast ? {} : { feeds: partitions ?? 1 }),
    operations: operationTexts(tasks[0]?.program ?? []),
  }
}

/** What is read, the stages and the columns of the result, as lines under headings. */
export function planLines({ reads, stages, columns }: PlanExplanation): readonly string[] {
  return [
    'Reads',
    ...indented([
      ...(reads.rows === undefined ? [] : [`rows: ${reads.rows}`]),
      `columns: ${reads.columns.join(', ')} (${reads.columns.length} of ${reads.sourceColumns})`,
      ...(reads.skips.length === 0 ? [] : [`skips what cannot hold: ${reads.skips.join(' and ')}`]),
    ]),
    'Stages',
    ...indented(stages.flatMap(stageLines)),
    'Columns',
    ...indented(columns.map(({ name, type, nullable }) => `${name}: ${type}${nullable ? '' : ' not null'}`)),
  ]
}

export const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`)

const tasksText = (count: number): string => (count === 1 ? '1 task' : `${count} tasks`)

function stageLines({ tasks, feeds, operations }: StageExplanation, index: number): readonly string[] {
  const goes = feeds === undefined ? '' : `, to ${feeds === 1 ? 'one task' : tasksText(feeds)} of the next`
  return [`${index + 1}: ${tasksText(tasks)}${goes}`, ...indented(operations)]
}

function rangeText({ column, min, max, nulls }: ColumnRange): string {
  const bounds = [
    ...(min === undefined ? [] : [`${column} >= ${min}`]),
    ...(max === undefined ? [] : [`${column} <= ${max}`]),
  ]
  const text = bounds.length === 0 ? `${column} not null` : bounds.join(' and ')
  return nulls === true ? `(${text} or ${column} null)` : text
}

/** After an aggregation its results are columns `#0`, `#1`, …: shown as the calls that they are. */
function operationTexts(program: Program): readonly string[] {
  let calls: readonly string[] = []
  return program.map((op) => {
    const text = opText(op).replace(/(?<=^| |\()#(\d+)\b/g, (name, i: string) => calls[Number(i)] ?? name)
    if (op.op === 'aggregate') calls = op.aggregates.map(displayNode)
    return text
  })
}

/** Operations by name, with what they compute. */
function opText(op: ProgramOp): string {
  const text = `${op.op}${operationOf(op).describe?.(op) ?? ''}`
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}
