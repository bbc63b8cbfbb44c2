// The first rows in an order, out of batches as they come: once so many rows are known, a row whose first key stands
// behind that of the last of them is left out before anything but this key is looked at.

import type { Batch, NumberColumn, PlainColumn } from '../../../functions/column/column.ts'
import { resolveDictionary } from '../../../functions/column/take.ts'
import { InternalError } from '../../../functions/errors.ts'
import type { DataType } from '../../../functions/types/type.ts'
import { batchBytes } from '../memory-budget.ts'
import { PreparedBatch, selectRows } from '../prepared-batch.ts'
import { Projection } from '../projection.ts'
import { type Direction, leadingNumbers } from './leading-numbers.ts'
import { type SortKey, sortBatches } from './sort.ts'

/** So many more rows than twice the wanted ones are kept until they are sorted. */
const SLACK = 16_384

export class TopRows {
  readonly #types: readonly DataType[]
  readonly #keys: readonly SortKey[]
  readonly #limit: number
  readonly #key: SortKey
  readonly #firstKey: Projection
  #positions = new Int32Array(0)
  #kept: Batch[] = []
  #bar = Infinity
  rows = 0
  byteLength = 0

  /** @param keys - At least one. */
  constructor(types: readonly DataType[], keys: readonly SortKey[], limit: number) {
    this.#types = types
    this.#keys = keys
    this.#limit = limit
    const [key] = keys
    if (key === undefined) throw new InternalError('Rows have no key to be sorted by')
    this.#key = key
    this.#firstKey = new Projection([key.expression])
  }

  push(batch: Batch): void {
    const candidates = this.#bar === Infinity ? batch : this.#candidates(batch)
    if (candidates.length === 0) return
    this.#kept.push(candidates)
    this.rows += candidates.length
    this.byteLength += batchBytes(candidates)
    if (this.rows <= 2 * this.#limit + SLACK) return
    const best = this.finish()
    this.#kept = [best]
    this.rows = best.length
    this.byteLength = batchBytes(best)
    // Infinity lets all rows through: it may stand for nulls, or NaN.
    this.#bar = leadingNumbers(this.#keyColumn(best), this.#key).numbers[this.#limit - 1] ?? Infinity
  }

  finish(): Batch {
    return sortBatches(this.#kept, this.#types, this.#keys, this.#limit)
  }

  /** The rows that may still be among the first; too many rather than too few. */
  #candidates(batch: Batch): Batch {
    if (this.#positions.length < batch.length) this.#positions = new Int32Array(batch.length)
    const positions = this.#positions
    const column = this.#keyColumn(batch)
    const count =
      column.storage === 'number'
        ? passing(column, this.#bar, this.#key, positions)
        : notAfter(leadingNumbers(column, this.#key).numbers, this.#bar, positions)
    if (count === batch.length) return batch
    return { length: count, columns: batch.columns.map((own) => selectRows(own, { positions, count })) }
  }

  #keyColumn(batch: Batch): PlainColumn {
    const [column] = this.#firstKey.run(PreparedBatch.of(batch), undefined).columns
    if (column === undefined) throw new InternalError('Rows have no key to be sorted by')
    return resolveDictionary(column)
  }
}

function notAfter(numbers: Float64Array, bar: number, positions: Int32Array): number {
  let count = 0
  for (let row = 0; row < numbers.length; row++) {
    positions[count] = row
    count += (numbers[row] ?? 0) <= bar ? 1 : 0
  }
  return count
}

/** The same as of a number column's leading numbers, without writing them down. */
function passing(
  { values, valid, length }: NumberColumn,
  bar: number,
  { descending, nullsFirst }: Direction,
  positions: Int32Array,
): number {
  let count = 0
  if (valid !== undefined) {
    const ofNull = nullsFirst ? 1 : 0
    for (let row = 0; row < length; row++) {
      const value = values[row] ?? 0
      positions[count] = row
      count += valid[row] === 0 ? ofNull : Number(descending ? !(value < -bar) : !(value > bar))
    }
  } else if (descending) {
    // Not being before the bar lets NaN through, which comes first here.
    for (let row = 0; row < length; row++) {
      positions[count] = row
      count += (values[row] ?? 0) < -bar ? 0 : 1
    }
  } else {
    for (let row = 0; row < length; row++) {
      positions[count] = row
      count += (values[row] ?? 0) > bar ? 0 : 1
    }
  }
  return count
}
