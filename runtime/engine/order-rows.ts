// The order of rows as positions, by distribution: rows are dealt into buckets by the leading number of their first key,
// then each small bucket is put in order. Stable. Keys whose leading number does not decide are compared in full.

/** What rows are ordered by. */
export interface RowOrder {
  /**
   * For each row a number that is smaller only when the row comes first. Equal numbers do not mean equal keys unless
   * `decides`. Never NaN.
   */
  readonly leading: Float64Array
  /** Rows of equal leading number are equal. */
  readonly decides: boolean
  /** Compares two rows of equal leading number. */
  readonly compare: (a: number, b: number) => number
}

/** Buckets of up to this many rows are put in order by insertion. */
const SMALL = 24
/** Rows per bucket that dealing aims at. */
const AIM = 6

/**
 * Positions of rows in order.
 *
 * @param rows - The rows to order, in the order that decides between equals.
 * @param limit - How many positions are wanted; the rest is left out.
 */
export function orderRows(rows: Int32Array, order: RowOrder, limit = rows.length): Int32Array {
  const keys = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) keys[i] = order.leading[rows[i] ?? 0] ?? 0
  const sorted = new Int32Array(Math.min(limit, rows.length))
  sortInto(Int32Array.from(rows), keys, order, sorted, 0)
  return sorted
}

/** Orders `rows` and writes as many as fit into `target` from `at`. */
function sortInto(rows: Int32Array, keys: Float64Array, order: RowOrder, target: Int32Array, at: number): void {
  const wanted = target.length - at
  if (rows.length === 0 || wanted <= 0) return
  if (rows.length <= SMALL) {
    insertionSort(rows, keys, order, 0, rows.length)
    target.set(rows.length > wanted ? rows.subarray(0, wanted) : rows, at)
    return
  }
  let least = Infinity
  let greatest = -Infinity
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? 0
    if (key < least) least = key
    if (key > greatest) greatest = key
  }
  const scale = bucketScale(least, greatest, rows.length)
  if (scale === 0) {
    if (!order.decides) rows.sort((a, b) => order.compare(a, b) || a - b)
    target.set(rows.length > wanted ? rows.subarray(0, wanted) : rows, at)
    return
  }
  deal(rows, keys, order, target, at, least, scale)
}

/** Buckets per unit of the leading number; 0 when all are equal, negative when there is no such scale. */
function bucketScale(least: number, greatest: number, count: number): number {
  const range = greatest - least
  const buckets = Math.min(1 << 21, Math.max(2, Math.ceil(count / AIM)))
  if (!(range > 0)) return 0
  // Infinities are ends of their own: everything finite shares a bucket and is dealt again.
  if (range === Infinity) return -1
  const scale = (buckets - 1) / range
  return Number.isFinite(scale) ? scale : -1
}

function deal(
  rows: Int32Array,
  keys: Float64Array,
  order: RowOrder,
  target: Int32Array,
  at: number,
  least: number,
  scale: number,
): void {
  const count = rows.length
  const buckets = new Int32Array(count)
  let highest = 0
  for (let i = 0; i < count; i++) {
    const key = keys[i] ?? 0
    const bucket = scale < 0 ? (key === -Infinity ? 0 : key === Infinity ? 2 : 1) : ((key - least) * scale) | 0
    buckets[i] = bucket
    if (bucket > highest) highest = bucket
  }
  const ends = new Int32Array(highest + 2)
  for (let i = 0; i < count; i++) {
    const next = (buckets[i] ?? 0) + 1
    ends[next] = (ends[next] ?? 0) + 1
  }
  for (let b = 1; b < ends.length; b++) ends[b] = (ends[b] ?? 0) + (ends[b - 1] ?? 0)
  const starts = ends.slice()
  const dealtRows = new Int32Array(count)
  const dealtKeys = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const bucket = buckets[i] ?? 0
    const to = starts[bucket] ?? 0
    starts[bucket] = to + 1
    dealtRows[to] = rows[i] ?? 0
    dealtKeys[to] = keys[i] ?? 0
  }
  const wanted = target.length - at
  for (let b = 0; b <= highest; b++) {
    const start = ends[b] ?? 0
    const end = ends[b + 1] ?? 0
    if (start >= wanted) break
    if (end - start <= SMALL) {
      if (end - start > 1) insertionSort(dealtRows, dealtKeys, order, start, end)
    } else if (end - start === count) {
      // Dealing did not part them: only comparing does.
      dealtRows.sort((x, y) => (order.leading[x] ?? 0) - (order.leading[y] ?? 0) || order.compare(x, y) || x - y)
    } else {
      const part = dealtRows.slice(start, end)
      sortInto(part, dealtKeys.slice(start, end), order, dealtRows.subarray(0, end), start)
    }
  }
  target.set(dealtRows.subarray(0, Math.min(count, wanted)), at)
}

function insertionSort(rows: Int32Array, keys: Float64Array, order: RowOrder, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const row = rows[i] ?? 0
    const key = keys[i] ?? 0
    let j = i - 1
    for (; j >= start; j--) {
      const other = keys[j] ?? 0
      if (other < key || (other === key && (order.decides || order.compare(rows[j] ?? 0, row) <= 0))) break
      rows[j + 1] = rows[j] ?? 0
      keys[j + 1] = other
    }
    rows[j + 1] = row
    keys[j + 1] = key
  }
}
