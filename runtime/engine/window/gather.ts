// Gathering the rows of a column at positions, and spreading gathered values back over rows, the latter by a loop of its own
// for every kind of array: one loop for all kinds would be slow for each.

import type { PlainColumn } from '../../../functions/column/column.ts'
import { takeRows } from '../../../functions/column/take.ts'
import { takeValues } from '../../../functions/column/take-values.ts'
import { compileFunction } from '../emit/loop.ts'

type FixedColumn = PlainColumn & { readonly storage: 'number' | 'bigint' | 'mask' }
type FixedArray = FixedColumn['values']

/** Whether a row is one entry of a typed array. */
export const isFixed = (column: PlainColumn): column is FixedColumn =>
  column.storage === 'number' || column.storage === 'bigint' || column.storage === 'mask'

/**
 * The rows at `positions`, in that order.
 *
 * @param valid - Their validity, gathered already.
 */
export function gathered(column: PlainColumn, positions: Int32Array, valid: Uint8Array | undefined): PlainColumn {
  const { length } = positions
  if (!isFixed(column)) return takeRows(column, positions, length)
  const { type, storage } = column
  return { storage, type, length, valid, values: gatheredValues(column.values, positions) } as PlainColumn
}

/** The entries at `positions`, in an array of the same kind. */
export const gatheredValues = <Values extends FixedArray>(values: Values, positions: Int32Array): Values =>
  takeValues(values, positions, positions.length)

/** An empty array of the same kind. */
const fresh = (values: FixedArray, length: number): FixedArray =>
  new (values.constructor as new (length: number) => FixedArray)(length)

/** Values of a column in order, to be given to rows. */
export interface GatherIndices {
  /** The column that is gathered from, by position. */
  readonly ordered: PlainColumn
  /** For each position the one to gather from, -1 for none. */
  readonly indices: Int32Array
  /** The row at each position. */
  readonly rows: Int32Array
  /** What rows get that gather none, by row; null without it. */
  readonly otherwise: PlainColumn | undefined
}

type SpreadLoop = (
  from: FixedArray,
  valid: Uint8Array | undefined,
  indices: Int32Array,
  rows: Int32Array,
  to: FixedArray,
  toValid: Uint8Array,
) => number
const spreadLoops = new Map<string, SpreadLoop>()

/** Each row's gathered value, of a column whose rows are entries of a typed array. */
export function spread(
  ordered: FixedColumn,
  { indices, rows, otherwise }: Omit<GatherIndices, 'ordered'>,
): PlainColumn {
  const { type, storage, values, valid } = ordered
  const length = rows.length
  const result = fresh(values, length)
  const resultValid = new Uint8Array(length)
  const nulls = spreadLoop(values, valid !== undefined)(values, valid, indices, rows, result, resultValid)
  if (otherwise !== undefined && isFixed(otherwise))
    fillIn(otherwise, indices, rows, result as Float64Array, resultValid)
  const isWhole = nulls === 0 && otherwise === undefined
  return { storage, type, length, valid: isWhole ? undefined : resultValid, values: result } as PlainColumn
}

function spreadLoop(values: FixedArray, hasNulls: boolean): SpreadLoop {
  const key = `${values.constructor.name} ${hasNulls}`
  let loop = spreadLoops.get(key)
  if (loop === undefined) {
    loop = compileFunction<SpreadLoop>(`function spread(from, valid, indices, rows, to, toValid) {
      let nulls = 0;
      for (let position = 0; position < rows.length; position++) {
        const at = indices[position];
        const found = at >= 0 ${hasNulls ? '&& valid[at] === 1' : ''};
        if (!found) { nulls++; continue; }
        const row = rows[position];
        to[row] = from[at];
        toValid[row] = 1;
      }
      return nulls;
    }`)
    spreadLoops.set(key, loop)
  }
  return loop
}

function fillIn(
  { values, valid }: FixedColumn,
  indices: Int32Array,
  rows: Int32Array,
  to: Float64Array,
  toValid: Uint8Array,
): void {
  for (let position = 0; position < rows.length; position++) {
    const row = rows[position] ?? 0
    if ((indices[position] ?? 0) >= 0 || (valid !== undefined && valid[row] === 0)) continue
    to[row] = values[row] as number
    toValid[row] = 1
  }
}
