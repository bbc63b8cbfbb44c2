// A filter: which rows of a batch make a condition true. Conditions that are joined by AND are computed together, or, where
// few rows pass those on the first columns, the others for these rows alone.

import { type Bound, inputsOf } from '../../functions/bind/bound.ts'
import { Emitter, isHarmless } from './emit/emit.ts'
import { compileLoop, type LoopFunction } from './emit/loop.ts'
import { declareInputs, type Layouts, type LoopSet } from './emit/loop-set.ts'
import type { PreparedBatch, Selection } from './prepared-batch.ts'
import { loopSet } from './projection.ts'

/** What a loop writes: the rows that pass, and how many passed the first stage. */
interface FilterBuffers {
  positions: Int32Array
  passed: number
}

/** Above this fraction of rows that pass the first stage, one pass over all columns costs less than two. */
const FEW = 1 / 3

export class Filter {
  readonly #loops: LoopSet
  readonly #buffers: FilterBuffers = { positions: new Int32Array(0), passed: 0 }
  /** Found out by the first batch. */
  #inStages = true

  constructor(condition: Bound) {
    this.#loops = loopSet([condition])
  }

  /** The rows for which the condition is true. The positions are valid until the next call. */
  select(prepared: PreparedBatch): Selection {
    const buffers = this.#buffers
    const { length } = prepared
    if (buffers.positions.length < length) buffers.positions = new Int32Array(length)
    const specialisation = this.#loops.specialisation(prepared)
    this.#loops.materialise(specialisation, prepared, undefined)
    const generate = this.#inStages ? stagedLoop : filterLoop
    const loop = this.#loops.loop(specialisation, prepared, generate.name, generate)
    const count = loop(length, prepared, buffers, undefined) as number
    if (this.#inStages && buffers.passed > FEW * length) this.#inStages = false
    return { positions: buffers.positions, count }
  }
}

/** Every row is written, and counted only when it is chosen: no branch to mispredict. */
function filterLoop(layouts: Layouts, [condition]: readonly Bound[]): LoopFunction {
  const emitter = new Emitter(layouts)
  const chosen = condition === undefined ? '1' : emitter.truthBit(condition)
  return compileLoop(
    emitter,
    `${declareInputs(layouts)}
     const s0 = t.positions;
     let k = 0;
     for (; i < n; i++) {
       ${emitter.take()}
       s0[k] = i; k += ${chosen};
     }
     t.passed = n;
     return k;`,
  )
}

/** The conditions on the first columns for all rows, then the others for the rows that are left. */
function stagedLoop(layouts: Layouts, roots: readonly Bound[]): LoopFunction {
  const conditions = roots.flatMap(conjuncts)
  const [first] = conditions
  if (first === undefined || !conditions.every(isHarmless)) return filterLoop(layouts, roots)
  const columns = inputsOf([first])
  const isFirst = (condition: Bound): boolean => [...inputsOf([condition])].every((input) => columns.has(input))
  const others = conditions.filter((condition) => !isFirst(condition))
  if (others.length === 0) return filterLoop(layouts, roots)
  const emitter = new Emitter(layouts)
  const stage = (stages: readonly Bound[]): { readonly chosen: string; readonly statements: string } => {
    const chosen = stages.map((condition) => emitter.truthBit(condition)).join(' & ')
    return { chosen, statements: emitter.take() }
  }
  const [before, after] = [stage(conditions.filter(isFirst)), stage(others)]
  return compileLoop(
    emitter,
    `${declareInputs(layouts)}
     const s0 = t.positions;
     let k = 0;
     for (; i < n; i++) {
       ${before.statements}
       s0[k] = i; k += ${before.chosen};
     }
     let m = 0;
     for (let j = 0; j < k; j++) {
       i = s0[j];
       ${after.statements}
       s0[m] = i; m += ${after.chosen};
     }
     t.passed = k;
     return m;`,
  )
}

/** The conditions that AND joins. */
function conjuncts(condition: Bound): readonly Bound[] {
  return condition.kind === 'and' ? [...conjuncts(condition.left), ...conjuncts(condition.right)] : [condition]
}
