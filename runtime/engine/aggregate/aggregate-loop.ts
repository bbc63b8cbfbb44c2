// The generated loop that brings rows, or partial states, into the slots of their groups: one for all aggregates that
// see the same rows. What the slots are is said by kernels; which group a row is in, by whoever calls.

import type { Bound } from '../../../functions/bind/bound.ts'
import type { AggregateKernel, GroupedKernel } from '../../../functions/contract/aggregate.ts'
import type { AggregateRun } from '../../../functions/contract/aggregate-run.ts'
import type { Operand } from '../../../functions/contract/scalar.ts'
import { Emitter } from '../emit/emit.ts'
import { compileLoop, type LoopFunction } from '../emit/loop.ts'
import { declareInputs, type Layouts, type LoopSet, loopHead } from '../emit/loop-set.ts'
import type { PreparedBatch, Selection } from '../prepared-batch.ts'
import { loopSet } from '../projection.ts'

/** One aggregate as the loop sees it. */
export interface LoopPart {
  readonly kernel: AggregateKernel
  /** How many slots it has; accumulators are in one. */
  readonly slots: number
  /** Arguments, or columns of partial states. */
  readonly inputs: readonly Bound[]
  readonly filter: Bound | undefined
  /** Rows in which an input is null are not seen. */
  readonly skipsNulls: boolean
}

/** Where a loop writes: in the group of each row it reads; without groups, in the only one. */
export interface LoopBuffers {
  readonly groups: Int32Array | undefined
  /** The slots of all parts, by the index that the loop gives them. */
  readonly slots: readonly unknown[]
  /** What the accumulators of each part share. */
  readonly runs: readonly AggregateRun[]
}

export class AggregateLoop {
  readonly #parts: readonly LoopPart[]
  readonly #merges: boolean
  readonly #loops: LoopSet
  /** The index of each slot of each part. Slots that the same is added to in the same rows are one. */
  readonly slots: readonly (readonly number[])[]

  /** @param merges - Rows are partial states. */
  constructor(parts: readonly LoopPart[], merges: boolean) {
    this.#parts = parts
    this.#merges = merges
    this.slots = assignSlots(parts, merges)
    this.#loops = loopSet(parts.flatMap(({ inputs, filter }) => (filter === undefined ? inputs : [...inputs, filter])))
  }

  /** Brings the selected rows into the slots of their groups. */
  run(prepared: PreparedBatch, selection: Selection | undefined, buffers: LoopBuffers): void {
    if (this.#parts.length === 0) return
    const specialisation = this.#loops.specialisation(prepared)
    const materialised = this.#loops.materialise(specialisation, prepared, selection)
    const selected = materialised.selection !== undefined
    const grouped = buffers.groups !== undefined
    const kind = `${selected ? 's' : 'a'}${grouped ? 'g' : ''}`
    const loop = this.#loops.loop(specialisation, materialised.prepared, kind, (layouts, roots) =>
      this.#generate(layouts, roots, { selected, grouped }),
    )
    loop(
      materialised.selection?.count ?? materialised.prepared.length,
      materialised.prepared,
      buffers,
      materialised.selection?.positions,
    )
  }

