// Sorting numbers, and positions along with them, by distribution: numbers are distributed into buckets by interpolation, few
// enough that the processor's caches hold their ends, and each bucket again until what is left is put in order by
// insertion. Stable. Knows nothing of rows or columns.

/** Ranges of up to this many numbers are put in order by insertion. */
const SMALL = 24
/** Numbers per bucket that distribution aims at. */
const AIM = 4
/** Buckets of one range at the most. */
const MAX_BUCKETS = 4096
/** Numbers that distribution has not separated after so many rounds are spread too unevenly for it. */
const MAX_ROUNDS = 12
/** From so many on, a copy in bulk is cheaper than a loop. */
const BULK = 256

/** What is being sorted. */
interface Numbers {
  readonly numbers: Float64Array
  /** What moves with the numbers. */
  readonly positions: Int32Array | undefined
}

/** How numbers find their buckets. */
interface Spread {
  readonly buckets: number
  readonly least: number
  /** Buckets per unit. */
  readonly scale: number
}

export class NumberSorter {
  #numbers = new Float64Array(0)
  #positions = new Int32Array(0)
  /** Where the buckets of each round end; a round uses its own while the next one distributes. */
  readonly #ends: Int32Array[] = []

  /**
   * Puts `numbers[start]` up to `numbers[end]` in ascending order, and what stands at the same positions of `positions`
   * with them.
   *
   * @param numbers - No NaN among them.
   * @param wanted - Places from here on may be left in any order; numbers that are equal to wanted ones are not.
   */
  sort(numbers: Float64Array, positions: Int32Array | undefined, start: number, end: number, wanted = end): void {
    const count = end - start
    if (count > SMALL) {
      if (this.#numbers.length < count) this.#numbers = new Float64Array(count)
      if (positions !== undefined && this.#positions.length < count) this.#positions = new Int32Array(count)
    }
    this.#sort({ numbers, positions }, start, end, wanted, 0)
  }

  #sort(all: Numbers, start: number, end: number, wanted: number, round: number): void {
    const { numbers, positions } = all
    const count = end - start
    if (count <= SMALL) {
      insert(numbers, positions, start, end)
      return
    }
    let least = Infinity
    let greatest = -Infinity
    let before = -Infinity
    let inOrder = true
    for (let i = start; i < end; i++) {
      const number = numbers[i] ?? 0
      if (number < least) least = number
      if (number > greatest) greatest = number
      if (number < before) inOrder = false
      before = number
    }
    if (inOrder) return
    const buckets = Math.min(MAX_BUCKETS, Math.ceil(count / AIM))
    const scale = (buckets - 1) / (greatest - least)
    const bounded = least !== -Infinity && greatest !== Infinity
    // Neither a range beyond the largest double nor one below the smallest can be divided.
    if ((bounded && !(scale > 0 && scale < Infinity)) || round === MAX_ROUNDS) {
      compareAll(numbers, positions, start, end)
      return
    }
    const ends = this.#endsOf(round)
    if (bounded) this.#distribute(all, start, end, ends, { buckets, least, scale })
    else this.#distributeInfinities(all, start, end, ends)
    let sorted = start
    let from = start
    for (let b = 0; b < (bounded ? buckets : 3) && from < wanted; b++) {
      const to = start + (ends[b] ?? 0)
      if (to - from > SMALL) {
        insert(numbers, positions, sorted, from)
        this.#sort(all, from, to, wanted, round + 1)
        sorted = to
      }
      from = to
    }
    insert(numbers, positions, sorted, from)
  }

  #endsOf(round: number): Int32Array {
    let ends = this.#ends[round]
    if (ends === undefined) {
      ends = new Int32Array(MAX_BUCKETS)
      this.#ends[round] = ends
    }
    return ends
  }

  /** Moves each number to its bucket; `ends` then says where the buckets end, counted from `start`. */
  #distribute(all: Numbers, start: number, end: number, ends: Int32Array, { buckets, least, scale }: Spread): void {
    const { numbers, positions } = all
    ends.fill(0, 0, buckets)
    for (let i = start; i < end; i++) {
      const bucket = (((numbers[i] ?? 0) - least) * scale) | 0
      ends[bucket] = (ends[bucket] ?? 0) + 1
    }
    startsFromCounts(ends, buckets)
    const distributed = this.#numbers
    const distributedPositions = this.#positions
    for (let i = start; i < end; i++) {
      const number = numbers[i] ?? 0
      const bucket = ((number - least) * scale) | 0
      const to = ends[bucket] ?? 0
      ends[bucket] = to + 1
      distributed[to] = number
      if (positions !== undefined) distributedPositions[to] = positions[i] ?? 0
    }
    this.#takeBack(all, start, end - start)
  }

  /** Infinities go to both ends: what is finite between them is distributed in the next round. */
  #distributeInfinities(all: Numbers, start: number, end: number, ends: Int32Array): void {
    const { numbers, positions } = all
    ends.fill(0, 0, 3)
    for (let i = start; i < end; i++) {
      const bucket = infinityBucket(numbers[i] ?? 0)
      ends[bucket] = (ends[bucket] ?? 0) + 1
    }
    startsFromCounts(ends, 3)
    for (let i = start; i < end; i++) {
      const bucket = infinityBucket(numbers[i] ?? 0)
      const to = ends[bucket] ?? 0
      ends[bucket] = to + 1
      this.#numbers[to] = numbers[i] ?? 0
      if (positions !== undefined) this.#positions[to] = positions[i] ?? 0
    }
    this.#takeBack(all, start, end - start)
  }

  #takeBack({ numbers, positions }: Numbers, start: number, count: number): void {
    const distributed = this.#numbers
    const distributedPositions = this.#positions
    if (count < BULK) {
      for (let i = 0; i < count; i++) numbers[start + i] = distributed[i] ?? 0
      if (positions !== undefined) for (let i = 0; i < count; i++) positions[start + i] = distributedPositions[i] ?? 0
    } else {
      numbers.set(distributed.subarray(0, count), start)
      positions?.set(distributedPositions.subarray(0, count), start)
    }
  }
}

const infinityBucket = (number: number): number => (number === -Infinity ? 0 : number === Infinity ? 2 : 1)

function startsFromCounts(counts: Int32Array, buckets: number): void {
  let sum = 0
  for (let b = 0; b < buckets; b++) {
    const count = counts[b] ?? 0
    counts[b] = sum
    sum += count
  }
}

function insert(numbers: Float64Array, positions: Int32Array | undefined, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const number = numbers[i] ?? 0
    if ((numbers[i - 1] ?? 0) <= number) continue
    const position = positions === undefined ? 0 : (positions[i] ?? 0)
    let j = i - 1
    for (; j >= start; j--) {
      const other = numbers[j] ?? 0
      if (other <= number) break
      numbers[j + 1] = other
      if (positions !== undefined) positions[j + 1] = positions[j] ?? 0
    }
    numbers[j + 1] = number
    if (positions !== undefined) positions[j + 1] = position
  }
}

/** For numbers that differ in scale by hundreds of orders of magnitude. */
function compareAll(numbers: Float64Array, positions: Int32Array | undefined, start: number, end: number): void {
  const own = numbers.slice(start, end)
  const order = Int32Array.from(own, (_, i) => i).sort((a, b) => (own[a] ?? 0) - (own[b] ?? 0))
  const ownPositions = positions?.slice(start, end)
  order.forEach((from, i) => {
    numbers[start + i] = own[from] ?? 0
    if (positions !== undefined) positions[start + i] = ownPositions?.[from] ?? 0
  })
}
