// The contract of a step's module: how the step is written in JSON, what it contains, and which operations it becomes.
// Running these is the engine's concern.

import type { ExprNode } from '../../functions/expr/node.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { FormOf } from '../program/operation.ts'
import type { Program } from '../program/program.ts'
import type { Job, JobSteps } from './job.ts'
import type { ExprParser } from './json-expr.ts'
import type { JsonSchema } from './json-schema.ts'

type StepOf<Kind extends keyof JobSteps> = NonNullable<JobSteps[Kind]>

/** `job`: a job within the step. */
type StepFormOf<Value> = [Value] extends [Job] ? 'job' : FormOf<Value>

export interface StepKind<Kind extends keyof JobSteps = keyof JobSteps> {
  /** Its name in JSON too: a step is an object of one member. */
  readonly kind: Kind
  /** The forms of its fields, without `kind`: what a step that came as bytes is checked against. */
  readonly fields: { readonly [Name in Exclude<keyof StepOf<Kind>, 'kind'>]-?: StepFormOf<StepOf<Kind>[Name]> }
  /** What that member's value looks like. */
  readonly schema: JsonSchema
  /**
   * Parses that member's value.
   *
   * @param pointer - Where it stands in the document.
   * @throws {PlanError} `invalid_job` with `details.pointer`, and what parsing expressions throws.
   */
  parse(json: unknown, pointer: string, parser: StepParser): StepOf<Kind> | Promise<StepOf<Kind>>
  /** Its own expressions, without those of jobs within it. */
  nodes(step: StepOf<Kind>): readonly ExprNode[]
  /** What follows its name when it is shown to people. Default: its expressions. */
  describe?(step: StepOf<Kind>): string
  /** Jobs within it, such as the other side of a join. Default: none. */
  jobs?(step: StepOf<Kind>): readonly Job[]
  /**
   * The operations that it becomes. Projections and sort keys may contain window calls, as the user wrote them.
   *
   * @param schema - The columns of its input.
   */
  plan(step: StepOf<Kind>, schema: Schema): Program
}

/** What the parser of a document offers to the parser of a step. */
export interface StepParser {
  /** Parses expressions, which count against the limits of the whole document. */
  readonly exprs: ExprParser
  /** How many items (columns, keys, values) a step may have. */
  readonly maxColumns: number
  /** Parses a list of at most `maxColumns` items. */
  list<Item>(json: unknown, pointer: string, parse: (item: unknown, pointer: string) => Item): readonly Item[]
  /** Parses a job within the job, under the same parse context and the same limits. */
  job(json: unknown, pointer: string): Promise<Job>
}