  /** Without groups the state stays in local variables while the loop runs. */
  #generate(
    layouts: Layouts,
    roots: readonly Bound[],
    { selected, grouped }: { readonly selected: boolean; readonly grouped: boolean },
  ): LoopFunction {
    const emitter = new Emitter(layouts)
    const names = this.slots.flat().map((slot, i, all) => {
      if (all.indexOf(slot) !== i) return ''
      return grouped
        ? `const k${slot} = t.slots[${slot}];`
        : `const b${slot} = t.slots[${slot}]; let k${slot} = b${slot}[0];`
    })
    const runs: string[] = []
    const writeBack = grouped ? [] : this.slots.flat().map((slot) => `b${slot}[0] = k${slot};`)
    const added = new Set<string>()
    // The roots stand in the order in which they were handed to the loop set.
    const remaining = [...roots]
    for (const [p, part] of this.#parts.entries()) {
      const inputs = remaining.splice(0, part.inputs.length)
      const [filter] = part.filter === undefined ? [] : remaining.splice(0, 1)
      const slots = (this.slots[p] ?? []).map((slot) => (grouped ? `k${slot}[g]` : `k${slot}`))
      const run = part.kernel.tracksRows === true && !this.#merges ? `r${p}` : undefined
      if (run !== undefined) runs.push(`const ${run} = t.runs[${p}];`)
      const update = () => this.#updateText(emitter, { ...part, inputs, filter }, { slots, run, added })
      emitter.add(`{\n${emitter.nested(update)}\n}`)
    }
    return compileLoop(
      emitter,
      `${declareInputs(layouts)}
       ${names.join('\n')}
       ${runs.join('\n')}
       ${grouped ? 'const q = t.groups;' : ''}
       ${loopHead(selected)}
         ${grouped ? 'const g = q[j];' : ''}
         ${emitter.take()}
       }
       ${writeBack.join('\n')}`,
    )
  }

  /**
   * The statements that bring one row into one aggregate's state; `run` is told which row it is, and what is in `added`
   * has been added to already.
   */
  #updateText(
    emitter: Emitter,
    part: LoopPart,
    {
      slots,
      run,
      added,
    }: { readonly slots: readonly string[]; readonly run: string | undefined; readonly added: Set<string> },
  ): void {
    const { kernel, inputs, filter, skipsNulls } = part
    const merges = this.#merges
    const condition = filter === undefined ? 'true' : emitter.truth(filter)
    const body = emitter.nested(() => {
      const operands = inputs.map((input) => emitter.emit(input))
      const guards = skipsNulls ? operands.map(({ valid }) => valid).filter((valid) => valid !== '1') : []
      let text: string
      if (kernel.grouped !== undefined) {
        text = merges ? kernel.grouped.merge(slots, ...operands) : kernel.grouped.update(slots, ...operands)
        for (const [name, helper] of Object.entries(kernel.grouped.helpers ?? {})) {
          text = text.replaceAll(name, () => emitter.parameter(helper))
        }
        if (!merges) text += additions(kernel.grouped, slots, operands[0], added)
      } else {
        const orNull = operands.map(({ value, valid }) =>
          valid === '1' || skipsNulls ? value : `(${valid} === 1 ? ${value} : null)`,
        )
        text = merges
          ? `${slots[0]}.merge(${orNull.map((value) => `[${value}]`).join(', ')});`
          : `${run === undefined ? '' : `${run}.row = b.rowOfPartition(i); `}${slots[0]}.add(${orNull.join(', ')});`
      }
      emitter.add(guards.length === 0 ? text : `if (${guards.join(' & ')}) {\n${text}\n}`)
    })
    emitter.add(condition === 'true' ? body : `if (${condition}) {\n${body}\n}`)
  }
}

/** The statements that add to slots to which nobody has added yet. Arguments are evaluated all the same: they may fail. */
function additions(
  { slots: described }: GroupedKernel,
  slots: readonly string[],
  argument: Operand | undefined,
  added: Set<string>,
): string {
  let text = ''
  for (const [i, { adds }] of described.entries()) {
    const slot = slots[i] ?? ''
    if (adds === undefined || added.has(slot)) continue
    added.add(slot)
    text += `${slot} += ${adds === 'one' ? '1' : argument?.number};`
  }
  return text
}

/** Gives slots the indexes 0, 1, 2 …; merged states are added to by each aggregate for itself. */
function assignSlots(parts: readonly LoopPart[], merges: boolean): readonly (readonly number[])[] {
  const shared = new Map<string, number>()
  let next = 0
  return parts.map((part) =>
    Array.from({ length: part.slots }, (_, at) => {
      const key = merges ? undefined : additionKey(part, at)
      const known = key === undefined ? undefined : shared.get(key)
      if (known !== undefined) return known
      if (key !== undefined) shared.set(key, next)
      return next++
    }),
  )
}

/** What is added to a slot, in which rows; undefined when more than that becomes of it. */
function additionKey({ kernel, inputs, filter, skipsNulls }: LoopPart, at: number): string | undefined {
  const adds = kernel.grouped?.slots[at]?.adds
  if (adds === undefined) return undefined
  const nullable = skipsNulls ? inputs.filter((input) => input.nullable).map(({ id }) => id) : []
  return [adds === 'one' ? '' : inputs[0]?.id, filter?.id, ...new Set(nullable.sort())].join()
}
