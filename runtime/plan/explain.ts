// A plan as text, for people: what is read of the source, in how many tasks and stages, and what comes out. Planning has
// opened the source; nothing runs.

import { displayNode } from '../../functions/expr/display.ts'
import { type Schema, typeName } from '../../functions/types/type.ts'
import { operationOf } from '../program/operations.ts'
import type { Program, ProgramOp } from '../program/program.ts'
import type { ColumnRange, OpenedSource } from '../source/source.ts'
import type { Plan, Stage } from './plan.ts'

const MAX_TEXT = 160

/** What is read, the stages and the columns of the result, as lines under headings. */
export function explainPlan(plan: Plan, source: OpenedSource): readonly string[] {
  return [
    'Reads',
    ...indented(readLines(plan, source)),
    'Stages',
    ...indented(plan.stages.flatMap((stage, i) => stageLines(stage, i, plan.stages.length))),
    'Columns',
    ...indented(plan.schema.map(fieldText)),
  ]
}

export const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`)

const fieldText = ({ name, type, nullable }: Schema[number]): string =>
  `${name}: ${typeName(type)}${nullable ? '' : ' not null'}`

function readLines({ stages, rowsTotal }: Plan, { schema }: OpenedSource): readonly string[] {
  const [task] = stages[0]?.tasks ?? []
  const from = task?.source.kind === 'partition' ? task.source : undefined
  const columns = from?.columns ?? []
  const ranges = from?.predicate ?? []
  return [
    ...(rowsTotal === undefined ? [] : [`rows: ${rowsTotal}`]),
    `columns: ${columns.join(', ')} (${columns.length} of ${schema.length})`,
    ...(ranges.length === 0 ? [] : [`skips what cannot hold: ${ranges.map(rangeText).join(' and ')}`]),
  ]
}

function rangeText({ column, min, max, nulls }: ColumnRange): string {
  const bounds = [
    ...(min === undefined ? [] : [`${column} >= ${min}`]),
    ...(max === undefined ? [] : [`${column} <= ${max}`]),
  ]
  const text = bounds.length === 0 ? `${column} not null` : bounds.join(' and ')
  return nulls === true ? `(${text} or ${column} null)` : text
}

function stageLines({ tasks, partitions }: Stage, index: number, stages: number): readonly string[] {
  const [task] = tasks
  const next = partitions === undefined ? 'one task' : `${partitions} tasks`
  const goes = index === stages - 1 ? '' : `, to ${next} of the next`
  return [
    `${index + 1}: ${tasks.length === 1 ? '1 task' : `${tasks.length} tasks`}${goes}`,
    ...indented(programLines(task?.program ?? [])),
  ]
}

/** After an aggregation its results are columns `#0`, `#1`, …: shown as the calls that they are. */
function programLines(program: Program): readonly string[] {
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
