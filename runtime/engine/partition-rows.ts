// Row positions grouped by partition, as a counting sort does: window partitions, partitions of an exchange. Rows of one
// partition keep their order.

export interface PartitionedRows {
  /** The rows of partition 0, then those of 1, and so on. */
  readonly rows: Int32Array
  /** Where those of each partition start, and the end. */
  readonly starts: Int32Array
  /** What was given beside the rows, in the same order. */
  readonly values: Float64Array | undefined
}

/**
 * @param partitions - The partition of each row, below `count`.
 * @param values - A value of each row that is to come along.
 */
export function partitionRows(
  partitions: Int32Array,
  count: number,
  length: number,
  values?: Float64Array,
): PartitionedRows {
  const starts = new Int32Array(count + 1)
  for (let row = 0; row < length; row++) {
    const next = (partitions[row] ?? 0) + 1
    starts[next] = (starts[next] ?? 0) + 1
  }
  for (let n = 1; n < starts.length; n++) starts[n] = (starts[n] ?? 0) + (starts[n - 1] ?? 0)
  const next = starts.slice()
  const rows = new Int32Array(length)
  const gathered = values === undefined ? undefined : new Float64Array(length)
  for (let row = 0; row < length; row++) {
    const partition = partitions[row] ?? 0
    const position = next[partition] ?? 0
    next[partition] = position + 1
    rows[position] = row
    if (values !== undefined && gathered !== undefined) gathered[position] = values[row] ?? 0
  }
  return { rows, starts, values: gathered }
}
