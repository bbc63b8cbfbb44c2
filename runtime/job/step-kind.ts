// The contract of a step's module. A step knows how it is written in JSON, what it holds, and which operations it becomes;
// how these are run is the engine's.

import type { ExprNode } from '../../functions/expr/node.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { Program } from '../program/program.ts'
import type { Job, JobSteps } from './job.ts'
import type { ExprParser } from './json-expr.ts'

type StepOf<Kind extends keyof JobSteps> = NonNullable<JobSteps[Kind]>

export interface StepKind<Kind extends keyof JobSteps = keyof JobSteps> {
  /** Its name in JSON too: a step is an object of one member. */
  readonly kind: Kind
  /**
   * Parses that member's value.
   *
   * @param pointer - Where it stands in the document.
   * @throws {PlanError} `invalid_job` with `details.pointer`, and what parsing expressions throws.
   */
  parse(json: unknown, pointer: string, parser: StepParser): StepOf<Kind> | Promise<StepOf<Kind>>
  /** The expressions that it holds itself. */
  nodes(step: StepOf<Kind>): readonly ExprNode[]
  /** The jobs that it holds, as a join holds its other side. Default: none. */
  jobs?(step: StepOf<Kind>): readonly Job[]
  /**
   * The operations that it becomes. Windows may stand in projections and sort keys, as the user wrote them.
   *
   * @param schema - The columns that the step is over.
   */
  plan(step: StepOf<Kind>, schema: Schema): Program
}

/** What parsing a step can ask for. */
export interface StepParser {
  /** Expressions, which count against the limits of the whole document. */
  readonly exprs: ExprParser
  /** Items that a step may have at most: columns, keys, values. */
  readonly maxColumns: number
  /** A list of at most as many items. */
  list<Item>(json: unknown, pointer: string, parse: (item: unknown, pointer: string) => Item): readonly Item[]
  /** A job within the job, under the same parse context: its tables and files are looked up, its steps count. */
  job(json: unknown, pointer: string): Promise<Job>
}
