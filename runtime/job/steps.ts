// The table of steps. A step consists of its shape in job.ts, its module in steps/, and its row here.

import { createError } from '../../functions/errors.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import type { JobStep, JobSteps } from './job.ts'
import type { StepKind } from './step-kind.ts'
import { aggregate } from './steps/aggregate.ts'
import { distinct } from './steps/distinct.ts'
import { dropColumns } from './steps/drop-columns.ts'
import { filter } from './steps/filter.ts'
import { limit } from './steps/limit.ts'
import { select } from './steps/select.ts'
import { sort } from './steps/sort.ts'
import { withColumns } from './steps/with-columns.ts'

type Table = { readonly [Kind in keyof JobSteps]: StepKind<Kind> }

const table: Table = { filter, select, withColumns, dropColumns, aggregate, sort, limit, distinct }

const kinds = new Map<string, StepKind>(Object.entries(table))

/**
 * Adds a step to this process's table. Workers need no such table: steps become operations before they reach one.
 *
 * @throws {PlanError} `invalid_argument` when there is one of that kind.
 */
export function registerStep<Kind extends keyof JobSteps>(step: StepKind<Kind>): void {
  if (kinds.has(step.kind)) {
    throw createError('invalid_argument', `Cannot register the step "${step.kind}": there is one of that name`)
  }
  kinds.set(step.kind, step)
}

/** The names of all steps. */
export const stepNames = (): readonly string[] => [...kinds.keys()]

/** The step of a name; undefined when there is none. */
export const findStepKind = (name: string): StepKind | undefined => kinds.get(name)

/** The row of the table that says what a step means. @throws {PlanError} `invalid_argument` when there is none. */
export function stepKindOf({ kind }: JobStep): StepKind {
  const found = kinds.get(kind)
  if (found !== undefined) return found
  throw createError('invalid_argument', `Cannot plan a step of kind "${kind}": this process has none of that name`)
}

/** The expressions in steps, and in the steps of jobs within them. */
export function* nodesOf(steps: readonly JobStep[]): Generator<ExprNode> {
  for (const step of steps) {
    const kind = stepKindOf(step)
    yield* kind.nodes(step)
    for (const job of kind.jobs?.(step) ?? []) yield* nodesOf(job.steps)
  }
}
