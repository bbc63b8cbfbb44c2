// Rows dealt by a small number each: partitions of windows, shares of an exchange. Rows of one number keep their order.

export interface DealtRows {
  /** The rows of number 0, then those of 1, and so on. */
  readonly rows: Int32Array
  /** Where those of each number start, and the end. */
  readonly starts: Int32Array
  /** What was given beside the rows, in the same order. */
  readonly values: Float64Array | undefined
}

/**
 * @param numbers - The number of each row, below `count`.
 * @param values - A value of each row that is to come along.
 */
export function dealRows(numbers: Int32Array, count: number, length: number, values?: Float64Array): DealtRows {
  const starts = new Int32Array(count + 1)
  for (let row = 0; row < length; row++) {
    const next = (numbers[row] ?? 0) + 1
    starts[next] = (starts[next] ?? 0) + 1
  }
  for (let n = 1; n < starts.length; n++) starts[n] = (starts[n] ?? 0) + (starts[n - 1] ?? 0)
  const next = starts.slice()
  const rows = new Int32Array(length)
  const dealt = values === undefined ? undefined : new Float64Array(length)
  for (let row = 0; row < length; row++) {
    const number = numbers[row] ?? 0
    const place = next[number] ?? 0
    next[number] = place + 1
    rows[place] = row
    if (values !== undefined && dealt !== undefined) dealt[place] = values[row] ?? 0
  }
  return { rows, starts, values: dealt }
}
