// The statistics of `DataFrame.describe()`, as DataFusion has them: one row for each, one column for each column. They are
// computed as one aggregation and turned around here.

import { functions as f } from '../../functions/catalogue/builders.ts'
import { col, lit, when } from '../../functions/expr/build.ts'
import type { Expr } from '../../functions/expr/expr.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { field, float64, isNumeric, type Schema, utf8 } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'

const statistics = ['count', 'null_count', 'mean', 'std', 'min', 'max', 'median'] as const

type Statistic = (typeof statistics)[number]

const formulas: Readonly<Record<Statistic, (column: Expr) => Expr>> = {
  count: (column) => f.count(column),
  null_count: (column) => f.sum(when(column.isNull(), lit(1)).otherwise(0)),
  mean: (column) => f.avg(column),
  std: (column) => f.stddev(column),
  min: (column) => f.min(column),
  max: (column) => f.max(column),
  median: (column) => f.median(column),
}

/** Statistics of numbers alone. */
const ofNumbers: ReadonlySet<Statistic> = new Set(['mean', 'std', 'median'])

/** Statistics that are values of the column; bytes are shown in hexadecimal, they need not be text. */
const ofValues: ReadonlySet<Statistic> = new Set(['min', 'max'])

const nameOf = (statistic: Statistic, column: number): string => `${statistic} ${column}`

/**
 * The aggregates over columns of `schema`.
 *
 * @param fits - Whether an expression can be computed: some types have no order.
 */
export function statisticsOf(schema: Schema, fits: (node: ExprNode) => boolean): readonly ExprNode[] {
  return schema.flatMap(({ name, type }, i) =>
    statistics
      .filter(
        (statistic) =>
          isNumeric(type) || !(ofNumbers.has(statistic) || (type.kind === 'bool' && ofValues.has(statistic))),
      )
      .map((statistic) => {
        const value = formulas[statistic](col(name))
        const shown = type.kind === 'binary' && ofValues.has(statistic) ? f.encode(value, 'hex') : value
        return shown.cast(isNumeric(type) ? float64 : utf8).alias(nameOf(statistic, i)).node
      })
      .filter(fits),
  )
}

/** The statistics as a table: float64 for numbers, for others utf8, in which what there is not is the text `null`. */
export function describedColumns(
  schema: Schema,
  row: Readonly<Record<string, unknown>>,
): { readonly schema: Schema; readonly values: readonly (readonly Value[])[] } {
  const resultOf = (statistic: Statistic, i: number): Value => (row[nameOf(statistic, i)] ?? null) as Value
  return {
    schema: [
      field('describe', utf8, false),
      ...schema.map(({ name, type }) => field(name, isNumeric(type) ? float64 : utf8)),
    ],
    values: [
      statistics,
      ...schema.map(({ type }, i) =>
        statistics.map((statistic) => resultOf(statistic, i) ?? (isNumeric(type) ? null : 'null')),
      ),
    ],
  }
}
