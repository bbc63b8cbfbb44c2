// Accumulators and window evaluators that must not compile.

import { col, float64, int64, list, udaf, udwf, utf8 } from 'volley'

class Sum {
  sum = 0
  add(x: number | null): void {
    this.sum += x ?? 0
  }
  merge(sums: number[]): void {
    for (const x of sums) this.sum += x
  }
  state(): number[] {
    return [this.sum]
  }
  evaluate(): number {
    return this.sum
  }
}
const sum = udaf(Sum, [float64], float64, [float64])

// @ts-expect-error: rows are texts
udaf(Sum, [utf8], float64, [float64])
// @ts-expect-error: 64-bit integers are bigints
udaf(Sum, [int64], float64, [float64])
// @ts-expect-error: there are no arguments
udaf(Sum, [], float64, [float64])
// @ts-expect-error: the state is texts
udaf(Sum, [float64], float64, [utf8])
// @ts-expect-error: the result is a text
udaf(Sum, [float64], utf8, [float64])

udaf(
  // @ts-expect-error: rows may be null, unless nulls are skipped
  class extends Sum {
    override add(x: number): void {
      this.sum += x
    }
  },
  [float64],
  float64,
  [float64],
  { name: 'no_nulls' },
)
udaf(
  // @ts-expect-error: nobody awaits add()
  class Late {
    async add() {}
    merge() {}
    state() {
      return [0]
    }
    evaluate() {
      return 0
    }
  },
  [float64],
  float64,
  [float64],
)
udaf(
  // @ts-expect-error: nor evaluate()
  class Late {
    add() {}
    merge() {}
    state() {
      return [0]
    }
    async evaluate() {
      return 0
    }
  },
  [float64],
  float64,
  [float64],
)
udaf(
  // @ts-expect-error: the result is missing
  class Half {
    add() {}
    merge() {}
    state() {
      return [0]
    }
    evaluate() {}
  },
  [float64],
  float64,
  [float64],
)
udaf(
  // @ts-expect-error: it has no merge()
  class Half {
    add() {}
    state() {
      return [0]
    }
    evaluate() {
      return 0
    }
  },
  [float64],
  float64,
  [float64],
)
udaf(
  class Columns {
    update(_: (number | null)[]) {}
    merge() {}
    // An array with a value per field of the state.
    state() {
      return 0
    }
    evaluate() {
      return 0
    }
  } as never,
  [float64],
  float64,
  [float64],
)
// @ts-expect-error: a state is an array
udaf(() => ({ add() {}, merge() {}, state: () => 0, evaluate: () => 0 }), [float64], float64, [float64])
// @ts-expect-error: columns are arrays
udaf(() => ({ update(_: number) {}, merge() {}, state: () => [0], evaluate: () => 0 }), [float64], float64, [float64])
// @ts-expect-error: a list of texts is no list of numbers
udaf(() => ({ add() {}, merge(_: string[][]) {}, state: () => [[0]], evaluate: () => 0 }), [], float64, [list(float64)])
// @ts-expect-error: a misspelt option
udaf(Sum, [float64], float64, [float64], { name: 'sum', retract: true })
// @ts-expect-error: it is made with new: a class or a factory is asked for, not an object
udaf(new Sum(), [float64], float64, [float64])
// @ts-expect-error: it takes one argument
sum(col('a'), col('b'))
// @ts-expect-error: a text is no number
sum('a')

// @ts-expect-error: rows may be null
udwf(() => ({ evaluateAll: ([values = []]: number[][]) => values }), [float64], float64)
// @ts-expect-error: columns are numbers
udwf(() => ({ evaluateAll: ([names]: [(string | null)[]]) => names.map(() => 0) }), [float64], float64)
// @ts-expect-error: results are texts
udwf(() => ({ evaluateAll: ([values]) => values }), [float64], utf8)
// @ts-expect-error: nobody awaits the results
udwf(() => ({ evaluateAll: async () => [0] }), [float64], float64)
// @ts-expect-error: a value per row, not one
udwf(() => ({ evaluateAll: () => 0 }), [float64], float64)
// @ts-expect-error: a value for the row
udwf(() => ({ usesWindowFrame: true, evaluate: () => [0] }), [float64], float64)
// @ts-expect-error: a range has two ends
udwf(() => ({ supportsBoundedExecution: true, evaluate: () => 0, getRange: () => [0] }), [float64], float64)
// @ts-expect-error: a trait is yes or no
udwf(() => ({ usesWindowFrame: 'yes', evaluate: () => 0 }), [float64], float64)
// @ts-expect-error: it takes no argument
udwf(() => ({ evaluateAll: (_: unknown, numRows: number) => Array.from({ length: numRows }, () => 0) }), [], float64)(1)
