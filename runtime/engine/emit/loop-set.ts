// The loops of one set of expressions: a loop is generated per form of the inputs (storage, nulls, dictionaries) and
// kept. Parts that are derived as whole columns are computed first.

import { type Bound, inputsOf } from '../../../functions/bind/bound.ts'
import type { PreparedBatch, Selection } from '../prepared-batch.ts'
import { type Derivation, derive } from './derive.ts'
import { formKey, type InputForm, inputNames } from './input.ts'
import type { LoopFunction } from './loop.ts'

export type Forms = ReadonlyMap<number, InputForm>

/** The expressions for batches in which the same columns are dictionaries. */
export interface Variant {
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
  readonly #variants = new Map<string, Variant>()

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
  variant(prepared: PreparedBatch): Variant {
    const dictionaries = this.#inputs.filter((index) => prepared.column(index).storage === 'dictionary')
    const key = dictionaries.join()
    let variant = this.#variants.get(key)
    if (variant === undefined) {
      const { roots, derivations } = derive(this.#roots, new Set(dictionaries))
      const used = [...inputsOf(this.#usedBy(roots))].sort((a, b) => a - b)
      variant = { roots, derivations, used, loops: new Map() }
      this.#variants.set(key, variant)
    }
    return variant
  }

  /**
   * The rows that loops should run over: kernels for columns, and whatever may fail, work on the selected rows alone, so
   * these are gathered first where there are such parts.
   */
  settle(
    variant: Variant,
    prepared: PreparedBatch,
    selection: Selection | undefined,
  ): { readonly prepared: PreparedBatch; readonly selection: Selection | undefined } {
    const gather =
      selection !== undefined && variant.derivations.some(({ by, fallible }) => by === 'columns' || fallible)
    const settled = gather ? { prepared: prepared.compact(selection), selection: undefined } : { prepared, selection }
    for (const derivation of variant.derivations) this.#evaluate(derivation, settled.prepared)
    return settled
  }

  /** The loop for this batch's forms; `generate` is called when there is none yet. */
  loop(
    variant: Variant,
    prepared: PreparedBatch,
    kind: string,
    generate: (forms: Forms, roots: readonly Bound[]) => LoopFunction,
  ): LoopFunction {
    const forms = new Map(variant.used.map((index) => [index, prepared.input(index).form]))
    const key = kind + [...forms.values()].map(formKey).join(' ')
    let loop = variant.loops.get(key)
    if (loop === undefined) {
      loop = generate(forms, variant.roots)
      variant.loops.set(key, loop)
    }
    return loop
  }
}

/** The declarations of all inputs of a loop. */
export const declareInputs = (forms: Forms): string =>
  [...forms].map(([index, form]) => inputNames(index, form)).join('\n')

/** The head of a loop over all rows, or over those at positions `s`; `i` is the row read, `j` the row written. */
export const loopHead = (selected: boolean): string =>
  selected ? 'for (let j = 0; j < n; j++) { i = s[j];' : 'for (; i < n; i++) { const j = i;'
