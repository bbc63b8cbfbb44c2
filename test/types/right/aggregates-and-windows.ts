// Accumulators and window evaluators as they should compile.

import { col, date32, field, float64, int64, list, SessionContext, udaf, udwf, utf8 } from 'volley'

class Product {
  product = 1
  add(x: number) {
    this.product *= x
  }
  merge(products: number[]) {
    for (const x of products) this.product *= x
  }
  state() {
    return [this.product]
  }
  evaluate() {
    return this.product
  }
}
/** Whoever skips nulls sees none. That a state has none, the accumulator knows by itself. */
export const product = udaf(Product, [float64], float64, [float64], { name: 'product', nulls: 'skip' })
product(col('x')).over({ orderBy: [col('x')] })

class Latest {
  #day: Date | null = null
  #count = 0n
  update(days: (Date | null)[], counts: (bigint | null)[]): void {
    for (const day of days) if (day !== null && (this.#day === null || day > this.#day)) this.#day = day
    for (const count of counts) this.#count += count ?? 0n
  }
  merge(days: (Date | null)[], counts: bigint[]): void {
    this.update(days, counts)
  }
  retract(): void {}
  state() {
    return [this.#day, this.#count]
  }
  evaluate(): Date | null {
    return this.#day
  }
}
udaf(Latest, [date32, int64], date32, [date32, field('count', int64, false)])

// A factory's methods are inferred.
udaf(
  () => {
    let names: string[] = []
    return {
      add: (name, times) => {
        for (let i = 0; i < (times ?? 0); i++) names.push(name ?? '')
      },
      merge: (lists) => {
        for (const more of lists) names = names.concat(more?.map((name) => name ?? '') ?? [])
      },
      state: () => [names],
      evaluate: () => names.join(),
    }
  },
  [utf8, int64],
  utf8,
  ['list<utf8>'],
  { name: 'chain', int64As: 'number' },
)
// Methods may return what nobody uses.
udaf(
  () => {
    const seen = new Set<string | null>()
    return {
      add: (name) => seen.add(name),
      merge: (lists) => lists.map((names) => names?.forEach((name) => void seen.add(name))),
      state: () => [[...seen]],
      evaluate: () => seen.size,
    }
  },
  [utf8],
  int64,
  [list(utf8)],
  { name: 'distinct' },
)

class Smooth {
  readonly #isQuiet: boolean
  constructor({ ignoreNulls }: { readonly ignoreNulls: boolean }) {
    this.#isQuiet = ignoreNulls
  }
  evaluateAll([values]: [(number | null)[]], numRows: number): Iterable<number | null> {
    return Array.from({ length: numRows }, (_, i) => values[i] ?? (this.#isQuiet ? 0 : null))
  }
}
class Spread {
  readonly usesWindowFrame = true
  evaluate([values = []]: (number | null)[][], [start, end]: [number, number]) {
    return Math.max(...values.slice(start, end).map(Number))
  }
}
class Quarter {
  includeRank(): boolean {
    return true
  }
  *evaluateAllWithRank(numRows: number, ranks: readonly (readonly [start: number, end: number])[]) {
    for (const [start, end] of ranks)
      for (let row = start; row < end; row++) yield BigInt(Math.ceil((4 * end) / numRows))
  }
}
const smooth = udwf(Smooth, [float64], float64)
udwf(Spread, ['float64'], 'float64')
udwf(Quarter, [], int64)
udwf(
  () => ({
    evaluateAll: ([names, counts]) => names.map((name, i) => (name ?? '').repeat(Number(counts[i] ?? 0n))),
  }),
  [utf8, int64],
  utf8,
  { name: 'repeated' },
)
udwf(() => ({ evaluateAll: ([values]) => Float64Array.from(values, Number) }), [float64], float64, { name: 'numbers' })
smooth(col('x')).over({ partitionBy: [col('k')] })

const ctx = new SessionContext()
ctx.registerUdaf(product)
ctx.registerUdwf(smooth)
ctx.udaf('product')(col('x'), 1)
ctx.udwf('smooth')(col('x'))
