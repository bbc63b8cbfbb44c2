// Which parts of expressions are computed as whole columns before the loop: on the dictionary of a dictionary column,
// once per entry instead of once per row, and by kernels that work on bytes. The loop reads the result as an input.

import { type Bound, type BoundCall, inputsOf, partsOf } from '../../../functions/bind/bound.ts'
import { storageOf } from '../../../functions/column/column.ts'

/** A part that is computed as a column. */
export interface Derivation {
  /** The index under which loops know the column. */
  readonly index: number
  readonly bound: Bound
  /**
   * `dictionary`: evaluated on the entries of column `input`; `columns`: by the call's own kernel for columns; `vector`:
   * by a user function in vector mode.
   */
  readonly by: 'dictionary' | 'columns' | 'vector'
  readonly input: number
  /** It may fail, so it must not be computed for rows that nobody asks for. */
  readonly fallible: boolean
}

/** Expressions with their derived parts replaced by inputs. */
export interface Derived {
  readonly roots: readonly Bound[]
  readonly derivations: readonly Derivation[]
}

/** Indexes from here on are derived columns. Two stages never share a batch, so the expression's id is enough. */
const DERIVED = 1_000_000

/**
 * Takes the largest parts that can be derived out of expressions.
 *
 * @param dictionaries - Columns that come dictionary-encoded in the batches at hand.
 */
export function derive(roots: readonly Bound[], dictionaries: ReadonlySet<number>): Derived {
  const derivations = new Map<number, Derivation>()

  /** `certain`: the row's value is wanted whatever other parts give, so an error in it is an error of the job. */
  function replace(bound: Bound, certain: boolean): Bound {
    const derivation = derivationOf(bound, dictionaries, certain)
    if (derivation !== undefined) {
      derivations.set(derivation.index, derivation)
      const { id, type, nullable } = bound
      return { kind: 'input', id, index: derivation.index, name: '', type, nullable }
    }
    switch (bound.kind) {
      case 'input':
      case 'constant':
        return bound
      case 'call':
        return { ...bound, args: bound.args.map((arg) => replace(arg, certain)) }
      case 'coalesce':
        return { ...bound, args: bound.args.map((arg, i) => replace(arg, certain && i === 0)) }
      case 'isNull':
        return { ...bound, input: replace(bound.input, certain) }
      case 'and':
      case 'or':
        return { ...bound, left: replace(bound.left, certain), right: replace(bound.right, false) }
      case 'case':
        return {
          ...bound,
          conditions: bound.conditions.map((condition, i) => replace(condition, certain && i === 0)),
          results: bound.results.map((result) => replace(result, false)),
          otherwise: replace(bound.otherwise, false),
        }
    }
  }

  const replaced = roots.map((root) => replace(root, true))
  return { roots: replaced, derivations: [...derivations.values()] }
}

function derivationOf(bound: Bound, dictionaries: ReadonlySet<number>, certain: boolean): Derivation | undefined {
  if (bound.kind === 'input' || bound.kind === 'constant') return undefined
  const inputs = inputsOf([bound])
  const [input = -1] = inputs
  const index = DERIVED + bound.id
  if (bound.kind === 'call' && isVector(bound)) return { index, bound, by: 'vector', input, fallible: true }
  if (input === -1) return undefined
  if (inputs.size === 1 && dictionaries.has(input) && isRepeatable(bound, certain)) {
    return { index, bound, by: 'dictionary', input, fallible: !isRepeatable(bound, false) }
  }
  if (bound.kind === 'call' && bound.nulls === 'propagate' && isColumnar(bound))
    return { index, bound, by: 'columns', input, fallible: false }
  return undefined
}

/** A user function that is called with whole batches. */
const isVector = (bound: BoundCall): boolean => bound.udf !== undefined && bound.kernel().vector !== undefined

/** Whether evaluating it for an entry instead of a row gives the same; errors count when they might be nobody's. */
function isRepeatable(bound: Bound, certain: boolean): boolean {
  if (bound.kind === 'call') {
    if (bound.volatility !== 'immutable' || isVector(bound)) return false
    if (!certain && bound.kernel().total !== true) return false
  }
  return partsOf(bound).every((part) => isRepeatable(part, certain))
}

/** A call whose kernel takes columns, over columns, constants and other such calls. */
function isColumnar(bound: Bound): boolean {
  if (bound.kind === 'input') return storageOf(bound.type) === 'bytes'
  if (bound.kind === 'constant') return bound.value !== null
  if (bound.kind !== 'call' || bound.nulls !== 'propagate' || bound.volatility !== 'immutable') return false
  const { columns, total } = bound.kernel()
  return columns !== undefined && total === true && bound.args.every(isColumnar)
}
