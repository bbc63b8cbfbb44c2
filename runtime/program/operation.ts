// The contract of an operation: what it is made of, whether each task can run it by itself, and which columns it gives.

import type { GroupingSets } from '../../functions/bind/grouping-sets.ts'
import type { AggregateNode, ExprNode, SortNode, WindowNode } from '../../functions/expr/node.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { NamedNode, ProgramOp } from './program.ts'

/** The forms that have expressions in them. */
const nodeForms = ['node', 'nodes', 'sortKeys', 'aggregates', 'named', 'windows'] as const
/** The others; `partitions` is a count from 1, and what ends in `?` may be absent. */
type PlainForm = 'text' | 'count' | 'count?' | 'partitions' | 'schema' | 'groupingSets' | 'groupingSets?'

/** What a field of an operation holds; a list is of texts of which it is one. */
export type FieldForm = (typeof nodeForms)[number] | PlainForm | readonly string[]

type FormOf<Value> = undefined extends Value
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

/** What there is to know of an operation. */
export interface Operation<Op extends ProgramOp = ProgramOp> {
  /** Every field but its name. */
  readonly fields: { readonly [Name in Exclude<keyof Op, 'op'>]-?: FormOf<Op[Name]> }
  /** Whether it needs all rows; else each task runs it over its own. */
  readonly allRows?: boolean
  /** Whether its columns are new ones; else they are those of its input, and further ones at the end. */
  readonly newColumns?: boolean
  /**
   * The columns it gives.
   *
   * @throws {PlanError} Whatever is wrong with its expressions: names, types, arguments.
   */
  schema(op: Op, input: Schema): Schema
}

/** Whether a field of that form has expressions in it. */
export const holdsNodes = (form: FieldForm): boolean => nodeForms.some((known) => known === form)
