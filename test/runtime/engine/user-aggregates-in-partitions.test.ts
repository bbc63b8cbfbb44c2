// User-defined aggregates in partitions: whatever the split and whatever the order in which partial states are merged,
// the result is that of one partition.

import { RecordBatchReader } from 'apache-arrow'
import fc from 'fast-check'
import t from 'tap'
import { fromRecordBatch } from '../../../functions/column/arrow.ts'
import type { Batch } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import type { AggregateNode } from '../../../functions/expr/node.ts'
import { col, field, float64, int64, list, type Schema, struct, udaf, utf8 } from '../../../functions/index.ts'
import { elementKey } from '../../../functions/scalar/list-contract.ts'
import { fromArrowSchema } from '../../../functions/types/arrow.ts'
import { BatchEncoder } from '../../../runtime/data/batch-encoder.ts'
import type { AggregateOp } from '../../../runtime/program/program.ts'
import { schemaAfter } from '../../../runtime/program/schema.ts'
import { rowsIn, runProgram } from './run-program.ts'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 200)
t.comment(`SEED=${seed} repeats this run`)

/** How often each word comes, most often first; its state is a list of structs. */
class Tally {
  readonly #counts = new Map<string, bigint>()
  update(words: (string | null)[]): void {
    for (const word of words) if (word !== null) this.#count(word, 1n)
  }
  #count(word: string, times: bigint): void {
    this.#counts.set(word, (this.#counts.get(word) ?? 0n) + times)
  }
  merge(lists: ({ word: string; times: bigint }[] | null)[]): void {
    for (const entries of lists) for (const { word, times } of entries ?? []) this.#count(word, times)
  }
  state(): { word: string; times: bigint }[][] {
    return [Array.from(this.#counts, ([word, times]) => ({ word, times }))]
  }
  evaluate(): string {
    const sorted = [...this.#counts].sort(([a, m], [b, n]) => (m === n ? (a < b ? -1 : 1) : m > n ? -1 : 1))
    return sorted.map(([word, times]) => `${word}${times}`).join(' ')
  }
}

/** The distance from the least to the greatest; null when there are none. */
const span = () => {
  let least: number | null = null
  let greatest: number | null = null
  const take = (value: number | null): void => {
    if (value === null) return
    least = Math.min(least ?? value, value)
    greatest = Math.max(greatest ?? value, value)
  }
  return {
    add: take,
    merge: (lows: (number | null)[], highs: (number | null)[]) => [...lows, ...highs].forEach(take),
    state: () => [least, greatest],
    evaluate: () => (least === null || greatest === null ? null : greatest - least),
  }
}

const tally = udaf(Tally, [utf8], utf8, [list(struct([field('word', utf8), field('times', int64)]))], { name: 'tally' })
const range = udaf(span, [float64], float64, [field('low', float64), field('high', float64)], { name: 'range' })

const schema: Schema = [field('k', float64), field('s', utf8), field('x', float64)]
const row = fc.record({
  k: fc.option(fc.nat(2)),
  s: fc.option(fc.constantFrom('a', 'b', 'ä', '')),
  x: fc.option(fc.integer({ min: -9, max: 9 })),
})
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never

const batchOf = (rows: readonly Row[]): Batch => ({
  length: rows.length,
  columns: [
    columnOf(
      rows.map(({ k }) => k),
      float64,
    ),
    columnOf(
      rows.map(({ s }) => s),
      utf8,
    ),
    columnOf(
      rows.map(({ x }) => x),
      float64,
    ),
  ],
})

/** The partial states of a partition, as they travel. */
function partialStates(step: AggregateOp, batch: Batch): readonly Batch[] {
  const partial: AggregateOp = { ...step, phase: 'partial' }
  const encoder = new BatchEncoder(schemaAfter(schema, partial))
  const bytes = runProgram(schema, [partial], [batch]).flatMap((result) => encoder.batch(result))
  const reader = RecordBatchReader.from(Buffer.concat([...encoder.start(), ...bytes, ...encoder.end()]))
  return [...reader].map((result) => fromRecordBatch(result, fromArrowSchema(result.schema)))
}

const asText = (batches: readonly Batch[]): string => rowsIn(batches).map(elementKey).sort().join('\n')

t.test('any split and any order of merging gives the result of one partition', (t) => {
  const nodes = [tally(col('s')), range(col('x')), tally(col('s')).distinct(), range(col('x')).filter(col('x').gt(0))]
  const aggregates = nodes.map(({ node }) => node as AggregateNode)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(row, fc.nat(3), fc.nat())),
      fc.boolean(),
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      (rows, grouped, order) => {
        const by = grouped ? [{ name: 'k', node: col('k').node }] : []
        const step: AggregateOp = { op: 'aggregate', phase: 'single', by, aggregates, schema }
        const whole = asText(runProgram(schema, [step], [batchOf(rows.map(([row]) => row))]))
        const states = order.flatMap((partition) =>
          partialStates(step, batchOf(rows.filter(([, own]) => own === partition).map(([row]) => row))),
        )
        const merged = runProgram(
          schemaAfter(schema, { ...step, phase: 'partial' }),
          [{ ...step, phase: 'final' }],
          states,
        )
        if (asText(merged) !== whole) throw new Error(`one partition gives\n${whole}\nmerged it is\n${asText(merged)}`)
      },
    ),
    { seed, numRuns },
  )
  t.end()
})
