// Aggregation over batches: groups are numbered first, then one generated loop updates the state of all aggregates.
// The same class runs the three phases: `single` rows to results, `partial` rows to states, `final` states to results.

import { AggregateRun } from '../../functions/aggregate/run.ts'
import type { BoundAggregate } from '../../functions/bind/aggregate.ts'
import type { Bound } from '../../functions/bind/bound.ts'
import type { Batch, PlainColumn } from '../../functions/column/column.ts'
import { columnOf } from '../../functions/column/target.ts'
import { InternalError } from '../../functions/errors.ts'
import type { Value } from '../../functions/expr/node.ts'
import type { Field } from '../../functions/types/type.ts'
import type { Accumulator } from '../../functions/udf/definition.ts'
import { Emitter } from './emit.ts'
import { Grouping } from './grouping.ts'
import { compileLoop, type LoopFunction } from './loop.ts'
import { declareInputs, type Forms, type LoopSet, loopHead } from './loop-set.ts'
import type { PreparedBatch, Selection } from './prepared-batch.ts'
import { loopSet, Projection } from './projection.ts'
import { SlotArray, type SlotSpec } from './slots.ts'

export type AggregatePhase = 'single' | 'partial' | 'final'

export interface AggregationSpec {
  readonly keys: readonly Bound[]
  readonly aggregates: readonly BoundAggregate[]
  readonly phase: AggregatePhase
  /** For the final phase: each aggregate's state columns, in place of its arguments. */
  readonly stateInputs?: readonly (readonly Bound[])[]
}

/** One aggregate as its loop sees it. */
interface Part {
  readonly aggregate: BoundAggregate
  readonly kernel: ReturnType<BoundAggregate['kernel']>
  /** What each slot holds; one slot of accumulators where the kernel has no slots of its own. */
  readonly slots: readonly ((run: AggregateRun) => SlotSpec)[]
  /** Inputs of the loop: arguments, or in the final phase the columns of the partial state. */
  readonly inputs: readonly Bound[]
  /** FILTER; states have passed it already. */
  readonly filter: Bound | undefined
}

/** An aggregation's loops, without any state: made once, run many times. */
export class CompiledAggregation {
  readonly spec: AggregationSpec
  readonly parts: readonly Part[]
  readonly #keys: Projection
  readonly #loops: LoopSet

  /** @param other - The same aggregates by other keys, whose loops this one uses. */
  constructor(spec: AggregationSpec, other?: CompiledAggregation) {
    this.spec = spec
    this.parts = other?.parts ?? spec.aggregates.map((aggregate, i) => makePart(aggregate, spec.stateInputs?.[i]))
    this.#keys = new Projection(spec.keys)
    this.#loops =
      other === undefined
        ? loopSet(this.parts.flatMap(({ inputs, filter }) => (filter === undefined ? inputs : [...inputs, filter])))
        : other.#loops
  }

  get isGrouped(): boolean {
    return this.spec.keys.length > 0
  }

  /** Numbers the groups of the selected rows. Keys that are columns are read where they stand. */
  groups(grouping: Grouping, prepared: PreparedBatch, selection: Selection | undefined, count: number): Int32Array {
    const { keys } = this.spec
    const columns = keys.flatMap((key) => (key.kind === 'input' ? [prepared.column(key.index)] : []))
    if (columns.length === keys.length) return grouping.number(columns, count, selection)
    return grouping.number(this.#keys.run(prepared, selection).columns, count)
  }

  /** Brings the selected rows into the slots of their groups. */
  update(
    prepared: PreparedBatch,
    selection: Selection | undefined,
    targets: { readonly groups: Int32Array | undefined; readonly slots: readonly unknown[] },
  ): void {
    if (this.parts.length === 0) return
    const variant = this.#loops.variant(prepared)
    const settled = this.#loops.settle(variant, prepared, selection)
    const selected = settled.selection !== undefined
    const kind = `${selected ? 's' : 'a'}${this.isGrouped ? 'g' : ''}`
    const loop = this.#loops.loop(variant, settled.prepared, kind, (forms, roots) =>
      this.#generate(forms, roots, selected),
    )
    loop(settled.selection?.count ?? settled.prepared.length, settled.prepared, targets, settled.selection?.positions)
  }

