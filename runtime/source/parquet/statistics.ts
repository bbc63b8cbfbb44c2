// Whether a row group can hold rows that a filter keeps, from the footer's statistics alone.
// In doubt the answer is yes: a wrong no would lose rows.

import type { RowGroup, Statistics } from 'hyparquet'
import type { ColumnRange, RangeBound } from '../source.ts'
import type { ColumnNode, LeafNode } from './columns.ts'

/** False when the statistics prove that no row of the group lies within all the ranges. */
export function mayMatch(group: RowGroup, columns: readonly ColumnNode[], ranges: readonly ColumnRange[]): boolean {
  return ranges.every((range) => {
    const leaf = columns.find((column) => column.field.name === range.column)
    if (leaf?.kind !== 'leaf') return true
    const metadata = group.columns[leaf.index]?.meta_data
    if (metadata?.statistics === undefined) return true
    return mayHold(leaf, metadata.statistics, Number(metadata.num_values), range)
  })
}

function mayHold(leaf: LeafNode, statistics: Statistics, values: number, range: ColumnRange): boolean {
  const nulls = statistics.null_count === undefined ? undefined : Number(statistics.null_count)
  if (range.nulls === true) {
    if (nulls === undefined || nulls > 0) return true
  } else if (nulls === values && values > 0) {
    return false
  }
  const bounds = boundsOf(leaf, statistics)
  if (bounds === undefined) return true
  const { min, max } = bounds
  const isAbove = range.max !== undefined && compare(min, range.max) > 0
  // NaN sorts above every number and is in no statistics: a lower bound alone excludes no group of floats.
  const isFloat = leaf.field.type.kind === 'float32' || leaf.field.type.kind === 'float64'
  const isBelow = range.min !== undefined && compare(max, range.min) < 0 && (!isFloat || range.max !== undefined)
  return !isAbove && !isBelow
}

type Bound = RangeBound | Uint8Array

function boundsOf(leaf: LeafNode, statistics: Statistics): { min: Bound; max: Bound } | undefined {
  const { kind } = leaf.field.type
  // Decimals arrive rounded, intervals have no order, halves and INT96 no reliable one.
  if (['decimal128', 'interval', 'null'].includes(kind)) return undefined
  if (leaf.element.type === 'INT96' || leaf.element.logical_type?.type === 'FLOAT16') return undefined
  const isSigned = !['utf8', 'binary', 'uint8', 'uint16', 'uint32', 'uint64'].includes(kind)
  // The old fields were written with signed comparison, whatever the type.
  const min = statistics.min_value ?? (isSigned ? statistics.min : undefined)
  const max = statistics.max_value ?? (isSigned ? statistics.max : undefined)
  if (!isBound(min) || !isBound(max) || Number.isNaN(min) || Number.isNaN(max)) return undefined
  if (leaf.element.converted_type === 'TIME_MILLIS' || isMillisTime(leaf)) return undefined
  return { min, max }
}

const isMillisTime = ({ element }: LeafNode): boolean =>
  element.logical_type?.type === 'TIME' && element.logical_type.unit === 'MILLIS'

const isBound = (value: unknown): value is Bound =>
  ['number', 'bigint', 'boolean'].includes(typeof value) || value instanceof Uint8Array

/** Negative, 0 or positive; 0 for values that cannot be compared, which excludes nothing. */
function compare(statistic: Bound, bound: RangeBound): number {
  if (statistic instanceof Uint8Array)
    return typeof bound === 'string' ? Buffer.compare(statistic, Buffer.from(bound)) : 0
  if (typeof bound === 'string') return 0
  const [a, b] = [
    typeof statistic === 'boolean' ? Number(statistic) : statistic,
    typeof bound === 'boolean' ? Number(bound) : bound,
  ]
  if (typeof a === 'string') return 0
  return a < b ? -1 : a > b ? 1 : 0
}
