// The loops of one set of expressions: a loop is generated per layout of the inputs (storage, nulls, dictionaries) and
// kept. Parts that are derived as whole columns are computed first.

import { type Bound, inputsOf } from '../../../functions/bind/bound.ts'
import type { PreparedBatch, Selection } from '../prepared-batch.ts'
import { type Derivation, derive } from './derive.ts'
import { type InputLayout, inputNames, layoutKey } from './input.ts'
import type { LoopFunction } from './loop.ts'

export type Layouts = ReadonlyMap<number, InputLayout>

/** The expressions for batches in which the same columns are dictionaries. */
export interface Specialisation {
  readonly roots: readonly Bound[]
  readonly derivations: readonly Derivation[]
  /** Columns that the loop reads. */
  readonly used: readonly number[]
  readonly loops: Map<string, LoopFunction>
}

export class LoopSet {
  readonly #roots: readonly Bound[]
  readonly #inputs: readonly number[]
  readonly #evaluate: (derivation: Derivation, prepared: PreparedBatch) => void
  readonly #usedBy: (roots: readonly Bound[]) => readonly Bound[]
  readonly #specialisations = new Map<string, Specialisation>()

  /**
   * @param evaluate - Computes a derived column and keeps it in the batch.
   * @param usedBy - Those of the (derived) roots that the loop evaluates; all by default.
   */
  constructor(
    roots: readonly Bound[],
    evaluate: (derivation: Derivation, prepared: PreparedBatch) => void,
    usedBy: (roots: readonly Bound[]) => readonly Bound[] = (all) => all,
  ) {
    this.#roots = roots
    this.#inputs = [...inputsOf(roots)].sort((a, b) => a - b)
    this.#evaluate = evaluate
    this.#usedBy = usedBy
  }

  /** The expressions as they are evaluated for batches like this one. */
  specialisation(prepared: PreparedBatch): Specialisation {
    const dictionaries = this.#inputs.filter((index) => prepared.column(index).storage === 'dictionary')
    const key = dictionaries.join()
    let specialisation = this.#specialisations.get(key)
    if (specialisation === undefined) {
      const { roots, derivations } = derive(this.#roots, new Set(dictionaries))
      const used = [...inputsOf(this.#usedBy(roots))].sort((a, b) => a - b)
      specialisation = { roots, derivations, used, loops: new Map() }
      this.#specialisations.set(key, specialisation)
    }
    return specialisation
  }

  /**
   * The rows that loops should run over: kernels for columns, and whatever may fail, work on the selected rows alone, so
   * these are gathered first where there are such parts.
   */
  materialise(
    specialisation: Specialisation,
    prepared: PreparedBatch,
    selection: Selection | undefined,
  ): { readonly prepared: PreparedBatch; readonly selection: Selection | undefined } {
    const gather =
      selection !== undefined && specialisation.derivations.some(({ by, fallible }) => by === 'columns' || fallible)
    const materialised = gather
      ? { prepared: prepared.compact(selection), selection: undefined }
      : { prepared, selection }
    for (const derivation of specialisation.derivations) this.#evaluate(derivation, materialised.prepared)
    return materialised
  }

  /** The loop for this batch's layouts; `generate` is called when there is none yet. */
  loop(
    specialisation: Specialisation,
    prepared: PreparedBatch,
    kind: string,
    generate: (layouts: Layouts, roots: readonly Bound[]) => LoopFunction,
  ): LoopFunction {
    const layouts = new Map(specialisation.used.map((index) => [index, prepared.input(index).layout]))
    const key = kind + [...layouts.values()].map(layoutKey).join(' ')
    let loop = specialisation.loops.get(key)
    if (loop === undefined) {
      loop = generate(layouts, specialisation.roots)
      specialisation.loops.set(key, loop)
    }
    return loop
  }
}

/** The declarations of all inputs of a loop. */
export const declareInputs = (layouts: Layouts): string =>
  [...layouts].map(([index, layout]) => inputNames(index, layout)).join('\n')

/** The head of a loop over all rows, or over those at positions `s`; `i` is the row read, `j` the row written. */
export const loopHead = (selected: boolean): string =>
  selected ? 'for (let j = 0; j < n; j++) { i = s[j];' : 'for (; i < n; i++) { const j = i;'
