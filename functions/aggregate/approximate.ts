// approx_distinct: how many distinct values there are, about.

import { aggregateFunction } from '../contract/aggregate.ts'
import { AggregateRun, COLLECTION_BYTES } from '../contract/aggregate-run.ts'
import { anything, exactly } from '../contract/signature.ts'
import type { Accumulator } from '../contract/udf.ts'
import { binary, field, uint64 } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { CountedRows } from './distinct.ts'
import { HyperLogLog } from './hyper-log-log.ts'
import { Count } from './totals.ts'

class Distinct implements Accumulator {
  readonly #sketch = new HyperLogLog()
  readonly #run: AggregateRun
  #held = COLLECTION_BYTES
  constructor(run = new AggregateRun()) {
    this.#run = run
    run.heldBytes += this.#held
  }
  add(value: Value = null): void {
    this.#sketch.add(value)
    this.#count()
  }
  merge(others: readonly Value[]): void {
    for (const other of others) if (other instanceof Uint8Array) this.#sketch.merge(other)
    this.#count()
  }
  #count(): void {
    const { byteLength } = this.#sketch
    this.#run.heldBytes += byteLength - this.#held
    this.#held = byteLength
  }
  state(): readonly Value[] {
    return [this.#sketch.toBytes()]
  }
  evaluate(): Value {
    return BigInt(this.#sketch.count())
  }
}

export const approximateAggregates = [
  aggregateFunction({
    name: 'approx_distinct',
    family: 'aggregate',
    usage: 'approx_distinct(value)',
    summary: 'The approximate number of distinct values, within one per cent; exact for few values',
    examples: [['approx_distinct(y)', '3']],
    signature: exactly([anything]),
    returns: uint64,
    nullable: false,
    state: () => [field('sketch', binary, false)],
    kernel: () => ({
      accumulator: (run) => new Distinct(run),
      // Values do not leave a sketch: over frames they are counted, and what is about right elsewhere is exact.
      sliding: (run) => new CountedRows(new Count(), run),
      duplicates: 'ignored',
    }),
  }),
]
