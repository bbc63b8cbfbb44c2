// A user's window evaluator over one window partition: the method that its traits ask for, values converted both ways,
// errors that name the method.

import type { RowRange, WindowEvaluator, WindowUdf } from '../contract/udf.ts'
import { InternalError } from '../errors.ts'
import type { Value } from '../types/value.ts'
import { type CalledFor, calledForRow, contractBroken, methodFailure, notPromised, wrongResult } from './failure.ts'
import { instanceOf } from './instance.ts'
import { fromUser, toUser } from './user-values.ts'

/** One window partition, its rows in order. */
export interface WindowPartition {
  readonly rows: number
  /** One column of values per argument. */
  readonly values: readonly (readonly Value[])[]
  /** The row of the task's input that a row of the window partition corresponds to, for errors. */
  readonly rowOfInput: (row: number) => number
  /** Finds the frames: the frame of each row. */
  readonly frames: () => (row: number) => RowRange
  /** The ranges of rows that are equal in all sort keys. */
  readonly ranks: () => readonly RowRange[]
}

/** Computes a partition's results, a value per row. */
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
    return converted(name, results(name, evaluator, partition, values), result, partition)
  }
}

/** The results as values of the declared type. */
function converted(
  name: string,
  given: readonly unknown[],
  convert: (value: unknown) => Value,
  { rowOfInput }: WindowPartition,
): readonly Value[] {
  let row = 0
  try {
    return given.map((value, i) => {
      row = i
      return convert(value)
    })
  } catch (error) {
    throw methodFailure(name, 'evaluate', error, calledForRow(rowOfInput(row)))
  }
}

function results(
  name: string,
  evaluator: WindowEvaluator,
  partition: WindowPartition,
  values: readonly (readonly unknown[])[],
): readonly unknown[] {
  const { rows, rowOfInput } = partition
  const trait = (key: 'usesWindowFrame' | 'includeRank' | 'supportsBoundedExecution' | 'isCausal'): boolean =>
    Boolean(call(name, key, () => (typeof evaluator[key] === 'function' ? evaluator[key]() : evaluator[key])))
  if (trait('usesWindowFrame')) {
    const evaluate = required(name, evaluator, 'evaluate')
    const frame = partition.frames()
    return forEach(name, partition, (row) => evaluate(values, frame(row)))
  }
  if (trait('includeRank')) {
    const ranks = partition.ranks()
    const evaluate = required(name, evaluator, 'evaluateAllWithRank')
    return all(name, 'evaluateAllWithRank', partition, () => evaluate(rows, ranks))
  }
  if (!trait('supportsBoundedExecution')) {
    const evaluate = required(name, evaluator, 'evaluateAll')
    return all(name, 'evaluateAll', partition, () => evaluate(values, rows))
  }
  const isCausal = trait('isCausal')
  const evaluate = required(name, evaluator, 'evaluate')
  return Array.from({ length: rows }, (_, row) => {
    const at = (): CalledFor | undefined => calledForRow(rowOfInput(row))
    const given = (): RowRange => evaluator.getRange?.(row, rows) ?? [0, isCausal ? row + 1 : rows]
    const range = call(name, 'getRange', () => checkRange(name, notPromised(name, 'getRange', given()), rows), at)
    const value = call(name, 'evaluate', () => evaluate(values, range), at)
    call(name, 'memoize', () => evaluator.memoize?.(), at)
    return value
  })
}

/** What `evaluate` gives for each row. */
function forEach(
  name: string,
  { rows, rowOfInput }: WindowPartition,
  evaluate: (row: number) => unknown,
): readonly unknown[] {
  const results = new Array<unknown>(rows)
  let row = 0
  try {
    for (; row < rows; row++) results[row] = evaluate(row)
  } catch (error) {
    throw methodFailure(name, 'evaluate', error, calledForRow(rowOfInput(row)))
  }
  return results
}

/** @param rows - The rows that the method is called for; computed when it throws. */
function call<Result>(name: string, method: string, run: () => Result, rows?: () => CalledFor | undefined): Result {
  try {
    return notPromised(name, method, run())
  } catch (error) {
    throw methodFailure(name, method, error, rows?.())
  }
}

function required<Method extends 'evaluate' | 'evaluateAll' | 'evaluateAllWithRank'>(
  name: string,
  evaluator: WindowEvaluator,
  method: Method,
): NonNullable<WindowEvaluator[Method]> {
  return call(name, method, () => {
    const own = evaluator[method]
    if (own === undefined) throw contractBroken(name, `its evaluator has no ${method}(), which its traits ask for`)
    return own.bind(evaluator) as NonNullable<WindowEvaluator[Method]>
  })
}

/** The results of all rows at once, counted. */
function all(
  name: string,
  method: string,
  { rows, rowOfInput }: WindowPartition,
  run: () => Iterable<unknown>,
): readonly unknown[] {
  const calledFor = (): CalledFor => {
    const own = Array.from({ length: rows }, (_, row) => rowOfInput(row)).sort((a, b) => a - b)
    return { count: rows, first: own[0] ?? 0, last: own.at(-1) ?? 0 }
  }
  const given = call(name, method, () => Array.from(notPromised(name, method, run())), calledFor)
  if (given.length === rows) return given
  throw wrongResult(`Function "${name}" returned ${given.length} values from ${method}() for ${rows} rows`, {
    udf: name,
    method,
  })
}

function checkRange(name: string, range: RowRange, rows: number): RowRange {
  const [start, end] = range
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= rows) return range
  throw wrongResult(
    `Function "${name}" returned [${start}, ${end}] from getRange() for ${rows} rows: it is a range of them, half-open`,
    { udf: name, method: 'getRange' },
  )
}
