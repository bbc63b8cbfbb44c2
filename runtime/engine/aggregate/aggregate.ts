// Aggregation over batches: groups are numbered first, then one generated loop updates the state of all aggregates.
// The same class runs the three phases: `single` rows to results, `partial` rows to states, `final` states to results.

import type { BoundAggregate } from '../../../functions/bind/aggregate.ts'
import type { Bound } from '../../../functions/bind/bound.ts'
import type { Batch, PlainColumn } from '../../../functions/column/column.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import type { AggregateKernel } from '../../../functions/contract/aggregate.ts'
import { AggregateRun } from '../../../functions/contract/aggregate-run.ts'
import type { Accumulator } from '../../../functions/contract/udf.ts'
import { InternalError } from '../../../functions/errors.ts'
import type { Field } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import type { PreparedBatch, Selection } from '../prepared-batch.ts'
import { Projection } from '../projection.ts'
import { AggregateLoop, type LoopPart } from './aggregate-loop.ts'
import { DistinctLoop } from './distinct-loop.ts'
import type { DistinctRows } from './distinct-rows.ts'
import { Grouping } from './grouping.ts'
import { SlotArray, type SlotSpec } from './slots.ts'

export type AggregatePhase = 'single' | 'partial' | 'final'

export interface AggregationSpec {
  readonly keys: readonly Bound[]
  readonly aggregates: readonly BoundAggregate[]
  readonly phase: AggregatePhase
  /** For the final phase: each aggregate's state columns, in place of its arguments. */
  readonly stateInputs?: readonly (readonly Bound[])[]
}

/** One aggregate: what it computes, of which rows. */
interface Part {
  readonly aggregate: BoundAggregate
  /** Of an aggregate of distinct rows: the one that sees these. */
  readonly kernel: AggregateKernel
  /** What each slot holds; one slot of accumulators where the kernel has no slots of its own. */
  readonly slots: readonly ((run: AggregateRun) => SlotSpec)[]
  readonly distinct: DistinctLoop | undefined
  /** For the final phase: the columns of the partial state. */
  readonly states: readonly Bound[] | undefined
}

/** An aggregation's loops, without any state: made once, run many times. */
export class CompiledAggregation {
  readonly spec: AggregationSpec
  readonly parts: readonly Part[]
  readonly #keys: Projection
  readonly #loop: AggregateLoop

  /** @param other - The same aggregates by other keys, whose loops this one uses. */
  constructor(spec: AggregationSpec, other?: CompiledAggregation) {
    this.spec = spec
    this.parts = other?.parts ?? spec.aggregates.map((aggregate, i) => makePart(aggregate, spec.stateInputs?.[i]))
    this.#keys = new Projection(spec.keys)
    const fused = this.parts.filter(({ distinct }) => distinct === undefined)
    this.#loop = other === undefined ? new AggregateLoop(fused.map(loopPart), spec.phase === 'final') : other.#loop
  }

  /** Which of the loop's slots a part's is, of the parts whose rows need not be distinct. */
  slotIndex(part: number, slot: number): number {
    return this.#loop.slots[part]?.[slot] ?? -1
  }

  get isGrouped(): boolean {
    return this.spec.keys.length > 0
  }

  /** The group ids of the selected rows. Keys that are columns are read where they stand. */
  groups(grouping: Grouping, prepared: PreparedBatch, selection: Selection | undefined, count: number): Int32Array {
    const { keys } = this.spec
    const columns = keys.flatMap((key) => (key.kind === 'input' ? [prepared.column(key.index)] : []))
    if (columns.length === keys.length) return grouping.intern(columns, count, selection)
    return grouping.intern(this.#keys.run(prepared, selection).columns, count)
  }

  /**
   * Brings the selected rows into the slots of their groups.
   *
   * @param of - The state of each part.
   */
  update(
    prepared: PreparedBatch,
    selection: Selection | undefined,
    groups: Int32Array | undefined,
    of: readonly PartState[],
  ): void {
    const fused = of.filter(({ rows }) => rows === undefined)
    const runs = fused.map(({ run }) => run)
    const shared: unknown[] = []
    fused.forEach(({ slots }, t) => {
      slots.forEach((slot, i) => {
        shared[this.slotIndex(t, i)] = slot.values
      })
    })
    this.#loop.run(prepared, selection, { groups, slots: shared, runs })
    this.parts.forEach(({ distinct, states }, i) => {
      const state = of[i]
      if (distinct === undefined || state?.rows === undefined) return
      const buffers = { groups, slots: state.slots.map((slot) => slot.values), runs: [state.run] }
      const [input] = states ?? []
      if (input === undefined) distinct.update(prepared, selection, state.rows, buffers)
      else if (input.kind === 'input') distinct.merge(prepared.column(input.index), state.rows, buffers)
    })
  }
}

/** One part's state in one run of an aggregation. */
interface PartState {
  /** What its accumulators hold. */
  readonly run: AggregateRun
  readonly slots: readonly SlotArray[]
  /** Of an aggregate of distinct rows: those that came. */
  readonly rows: DistinctRows | undefined
}

function makePart(aggregate: BoundAggregate, states: readonly Bound[] | undefined): Part {
  const whole = aggregate.kernel()
  const kernel = whole.ofDistinct ?? whole
  const slots =
    kernel.grouped === undefined
      ? [(run: AggregateRun): SlotSpec => accumulators(kernel, run)]
      : kernel.grouped.slots.map(
          ({ storage, initial }) =>
            (): SlotSpec => ({ storage, initial: () => initial }),
        )
  if (slots.length === 0) throw new InternalError(`Aggregate ${aggregate.name} keeps no state`)
  const inner = { kernel, slots: slots.length }
  const distinct = whole.ofDistinct === undefined ? undefined : new DistinctLoop(aggregate, inner)
  return { aggregate, kernel, slots, distinct, states }
}

/** States have passed FILTER already, and hold nulls only where they stand for no rows. */
const loopPart = ({ aggregate, kernel, slots, states }: Part): LoopPart => ({
  kernel,
  slots: slots.length,
  inputs: states ?? aggregate.args,
  filter: states === undefined ? aggregate.filter : undefined,
  skipsNulls: states === undefined ? aggregate.nulls === 'skip' : kernel.grouped !== undefined,
})

const accumulators = (kernel: AggregateKernel, run: AggregateRun): SlotSpec => ({
  storage: 'object',
  initial: () => kernel.accumulator(run) as unknown as Value,
})

/** The groups and states of one run of an aggregation. */
export class Aggregation {
  readonly #compiled: CompiledAggregation
  readonly #grouping: Grouping | undefined
  readonly #states: readonly PartState[]

