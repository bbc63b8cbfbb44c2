// A user's window evaluator over one window partition: the method that its traits ask for, values converted both ways,
// errors that name the method.

import { InternalError, UdfError } from '../errors.ts'
import type { Value } from '../expr/node.ts'
import type { RowRange, WindowEvaluator, WindowUdf } from './definition.ts'
import { contractBroken, methodFailure } from './failure.ts'
import { instanceOf } from './instance.ts'
import { fromUser, toUser } from './user-values.ts'

/** One window partition, its rows in order. */
export interface WindowPartition {
  readonly rows: number
  /** One column of values per argument. */
  readonly values: readonly (readonly Value[])[]
  /** The frame of a row. */
  readonly frame: (row: number) => RowRange
  /** The ranges of rows that are equal in all sort keys. */
  readonly ranks: () => readonly RowRange[]
}

/** Gives a partition's results, a value per row. */
export type EvaluatePartition = (partition: WindowPartition) => readonly Value[]

/** The evaluation of a live window UDF. */
export function windowEvaluation(udf: WindowUdf, options: { readonly ignoreNulls: boolean }): EvaluatePartition {
  const { name, body } = udf
  if (body.kind !== 'live') throw new InternalError(`Function "${name}" was not prepared before it was bound`)
  const adapters = udf.inputs.map((type) => toUser(type, udf.int64As, name))
  const result = fromUser(name, udf.returns)
  return (partition) => {
    const evaluator = instanceOf(name, body.fn, options) as WindowEvaluator
    const values = partition.values.map((column, i) => {
      const convert = adapters[i]
      return convert === undefined ? column : column.map((value) => (value === null ? null : convert(value)))
    })
    return results(name, evaluator, partition, values).map(result)
  }
}

function results(
  name: string,
  evaluator: WindowEvaluator,
  partition: WindowPartition,
  values: readonly (readonly unknown[])[],
): readonly unknown[] {
  const { rows } = partition
  const trait = (key: 'usesWindowFrame' | 'includeRank' | 'supportsBoundedExecution' | 'isCausal'): boolean =>
    Boolean(call(name, key, () => (typeof evaluator[key] === 'function' ? evaluator[key]() : evaluator[key])))
  if (trait('usesWindowFrame'))
    return Array.from({ length: rows }, (_, row) => evaluateRange(name, evaluator, values, partition.frame(row)))
  if (trait('includeRank')) {
    const ranks = partition.ranks()
    return all(name, 'evaluateAllWithRank', rows, () => required(name, evaluator, 'evaluateAllWithRank')(rows, ranks))
  }
  if (!trait('supportsBoundedExecution'))
    return all(name, 'evaluateAll', rows, () => required(name, evaluator, 'evaluateAll')(values, rows))
  const isCausal = trait('isCausal')
  return Array.from({ length: rows }, (_, row) => {
    const range = call(name, 'getRange', () => evaluator.getRange?.(row, rows)) ?? [0, isCausal ? row + 1 : rows]
    const value = evaluateRange(name, evaluator, values, checkRange(name, range, rows))
    call(name, 'memoize', () => evaluator.memoize?.())
    return value
  })
}

function evaluateRange(
  name: string,
  evaluator: WindowEvaluator,
  values: readonly (readonly unknown[])[],
  range: RowRange,
): unknown {
  return call(name, 'evaluate', () => required(name, evaluator, 'evaluate')(values, range))
}

function call<Result>(name: string, method: string, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw methodFailure(name, method, error)
  }
}

function required<Method extends 'evaluate' | 'evaluateAll' | 'evaluateAllWithRank'>(
  name: string,
  evaluator: WindowEvaluator,
  method: Method,
): NonNullable<WindowEvaluator[Method]> {
  const own = evaluator[method]
  if (own === undefined) throw contractBroken(name, `its evaluator has no ${method}(), which its traits ask for`)
  return own.bind(evaluator) as NonNullable<WindowEvaluator[Method]>
}

/** The results of all rows at once, counted. */
function all(name: string, method: string, rows: number, run: () => Iterable<unknown>): readonly unknown[] {
  const given = call(name, method, () => Array.from(run()))
  if (given.length === rows) return given
  throw new UdfError(
    'udf_wrong_result',
    `Function "${name}" returned ${given.length} values from ${method}() for ${rows} rows`,
    { details: { udf: name, method } },
  )
}

function checkRange(name: string, range: RowRange, rows: number): RowRange {
  const [start, end] = range
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= rows) return range
  throw new UdfError(
    'udf_wrong_result',
    `Function "${name}" returned [${start}, ${end}] from getRange() for ${rows} rows: it is a range of them, half-open`,
    { details: { udf: name, method: 'getRange' } },
  )
}
