// The builders of grouping sets: rollup, cube and groupingSets. They only write down what was said; which sets of keys
// that makes is for bind/grouping-sets.ts.

import { PlanError } from '../errors.ts'
import { type Expr, isExpr, make } from './expr.ts'
import type { ExprNode, GroupingSetsNode } from './node.ts'

/** Keys that are there or left out together: one key, or several. */
export type KeySet = Expr | readonly Expr[]

/**
 * A key of an aggregation: rows are grouped by all of `keys`, then by ever fewer from the left, at last by none.
 * `rollup(col('a'), col('b'))` gives the rows of the groups (a, b), of (a), and one row over all; a key that a row is
 * not grouped by is null in it, and `functions.grouping()` tells that null from one of the data.
 *
 * @throws {PlanError} `invalid_argument` without keys, or for keys that are no expressions.
 */
export function rollup(...keys: readonly KeySet[]): Expr {
  return groupingSetsOf('rollup', keys)
}

/**
 * A key of an aggregation: rows are grouped by every choice of `keys`, from all of them to none. `cube(col('a'), col('b'))`
 * groups by (a, b), (a), (b) and ().
 *
 * @throws {PlanError} `invalid_argument` without keys, or for keys that are no expressions.
 */
export function cube(...keys: readonly KeySet[]): Expr {
  return groupingSetsOf('cube', keys)
}

/**
 * A key of an aggregation: rows are grouped by each of `sets`. `groupingSets([col('a'), col('b')], [col('c')], [])` gives
 * the rows of the groups (a, b), of (c), and one row over all. A set that is given twice gives its rows twice.
 *
 * @throws {PlanError} `invalid_argument` without sets, or for keys that are no expressions.
 */
export function groupingSets(...sets: readonly KeySet[]): Expr {
  return groupingSetsOf('sets', sets)
}

function groupingSetsOf(form: 'rollup' | 'cube' | 'sets', items: readonly KeySet[]): Expr {
  const name = form === 'sets' ? 'groupingSets' : form
  const isKeySet = (item: unknown): boolean => isExpr(item) || (Array.isArray(item) && item.every(isExpr))
  if (items.length === 0 || !items.every(isKeySet)) {
    const what = items.length === 0 ? 'nothing' : 'what is no expression'
    throw new PlanError(
      'invalid_argument',
      `Cannot group by ${name}() of ${what}: give it keys, as in ${name}(col('a'))`,
    )
  }
  const nodes = items.map((item) => (isExpr(item) ? item.node : setNode(item.map((key) => key.node))))
  return make({ kind: 'groupingSets', form, items: Object.freeze(nodes) })
}

/** Keys that make one set; a key alone is itself. */
export function setNode(keys: readonly ExprNode[]): ExprNode {
  const [only] = keys
  if (only !== undefined && keys.length === 1) return only
  return Object.freeze<GroupingSetsNode>({ kind: 'groupingSets', form: 'set', items: Object.freeze(keys) })
}
