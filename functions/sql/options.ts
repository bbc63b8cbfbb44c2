// What callers of the SQL parser may say, checked once here.

import type { ExprUdf } from '../contract/udf.ts'
import { PlanError } from '../errors.ts'

/** A function that a name stands for: a built-in of one of the three families, or a user's. */
export type FunctionName =
  | { readonly kind: 'scalar' | 'aggregate' | 'window'; readonly name: string }
  | { readonly kind: 'udf'; readonly udf: ExprUdf }

/** What names in call position mean. */
export interface FunctionNames {
  /**
   * The functions called `name`, under their canonical names: a scalar, an aggregate and a window function may share one.
   * Where several fit a call, the first one is meant.
   */
  lookup(name: string): readonly FunctionName[]
  /** Every name there is, for "Did you mean …?". */
  names(): Iterable<string>
}

export interface SqlOptions {
  /** What to do about a function that there is not, in the words of whoever has the text. */
  readonly functionAdvice?: string
  /** Without it the well-known aggregates and window functions are recognised and every other name is taken as it is. */
  readonly functions?: FunctionNames
  /** The columns there are: names match exactly first, then in any case when only one does. Without it any name passes. */
  readonly columns?: readonly string[]
  /** Names of the table the columns are of: `t.a` is then the column `a`. Otherwise `t.a` is the field `a` of column `t`. */
  readonly tables?: readonly string[]
  /** How many nodes an expression may have; 10,000 unless given. */
  readonly maxNodes?: number
  /** How deep parentheses, calls and prefixes may nest; 200 unless given. */
  readonly maxDepth?: number
  /** How long the text may be, in UTF-16 units; 1,048,576 unless given. */
  readonly maxLength?: number
}

export type Limits = Required<Pick<SqlOptions, 'maxNodes' | 'maxDepth' | 'maxLength'>>

/** The limits in force. @throws {PlanError} `invalid_argument` when one is not a positive whole number. */
export function limitsOf(options: SqlOptions): Limits {
  const limits: Limits = {
    maxNodes: options.maxNodes ?? 10_000,
    maxDepth: options.maxDepth ?? 200,
    maxLength: options.maxLength ?? 1_048_576,
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new PlanError('invalid_argument', `Cannot read SQL with ${name} ${value}: it takes a whole number from 1`)
  }
  return limits
}