  #generate(forms: Forms, roots: readonly Bound[], selected: boolean): LoopFunction {
    const emitter = new Emitter(forms)
    const grouped = this.isGrouped
    const names: string[] = []
    const writeBack: string[] = []
    // The roots stand in the order in which they were handed to the loop set.
    const remaining = [...roots]
    for (const part of this.parts) {
      const inputs = remaining.splice(0, part.inputs.length)
      const [filter] = part.filter === undefined ? [] : remaining.splice(0, 1)
      // Without groups the state stays in local variables while the loop runs.
      const texts = part.slots.map(() => {
        const slot = names.length
        names.push(
          grouped
            ? `const k${slot} = t.slots[${slot}];`
            : `const b${slot} = t.slots[${slot}]; let k${slot} = b${slot}[0];`,
        )
        if (!grouped) writeBack.push(`b${slot}[0] = k${slot};`)
        return grouped ? `k${slot}[g]` : `k${slot}`
      })
      emitter.add(`{\n${emitter.nested(() => this.#updateText(emitter, { ...part, inputs, filter }, texts))}\n}`)
    }
    return compileLoop(
      emitter,
      `${declareInputs(forms)}
       ${names.join('\n')}
       ${grouped ? 'const q = t.groups;' : ''}
       ${loopHead(selected)}
         ${grouped ? 'const g = q[j];' : ''}
         ${emitter.take()}
       }
       ${writeBack.join('\n')}`,
    )
  }

  /** The statements that bring one row into one aggregate's state. */
  #updateText(emitter: Emitter, part: Part, slots: readonly string[]): void {
    const { aggregate, kernel, inputs, filter } = part
    const final = this.spec.phase === 'final'
    const condition = filter === undefined ? 'true' : emitter.truth(filter)
    const body = emitter.nested(() => {
      const operands = inputs.map((input) => emitter.emit(input))
      const skipsNulls =
        kernel.grouped !== undefined ? final || aggregate.nulls === 'skip' : !final && aggregate.nulls === 'skip'
      const guards = skipsNulls ? operands.map(({ valid }) => valid).filter((valid) => valid !== '1') : []
      const orNull = operands.map(({ value, valid }) =>
        valid === '1' || skipsNulls ? value : `(${valid} === 1 ? ${value} : null)`,
      )
      let text: string
      if (kernel.grouped !== undefined) {
        text = final ? kernel.grouped.merge(slots, ...operands) : kernel.grouped.update(slots, ...operands)
        for (const [name, helper] of Object.entries(kernel.grouped.helpers ?? {})) {
          text = text.replaceAll(name, () => emitter.parameter(helper))
        }
      } else {
        text = final
          ? `${slots[0]}.merge(${orNull.map((value) => `[${value}]`).join(', ')});`
          : `${slots[0]}.add(${orNull.join(', ')});`
      }
      emitter.add(guards.length === 0 ? text : `if (${guards.join(' & ')}) {\n${text}\n}`)
    })
    emitter.add(condition === 'true' ? body : `if (${condition}) {\n${body}\n}`)
  }
}

function makePart(aggregate: BoundAggregate, states: readonly Bound[] | undefined): Part {
  const kernel = aggregate.kernel()
  const slots =
    kernel.grouped === undefined
      ? [(run: AggregateRun): SlotSpec => accumulators(kernel, run)]
      : kernel.grouped.slots.map(
          ({ storage, initial }) =>
            (): SlotSpec => ({ storage, initial: () => initial }),
        )
  if (slots.length === 0) throw new InternalError(`Aggregate ${aggregate.name} keeps no state`)
  const filter = states === undefined ? aggregate.filter : undefined
  return { aggregate, kernel, slots, inputs: states ?? aggregate.args, filter }
}

const accumulators = (kernel: Part['kernel'], run: AggregateRun): SlotSpec => ({
  storage: 'object',
  initial: () => kernel.accumulator(run) as unknown as Value,
})

/** The groups and states of one run of an aggregation. */
export class Aggregation {
  readonly #compiled: CompiledAggregation
  readonly #grouping: Grouping | undefined
  /** What the accumulators of each aggregate hold. */
  readonly #runs: readonly AggregateRun[]
  readonly #slots: readonly (readonly SlotArray[])[]

  constructor(compiled: CompiledAggregation) {
    this.#compiled = compiled
    this.#grouping = compiled.isGrouped ? new Grouping(compiled.spec.keys.map((key) => key.type)) : undefined
    this.#runs = compiled.parts.map(() => new AggregateRun())
    this.#slots = compiled.parts.map(({ slots }, i) => {
      const run = this.#runs[i] ?? new AggregateRun()
      return slots.map((slot) => new SlotArray(slot(run)))
    })
  }

  /** Adds the selected rows of a batch, all rows when nothing is selected. */
  add(prepared: PreparedBatch, selection: Selection | undefined): void {
    const count = selection?.count ?? prepared.length
    const groups = this.#grouping && this.#compiled.groups(this.#grouping, prepared, selection, count)
    this.#makeRoom()
    const slots = this.#slots.flatMap((own) => own.map((slot) => slot.values))
    this.#compiled.update(prepared, selection, { groups, slots })
  }

  /** What groups and states take, and the values that accumulators keep. */
  get byteLength(): number {
    const slots = this.#slots.flat().reduce((sum, slot) => sum + slot.byteLength, 0)
    return slots + this.#keptBytes + (this.#grouping?.byteLength ?? 0)
  }

  get #keptBytes(): number {
    return this.#runs.reduce((sum, { heldBytes }) => sum + heldBytes, 0)
  }

  /** What most of the memory is for, as text. */
  get holds(): string {
    const groups = this.size === 1 ? '1 group' : `${this.size} groups`
    if (2 * this.#keptBytes <= this.byteLength) return groups
    const kept = this.#runs.map(({ heldBytes }) => heldBytes)
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
    const results = this.#compiled.parts.flatMap((part, i) => this.#results(part, this.#slots[i] ?? []))
    return { length: this.size, columns: [...keys, ...results] }
  }

  #makeRoom(): void {
    const { size } = this
    for (const own of this.#slots) for (const slot of own) slot.resize(size)
  }

  #results({ aggregate, kernel }: Part, slots: readonly SlotArray[]): readonly PlainColumn[] {
    const { size } = this
    const partial = this.#compiled.spec.phase === 'partial'
    const fields: readonly Field[] = partial ? aggregate.state : [aggregate.returns]
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
