// A filter: which rows of a batch make a condition true.

import type { Bound } from '../../functions/bind/bound.ts'
import { Emitter } from './emit.ts'
import { compileLoop, type LoopFunction } from './loop.ts'
import { declareInputs, type Forms, type LoopSet } from './loop-set.ts'
import type { PreparedBatch, Selection } from './prepared-batch.ts'
import { loopSet } from './projection.ts'

export class Filter {
  readonly #loops: LoopSet
  #positions = new Int32Array(0)

  constructor(condition: Bound) {
    this.#loops = loopSet([condition])
  }

  /** The rows for which the condition is true. The positions are valid until the next call. */
  select(prepared: PreparedBatch): Selection {
    if (this.#positions.length < prepared.length) this.#positions = new Int32Array(prepared.length)
    const variant = this.#loops.variant(prepared)
    this.#loops.settle(variant, prepared, undefined)
    const loop = this.#loops.loop(variant, prepared, '', filterLoop)
    const count = loop(prepared.length, prepared, this.#positions, undefined)
    return { positions: this.#positions, count: count as number }
  }
}

/** Every row is written, and counted only when it is chosen: no branch to mispredict. */
function filterLoop(forms: Forms, [condition]: readonly Bound[]): LoopFunction {
  const emitter = new Emitter(forms)
  const chosen = condition === undefined ? '1' : emitter.truthBit(condition)
  return compileLoop(
    emitter,
    `${declareInputs(forms)}
     let k = 0;
     for (; i < n; i++) {
       ${emitter.take()}
       t[k] = i; k += ${chosen};
     }
     return k;`,
  )
}
