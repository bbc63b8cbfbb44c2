// Sorted runs of rows to one: what every task of a stage has sorted by itself is merged, and rows that come nearly in
// order are not sorted from the beginning. Stable.

import type { NumberedRows, RowKey } from './order-rows.ts'

/** More runs than that are sorted faster than merged. */
const MAX_RUNS = 64

/** Places from `start` to `end`. */
interface Run {
  readonly start: number
  readonly end: number
}

type Compare = (a: number, b: number) => number

/**
 * Merges the runs that rows stand in. Both arrays may be used for it.
 *
 * @param numbered - All rows in the order they have, which decides between equals.
 * @param wanted - How many rows are needed; what comes after them is left out.
 * @returns The rows in order; undefined when they are not a few runs.
 */
export function mergeRuns(keys: readonly RowKey[], numbered: NumberedRows, wanted: number): NumberedRows | undefined {
  const compare = tieBreaker(keys)
  let runs = runsIn(numbered, compare)
  if (runs === undefined || runs.length === 1) return runs && numbered
  const { length } = numbered.rows
  let from = numbered
  let to: NumberedRows = { rows: new Int32Array(length), numbers: new Float64Array(length) }
  while (runs.length > 1) {
    const merged: Run[] = []
    for (let i = 0; i < runs.length; i += 2) {
      const first = runs[i] ?? { start: 0, end: 0 }
      const second = runs[i + 1] ?? { start: first.end, end: first.end }
      merged.push(mergeTwo(from, to, [first, second], wanted, compare))
    }
    runs = merged
    ;[from, to] = [to, from]
  }
  return from
}

/** Compares rows of equal numbers. */
function tieBreaker(keys: readonly RowKey[]): Compare {
  const undecided = keys[0]?.leading().exact === true ? keys.slice(1) : keys
  const [only, ...others] = undecided
  if (only === undefined) return () => 0
  if (others.length === 0) return only.compare
  return (a, b) => {
    for (const { compare } of undecided) {
      const result = compare(a, b)
      if (result !== 0) return result
    }
    return 0
  }
}

/** The longest runs in order; undefined as soon as there are too many. */
function runsIn({ rows, numbers }: NumberedRows, compare: Compare): readonly Run[] | undefined {
  const runs: Run[] = []
  let start = 0
  for (let i = 1; i < rows.length; i++) {
    const [before, number] = [numbers[i - 1] ?? 0, numbers[i] ?? 0]
    if (before < number || (before === number && compare(rows[i - 1] ?? 0, rows[i] ?? 0) <= 0)) continue
    runs.push({ start, end: i })
    if (runs.length === MAX_RUNS) return undefined
    start = i
  }
  return [...runs, { start, end: rows.length }]
}

/** Merges two runs to one that starts where the first does. */
function mergeTwo(
  from: NumberedRows,
  to: NumberedRows,
  [first, second]: readonly [Run, Run],
  wanted: number,
  compare: Compare,
): Run {
  const { rows, numbers } = from
  let [a, b, at] = [first.start, second.start, first.start]
  const end = first.start + Math.min(wanted, first.end - first.start + second.end - second.start)
  for (; a < first.end && b < second.end && at < end; at++) {
    const [x, y] = [numbers[a] ?? 0, numbers[b] ?? 0]
    const takesSecond = y < x || (y === x && compare(rows[a] ?? 0, rows[b] ?? 0) > 0)
    const position = takesSecond ? b++ : a++
    to.rows[at] = rows[position] ?? 0
    to.numbers[at] = takesSecond ? y : x
  }
  const rest = a < first.end ? { start: a, end: a + end - at } : { start: b, end: b + end - at }
  to.rows.set(rows.subarray(rest.start, rest.end), at)
  to.numbers.set(numbers.subarray(rest.start, rest.end), at)
  return { start: first.start, end }
}