  constructor(compiled: CompiledAggregation) {
    this.#compiled = compiled
    this.#grouping = compiled.isGrouped ? new Grouping(compiled.spec.keys.map((key) => key.type)) : undefined
    const shared = new Map<number, SlotArray>()
    let fusedCount = 0
    this.#states = compiled.parts.map(({ slots, distinct }) => {
      const run = new AggregateRun()
      if (distinct !== undefined)
        return { run, slots: slots.map((slot) => new SlotArray(slot(run))), rows: distinct.rows(compiled.isGrouped) }
      const part = fusedCount++
      const own = slots.map((slot, i) => {
        const index = compiled.slotIndex(part, i)
        const array = shared.get(index) ?? new SlotArray(slot(run))
        shared.set(index, array)
        return array
      })
      return { run, slots: own, rows: undefined }
    })
  }

  /** Adds the selected rows of a batch, all rows when nothing is selected. */
  add(prepared: PreparedBatch, selection: Selection | undefined): void {
    const count = selection?.count ?? prepared.length
    const groups = this.#grouping && this.#compiled.groups(this.#grouping, prepared, selection, count)
    this.#makeRoom()
    this.#compiled.update(prepared, selection, groups, this.#states)
  }

  /** What groups and states take, and the values that accumulators keep. */
  get byteLength(): number {
    const slots = new Set(this.#states.flatMap((state) => state.slots))
    return sum([...slots].map((slot) => slot.byteLength)) + sum(this.#kept) + (this.#grouping?.byteLength ?? 0)
  }

  /** What the values take that each aggregate keeps. */
  get #kept(): readonly number[] {
    return this.#states.map(({ run, rows }) => run.heldBytes + (rows?.byteLength ?? 0))
  }

  /** What most of the memory is for, as text. */
  get holds(): string {
    const groups = this.size === 1 ? '1 group' : `${this.size} groups`
    const kept = this.#kept
    if (2 * sum(kept) <= this.byteLength) return groups
    const most = this.#compiled.parts[kept.indexOf(Math.max(...kept))]
    return `the values of ${most?.aggregate.name} in ${groups}`
  }

  /** How many groups there are; without keys, one. */
  get size(): number {
    return this.#grouping === undefined ? 1 : this.#grouping.size
  }

  /** The result: key columns, then states (partial) or values. Without keys there is always one row. */
  finish(): Batch {
    this.#makeRoom()
    const keys = this.#grouping?.keys() ?? []
    const results = this.#compiled.parts.flatMap((part, i) => this.#results(part, this.#states[i]))
    return { length: this.size, columns: [...keys, ...results] }
  }

  #makeRoom(): void {
    const { size } = this
    for (const { slots } of this.#states) for (const slot of slots) slot.resize(size)
  }

  #results({ aggregate, kernel, distinct }: Part, state: PartState | undefined): readonly PlainColumn[] {
    const { size } = this
    const partial = this.#compiled.spec.phase === 'partial'
    const fields: readonly Field[] = partial ? aggregate.state : [aggregate.returns]
    const { rows, slots = [] } = state ?? {}
    if (partial && rows !== undefined && distinct !== undefined)
      return fields.map((field) => distinct.states(rows, size, field.type))
    const columns: Value[][] = fields.map(() => new Array<Value>(size))
    for (let group = 0; group < size; group++) {
      const values = groupResult(kernel, slots, group, partial)
      values.forEach((value, i) => {
        const column = columns[i]
        if (column !== undefined) column[group] = value
      })
    }
    return fields.map((field, i) => columnOf(columns[i] ?? [], field.type))
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** One group's state fields, or its one result. */
function groupResult(
  kernel: Part['kernel'],
  slots: readonly SlotArray[],
  group: number,
  partial: boolean,
): readonly Value[] {
  if (kernel.grouped !== undefined) {
    const values = slots.map((slot) => slot.at(group))
    return partial ? kernel.grouped.state(values) : [kernel.grouped.evaluate(values)]
  }
  const accumulator = slots[0]?.at(group) as unknown as Accumulator
  return partial ? accumulator.state() : [(accumulator.evaluate() ?? null) as Value]
}
