// Aggregation by several sets of keys at once: every batch goes to one aggregation per set, which all share one compiled
// loop. The results follow one another, set by set, with nulls for the keys that a set is without.

import type { Bound } from '../../../functions/bind/bound.ts'
import type { Batch, PlainColumn } from '../../../functions/column/column.ts'
import { concatColumns } from '../../../functions/column/concat.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { type DataType, int32 } from '../../../functions/types/type.ts'
import type { MemoryBudget } from '../memory-budget.ts'
import type { Operator } from '../operators.ts'
import { PreparedBatch } from '../prepared-batch.ts'
import { Aggregation, type AggregationSpec, CompiledAggregation } from './aggregate.ts'

export interface GroupingSetsSpec extends Pick<AggregationSpec, 'keys' | 'aggregates' | 'phase'> {
  /** The positions of each set's keys. */
  readonly sets: readonly (readonly number[])[]
}

/** The aggregations of all sets, without any state. */
export class CompiledGroupingSets {
  readonly keys: readonly Bound[]
  readonly sets: readonly (readonly number[])[]
  readonly aggregations: readonly CompiledAggregation[]

  constructor({ keys, sets, aggregates, phase }: GroupingSetsSpec) {
    this.keys = keys
    this.sets = sets
    const made: CompiledAggregation[] = []
    for (const set of sets) {
      const own = set.flatMap((position) => keys[position] ?? [])
      made.push(new CompiledAggregation({ keys: own, aggregates, phase }, made[0]))
    }
    this.aggregations = made
  }
}

export class GroupingSetsOperator implements Operator {
  readonly done = false
  readonly #compiled: CompiledGroupingSets
  readonly #aggregations: readonly Aggregation[]
  readonly #budget: MemoryBudget
  #held = 0
  #rows = 0

  constructor(compiled: CompiledGroupingSets, budget: MemoryBudget) {
    this.#compiled = compiled
    this.#aggregations = compiled.aggregations.map((each) => new Aggregation(each))
    this.#budget = budget
  }

  push(batch: Batch): undefined {
    const prepared = PreparedBatch.of(batch, this.#rows)
    this.#rows += batch.length
    let held = 0
    for (const aggregation of this.#aggregations) {
      aggregation.add(prepared, undefined)
      held += aggregation.byteLength
    }
    const groups = this.#aggregations.reduce((sum, { size }) => sum + size, 0)
    this.#budget.change(held - this.#held, `${groups} groups by ${this.#aggregations.length} sets of keys`)
    this.#held = held
  }

  finish(): Batch {
    const parts = this.#aggregations.map((aggregation, i) => this.#widened(aggregation.finish(), i))
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    const [first] = parts
    const columns = (first?.columns ?? []).map((column, c) =>
      concatColumns(
        parts.flatMap((part) => part.columns[c] ?? []),
        column.type,
        length,
      ),
    )
    return { length, columns }
  }

  /** The result of one set with all keys, and the set's number behind them. */
  #widened({ length, columns }: Batch, index: number): { length: number; columns: readonly PlainColumn[] } {
    const set = this.#compiled.sets[index] ?? []
    const own = columns as readonly PlainColumn[]
    const keys = this.#compiled.keys.map(({ type }, k) => {
      const at = set.indexOf(k)
      return (at === -1 ? undefined : own[at]) ?? nulls(type, length)
    })
    const number = columnOf(new Array<number>(length).fill(index), int32)
    return { length, columns: [...keys, number, ...own.slice(set.length)] }
  }
}

const nulls = (type: DataType, length: number): PlainColumn => columnOf(new Array<null>(length).fill(null), type)
