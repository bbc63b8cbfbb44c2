// Aggregation over batches: groups are numbered first, then one generated loop updates the state of all aggregates.
// The same class runs the three phases: `single` rows to results, `partial` rows to states, `final` states to results.

import type { BoundAggregate } from '../../functions/bind/aggregate.ts'
import type { Bound } from '../../functions/bind/bound.ts'
import type { Batch, PlainColumn } from '../../functions/column/column.ts'
import { columnOf } from '../../functions/column/target.ts'
import { InternalError } from '../../functions/errors.ts'
import type { Value } from '../../functions/expr/node.ts'
import type { Field } from '../../functions/types/type.ts'
import type { Accumulator } from '../../functions/udf/definition.ts'
import { Emitter, type InputForm } from './emit.ts'
import { Grouping } from './grouping.ts'
import { compileLoop, type LoopFunction } from './loop.ts'
import { declareInputs, LoopCache, type PreparedBatch, Projection, type Selection } from './project.ts'
import { SlotArray } from './slots.ts'

export type AggregatePhase = 'single' | 'partial' | 'final'

export interface AggregationSpec {
  readonly keys: readonly Bound[]
  readonly aggregates: readonly BoundAggregate[]
  readonly phase: AggregatePhase
}

/** One aggregate's state over all groups. */
interface State {
  readonly aggregate: BoundAggregate
  readonly kernel: ReturnType<BoundAggregate['kernel']>
  /** The kernel's slots, or one slot of accumulators where it has none. */
  readonly slots: readonly SlotArray[]
  /** Inputs of the loop: arguments, or in the final phase the columns of the partial state. */
  readonly inputs: readonly Bound[]
}

export class Aggregation {
  readonly #spec: AggregationSpec
  readonly #states: readonly State[]
  readonly #grouping: Grouping | undefined
  readonly #keys: Projection
  readonly #all: LoopCache
  readonly #selected: LoopCache

  /**
   * @param spec - Keys and aggregates; in the final phase their inputs are columns of the partial states' schema.
   * @param stateInputs - For the final phase: each aggregate's state columns.
   */
  constructor(spec: AggregationSpec, stateInputs?: readonly (readonly Bound[])[]) {
    this.#spec = spec
    this.#states = spec.aggregates.map((aggregate, i) => makeState(aggregate, stateInputs?.[i] ?? aggregate.args))
    this.#grouping = spec.keys.length === 0 ? undefined : new Grouping(spec.keys.map((key) => key.type))
    this.#keys = new Projection(spec.keys)
    const roots = this.#states.flatMap(({ aggregate, inputs }) => [
      ...inputs,
      ...(aggregate.filter === undefined || spec.phase === 'final' ? [] : [aggregate.filter]),
    ])
    this.#all = new LoopCache(roots, (forms) => this.#generate(forms, false))
    this.#selected = new LoopCache(roots, (forms) => this.#generate(forms, true))
  }

  /** Adds the selected rows of a batch, all rows when nothing is selected. */
  add(prepared: PreparedBatch, selection: Selection | undefined): void {
    const count = selection?.count ?? prepared.batch.length
    let groups: Int32Array | undefined
    if (this.#grouping !== undefined) {
      const keys = this.#keys.run(prepared, selection)
      groups = this.#grouping.number(keys.columns, undefined, count)
    }
    const size = this.#size()
    for (const { slots } of this.#states) for (const slot of slots) slot.resize(size)
    if (this.#states.length === 0) return
    const targets = { groups, slots: this.#states.flatMap(({ slots }) => slots.map((slot) => slot.values)) }
    const loop = (selection === undefined ? this.#all : this.#selected).for(prepared)
    loop(count, prepared.inputs, targets, selection?.positions, prepared.firstRow)
  }

  /** The result: key columns, then states (partial) or values. Without keys there is always one row. */
  finish(): Batch {
    const size = this.#size()
    const keys = this.#grouping?.keys() ?? []
    for (const { slots } of this.#states) for (const slot of slots) slot.resize(size)
    return { length: size, columns: [...keys, ...this.#states.flatMap((state) => this.#results(state, size))] }
  }

  #size(): number {
    return this.#grouping === undefined ? 1 : this.#grouping.size
  }

  #results(state: State, size: number): readonly PlainColumn[] {
    const fields: readonly Field[] = this.#spec.phase === 'partial' ? state.aggregate.state : [state.aggregate.returns]
    const columns: Value[][] = fields.map(() => new Array<Value>(size))
    for (let group = 0; group < size; group++) {
      const values = this.#groupResult(state, group)
      values.forEach((value, i) => {
        const column = columns[i]
        if (column !== undefined) column[group] = value
      })
    }
    return fields.map((field, i) => columnOf(columns[i] ?? [], field.type))
  }

  #groupResult({ kernel, slots }: State, group: number): readonly Value[] {
    const partial = this.#spec.phase === 'partial'
    if (kernel.grouped !== undefined) {
      const values = slots.map((slot) => slot.at(group))
      return partial ? kernel.grouped.state(values) : [kernel.grouped.evaluate(values)]
    }
    const accumulator = slots[0]?.at(group) as unknown as Accumulator
    return partial ? accumulator.state() : [(accumulator.evaluate() ?? null) as Value]
  }

  #generate(forms: ReadonlyMap<number, InputForm>, selected: boolean): LoopFunction {
    const emitter = new Emitter(forms)
    const grouped = this.#grouping !== undefined
    const names: string[] = []
    const writeBack: string[] = []
    for (const state of this.#states) {
      // Without groups the state stays in local variables while the loop runs.
      const texts = state.slots.map(() => {
        const slot = names.length
        names.push(
          grouped
            ? `const k${slot} = t.slots[${slot}];`
            : `const b${slot} = t.slots[${slot}]; let k${slot} = b${slot}[0];`,
        )
        if (!grouped) writeBack.push(`b${slot}[0] = k${slot};`)
        return grouped ? `k${slot}[g]` : `k${slot}`
      })
      emitter.add(`{\n${emitter.nested(() => this.#updateText(emitter, state, texts))}\n}`)
    }
    const head = selected ? 'for (let j = 0; j < n; j++) { i = s[j];' : 'for (; i < n; i++) { const j = i;'
    return compileLoop(
      emitter,
      `${declareInputs(forms)}
       ${names.join('\n')}
       ${grouped ? 'const q = t.groups;' : ''}
       ${head}
         ${grouped ? 'const g = q[j];' : ''}
         ${emitter.take()}
       }
       ${writeBack.join('\n')}`,
    )
  }

  /** The statements that bring one row into one aggregate's state. */
  #updateText(emitter: Emitter, state: State, slots: readonly string[]): void {
    const { aggregate, kernel } = state
    const final = this.#spec.phase === 'final'
    const filter = aggregate.filter !== undefined && !final ? emitter.truth(aggregate.filter) : 'true'
    const body = emitter.nested(() => {
      const operands = state.inputs.map((input) => emitter.emit(input))
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
    emitter.add(filter === 'true' ? body : `if (${filter}) {\n${body}\n}`)
  }
}

function makeState(aggregate: BoundAggregate, inputs: readonly Bound[]): State {
  const kernel = aggregate.kernel()
  const slots =
    kernel.grouped === undefined
      ? [new SlotArray('object', () => kernel.accumulator() as unknown as Value)]
      : kernel.grouped.slots.map(({ storage, initial }) => new SlotArray(storage, () => initial))
  if (slots.length === 0) throw new InternalError(`Aggregate ${aggregate.name} keeps no state`)
  return { aggregate, kernel, slots, inputs }
}
