// The builders of grouping sets: rollup, cube and groupingSets. They only record what was asked for;
// bind/grouping-sets.ts works out which sets of keys that makes.

import { PlanError } from '../errors.ts'
import { type Expr, isExpr, make } from './expr.ts'
import type { ExprNode, GroupingSetsNode } from './node.ts'

/** Keys that are grouped by, or left out, together: one key, or several. */
export type KeySet = Expr | readonly Expr[]

/**
 * A key of an aggregation: rows are grouped by all of `keys`, then by all but the last, and so on to none of them.
 *
 * `rollup(col('a'), col('b'))` gives the rows of the groups (a, b), those of (a), and one row over all; a key that a
 * row is not grouped by is null in it, and `functions.grouping()` tells such a null from one in the data.
 *
 * @param keys - Expressions, or arrays of expressions that are kept or left out together.
 * @throws {PlanError} `invalid_argument` without keys, or for keys that are not expressions.
 * @example
 * import { col, functions as f, rollup, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const sales = ctx.fromColumns({ region: ['north', 'south', 'north'], net: [10, 20, 30] })
 * const totals = sales.aggregate([rollup(col('region'))], [f.sum(col('net')).alias('total')])
 * await totals.sort(col('total')).collectColumns()
 * // => { region: ['south', 'north', null], total: [20n, 40n, 60n] }
 *
 * @see SQL's `ROLLUP`; DataFusion `GroupingSet::Rollup`
 */
export function rollup(...keys: readonly KeySet[]): Expr {
  return groupingSetsOf('rollup', keys)
}

/**
 * A key of an aggregation: rows are grouped by every subset of `keys`, from all of them to none. `cube(col('a'),
 * col('b'))` groups by (a, b), (a), (b) and ().
 *
 * @param keys - Expressions, or arrays of expressions that are kept or left out together.
 * @throws {PlanError} `invalid_argument` without keys, or for keys that are not expressions.
 * @example
 * import { col, cube, functions as f, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const sales = ctx.fromColumns({ region: ['north', 'south'], year: [2023, 2024] })
 * const groups = sales.aggregate([cube(col('region'), col('year'))], [f.count().alias('n')])
 * await groups.count() // => 7
 *
 * @see SQL's `CUBE`; DataFusion `GroupingSet::Cube`
 */
export function cube(...keys: readonly KeySet[]): Expr {
  return groupingSetsOf('cube', keys)
}

/**
 * A key of an aggregation: rows are grouped by each of `sets`. `groupingSets([col('a'), col('b')], [col('c')], [])`
 * gives the rows of the groups (a, b), those of (c), and one row over all. A set that is given twice gives its rows
 * twice.
 *
 * @param sets - Each an expression, or an array of them; an empty one is the group of all rows.
 * @throws {PlanError} `invalid_argument` without sets, or for keys that are not expressions.
 * @example
 * import { col, functions as f, groupingSets, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext()
 * const sales = ctx.fromColumns({ region: ['north', 'south', 'north'], year: [2023, 2024, 2024] })
 * const groups = sales.aggregate([groupingSets([col('region')], [col('year')])], [f.count().alias('n')])
 * await groups.sort(col('region'), col('year')).collectColumns()
 * // => { region: ['north', 'south', null, null], year: [null, null, 2023n, 2024n], n: [2n, 1n, 1n, 2n] }
 *
 * @see SQL's `GROUPING SETS`; DataFusion `GroupingSet::GroupingSets`
 */
export function groupingSets(...sets: readonly KeySet[]): Expr {
  return groupingSetsOf('sets', sets)
}

function groupingSetsOf(form: 'rollup' | 'cube' | 'sets', items: readonly KeySet[]): Expr {
  const name = form === 'sets' ? 'groupingSets' : form
  const isKeySet = (item: unknown): boolean => isExpr(item) || (Array.isArray(item) && item.every(isExpr))
  if (items.length === 0 || !items.every(isKeySet)) {
    const what = items.length === 0 ? 'nothing' : 'something that is not an expression'
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
