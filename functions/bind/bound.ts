// Bound expressions: nodes resolved against a schema, every type known, coercions written out, calls reduced to kernels.
// The interpreter and the compiler understand these few kinds and nothing else. Equal subexpressions are the same object.

import type { Argument, ScalarKernel } from '../contract/scalar.ts'
import type { Volatility } from '../contract/udf.ts'
import type { DataType } from '../types/type.ts'
import type { Value } from '../types/value.ts'

interface BoundBase {
  /** Unique within one binder; equal subexpressions share it. */
  readonly id: number
  readonly type: DataType
  readonly nullable: boolean
}
/** A column of the input. */
export interface BoundInput extends BoundBase {
  readonly kind: 'input'
  readonly index: number
  readonly name: string
}
export interface BoundConstant extends BoundBase {
  readonly kind: 'constant'
  readonly value: Value
}
export interface BoundCall extends BoundBase {
  readonly kind: 'call'
  /** For messages and explain; never part of generated code. */
  readonly label: string
  readonly args: readonly Bound[]
  readonly nulls: 'propagate' | 'call'
  readonly givesNull: boolean
  readonly volatility: Volatility
  readonly kernel: () => ScalarKernel
  /** The user-defined function that is called, for the error when it throws. */
  readonly udf?: string
}
/** AND and OR in three-valued logic. The right side is not evaluated where the left decides. */
export interface BoundLogic extends BoundBase {
  readonly kind: 'and' | 'or'
  readonly left: Bound
  readonly right: Bound
}
export interface BoundIsNull extends BoundBase {
  readonly kind: 'isNull'
  readonly input: Bound
  readonly negated: boolean
}
/** The first result whose condition is true, else `otherwise`. Nothing behind the decision is evaluated. */
export interface BoundCase extends BoundBase {
  readonly kind: 'case'
  readonly conditions: readonly Bound[]
  readonly results: readonly Bound[]
  readonly otherwise: Bound
}
/** The first argument that is not null. Nothing behind it is evaluated. */
export interface BoundCoalesce extends BoundBase {
  readonly kind: 'coalesce'
  readonly args: readonly Bound[]
}

export type Bound = BoundInput | BoundConstant | BoundCall | BoundLogic | BoundIsNull | BoundCase | BoundCoalesce

/** What a resolver may know of a bound argument. */
export function argumentOf(bound: Bound): Argument {
  return {
    type: bound.type,
    nullable: bound.nullable,
    ...(bound.kind === 'constant' ? { literal: bound.value } : {}),
  }
}

/** The direct parts of a bound expression, in evaluation order. */
export function partsOf(bound: Bound): readonly Bound[] {
  switch (bound.kind) {
    case 'input':
    case 'constant':
      return []
    case 'call':
    case 'coalesce':
      return bound.args
    case 'and':
    case 'or':
      return [bound.left, bound.right]
    case 'isNull':
      return [bound.input]
    case 'case':
      return [
        ...bound.conditions.flatMap((condition, i) => [condition, bound.results[i] ?? condition]),
        bound.otherwise,
      ]
  }
}

/** The indexes of the input columns that an expression reads. */
export function inputsOf(roots: Iterable<Bound>): ReadonlySet<number> {
  const found = new Set<number>()
  const pending = [...roots]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'input') found.add(next.index)
    pending.push(...partsOf(next))
  }
  return found
}
