// Rows of a series as record batches: whole numbers, which can be cut anywhere, or moments, each of which follows from the
// one before.

import { makeData, type RecordBatch } from 'apache-arrow'
import type { IntervalValue } from '../../../functions/cast/interval.ts'
import { maxBatchRows } from '../../../functions/column/slice.ts'
import { InternalError } from '../../../functions/errors.ts'
import { isForward } from '../../../functions/scalar/series.ts'
import { temporalOperation } from '../../../functions/scalar/temporal-arithmetic.ts'
import { toArrowSchema } from '../../../functions/types/arrow.ts'
import { interval } from '../../../functions/types/type.ts'
import { makeBatch } from '../batches.ts'
import { selectFields, throwIfCancelled } from '../partitions.ts'
import type { MomentsSpec, NumbersSpec, ReadOptions, SeriesSpec, SourcePartition } from '../source.ts'
import { momentType, seriesSchema } from './open-series.ts'

export async function* readSeries(
  spec: SeriesSpec,
  partition: SourcePartition,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const { fields } = toArrowSchema(selectFields(seriesSchema(spec), options.columns))
  const size = options.batchRows ?? maxBatchRows
  let rows = 0
  for (const values of spec.of === 'numbers' ? numbers(spec, partition, size) : moments(spec, size)) {
    throwIfCancelled(options)
    const { length } = values
    const columns = fields.map((field) => ({
      field,
      data: makeData({ type: field.type, length, nullCount: 0, data: values }),
    }))
    rows += length
    yield makeBatch(length, columns)
    options.onProgress?.({ rows, bytes: rows * BigInt64Array.BYTES_PER_ELEMENT })
  }
}

function* numbers({ first, step, count }: NumbersSpec, { slices }: SourcePartition, size: number) {
  const [start, end] = slices[0]?.range ?? [0, count]
  for (let from = start; from < end; from += size) {
    yield arithmetic(first + BigInt(from) * step, step, Math.min(size, end - from))
  }
}

/** As 32-bit halves where a number holds every value exactly: several times as fast as by bigints. */
function arithmetic(first: bigint, step: bigint, length: number): BigInt64Array {
  const values = new BigInt64Array(length)
  const last = first + step * BigInt(length)
  if (![first, last].every(isExact)) {
    for (let i = 0; i < length; i++) values[i] = first + BigInt(i) * step
    return values
  }
  const halves = new Int32Array(values.buffer)
  const by = Number(step)
  for (let i = 0, value = Number(first); i < length; i++, value += by) {
    halves[2 * i] = value
    halves[2 * i + 1] = Math.floor(value / 4_294_967_296)
  }
  return values
}

const isExact = (value: bigint): boolean => BigInt.asIntN(53, value) === value

/** Each moment is the one before moved by the step, as in lists of them. */
function* moments({ first, end, isClosed, step, timezone }: MomentsSpec, size: number) {
  const type = momentType(timezone)
  const operation = temporalOperation('+', type, interval())
  if (operation === undefined) throw new InternalError('A series of moments has no arithmetic')
  const next = operation.kernel().row as (at: bigint, by: IntervalValue) => bigint
  const forward = isForward(step, type)
  const isWithin = (at: bigint): boolean => (forward ? at < end : at > end) || (isClosed && at === end)
  let at = first
  while (isWithin(at)) {
    const values: bigint[] = []
    for (; values.length < size && isWithin(at); at = next(at, step)) values.push(at)
    yield BigInt64Array.from(values)
  }
}
