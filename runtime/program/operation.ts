// The contract of an operation: its fields, whether each task can run it on its own, and the columns it gives.

import type { GroupingSets } from '../../functions/bind/grouping-sets.ts'
import type { AggregateNode, ExprNode, SortNode, WindowNode } from '../../functions/expr/node.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { NamedNode, ProgramOp } from './program.ts'

/** Forms of fields with expressions in them. */
const nodeForms = ['node', 'nodes', 'sortKeys', 'aggregates', 'named', 'windows'] as const
/** Forms of other fields. `partitions` is a count from 1; a field whose form ends in `?` may be absent. */
type PlainForm =
  | 'text'
  | 'texts'
  | 'texts?'
  | 'count'
  | 'count?'
  | 'partitions'
  | 'schema'
  | 'groupingSets'
  | 'groupingSets?'

/** The form of a field; a list of texts allows any one of them. */
export type FieldForm = (typeof nodeForms)[number] | PlainForm | readonly string[]

/** The form of a field, derived from its type: a field without one does not compile. */
export type FormOf<Value> = undefined extends Value
  ? `${PresentFormOf<NonNullable<Value>> & string}?` & PlainForm
  : PresentFormOf<Value>

type PresentFormOf<Value> = [Value] extends [ExprNode]
  ? 'node'
  : [Value] extends [readonly SortNode[]]
    ? 'sortKeys'
    : [Value] extends [readonly AggregateNode[]]
      ? 'aggregates'
      : [Value] extends [readonly ExprNode[]]
        ? 'nodes'
        : [Value] extends [readonly { readonly name: string; readonly node: WindowNode }[]]
          ? 'windows'
          : [Value] extends [readonly string[]]
            ? 'texts'
            : [Value] extends [readonly NamedNode[]]
              ? 'named'
              : [Value] extends [number]
                ? 'count' | 'partitions'
                : [Value] extends [GroupingSets]
                  ? 'groupingSets'
                  : [Value] extends [Schema]
                    ? 'schema'
                    : [Value] extends [string]
                      ? string extends Value
                        ? 'text'
                        : readonly Value[]
                      : never

/** What everyone but the engine needs to know about an operation. */
export interface Operation<Op extends ProgramOp = ProgramOp> {
  /** The forms of its fields, without `op`. */
  readonly fields: { readonly [Name in Exclude<keyof Op, 'op'>]-?: FormOf<Op[Name]> }
  /** Whether it needs the rows of all tasks; otherwise each task runs it over its own. */
  readonly allRows?: boolean
  /** Whether it replaces the columns of its input; otherwise it keeps them, and adds any others after them. */
  readonly newColumns?: boolean
  /**
   * The columns it gives.
   *
   * @throws {PlanError} Whatever is wrong with its expressions: names, types, arguments.
   */
  schema(op: Op, input: Schema): Schema
  /** What follows its name in an explained plan, with the space before it. Default: nothing. */
  describe?(op: Op): string
}

/** Whether fields of a form have expressions in them. */
export const holdsNodes = (form: FieldForm): boolean => nodeForms.some((known) => known === form)
