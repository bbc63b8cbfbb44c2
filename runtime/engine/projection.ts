// Projection: columns computed from the selected rows of a batch. Columns that are handed on, and those that are derived
// as a whole, need no loop; one loop computes all others.

import type { Bound, BoundCall } from '../../functions/bind/bound.ts'
import type { Batch, Column, PlainColumn } from '../../functions/column/column.ts'
import { finishBuffer, writeText } from '../../functions/column/output-buffer.ts'
import { resolveDictionary } from '../../functions/column/take.ts'
import type { ColumnArgument } from '../../functions/contract/scalar.ts'
import { InternalError } from '../../functions/errors.ts'
import { rowFailure } from '../../functions/udf/failure.ts'
import { BufferPool } from './buffer-pool.ts'
import type { Derivation } from './emit/derive.ts'
import { Emitter } from './emit/emit.ts'
import { compileLoop, type LoopFunction } from './emit/loop.ts'
import { declareInputs, type Layouts, LoopSet, loopHead } from './emit/loop-set.ts'
import { bitOf } from './emit/values.ts'
import { PreparedBatch, type Selection, selectRows } from './prepared-batch.ts'

export class Projection {
  readonly #loops: LoopSet
  readonly #pool = new BufferPool()

  constructor(outputs: readonly Bound[]) {
    this.#loops = loopSet(outputs, (roots) => roots.filter(needsLoop))
  }

  run(prepared: PreparedBatch, selection: Selection | undefined): Batch {
    const specialisation = this.#loops.specialisation(prepared)
    const materialised = this.#loops.materialise(specialisation, prepared, selection)
    const length = materialised.selection?.count ?? materialised.prepared.length
    const taken = specialisation.roots.map((root) =>
      needsLoop(root) ? this.#pool.acquire(root.type, length, root.nullable) : undefined,
    )
    const buffers = taken.map((each) => each?.buffer)
    if (specialisation.roots.some(needsLoop)) {
      const selected = materialised.selection !== undefined
      const loop = this.#loops.loop(specialisation, materialised.prepared, selected ? 's' : 'a', (layouts, roots) =>
        projectionLoop(layouts, roots, selected),
      )
      loop(length, materialised.prepared, buffers, materialised.selection?.positions)
    }
    const columns = specialisation.roots.map((root, i) => {
      const buffer = buffers[i]
      if (buffer !== undefined) return finishBuffer(buffer, root.type, length)
      if (root.kind !== 'input') throw new InternalError('A computed output has no buffer')
      const column = materialised.prepared.column(root.index)
      return materialised.selection === undefined ? column : selectRows(column, materialised.selection)
    })
    const batch = { length, columns }
    this.#pool.own(
      batch,
      taken.flatMap((each) => each?.acquired ?? []),
    )
    return batch
  }

  /** The batch is not read any more: its memory serves the next one. */
  recycle(batch: Batch): void {
    this.#pool.release(batch)
  }
}

const needsLoop = (root: Bound): boolean => root.kind !== 'input'

function projectionLoop(layouts: Layouts, roots: readonly Bound[], selected: boolean): LoopFunction {
  const emitter = new Emitter(layouts)
  const names: string[] = []
  roots.forEach((root, i) => {
    if (!needsLoop(root)) return
    names.push(`const w${i} = t[${i}].v${root.nullable ? `, y${i} = t[${i}].m` : ''};`)
    const emitted = emitter.emit(root)
    emitter.add(writeText(root.type, i, emitted.value, bitOf(emitted)))
    if (root.nullable) emitter.add(`y${i}[j] = ${emitted.valid};`)
  })
  return compileLoop(
    emitter,
    `${declareInputs(layouts)}
     ${names.join('\n')}
     ${loopHead(selected)}
       ${emitter.take()}
     }`,
  )
}

/** Projections of parts of expressions, by the expression and the way it is evaluated. */
type Projections = Map<string, Projection>

/** The loops of expressions, with derived columns evaluated by the functions below. */
export function loopSet(roots: readonly Bound[], usedBy?: (roots: readonly Bound[]) => readonly Bound[]): LoopSet {
  const projections: Projections = new Map()
  const onEntries = new Map<number, WeakMap<PlainColumn, Column | null>>()
  return new LoopSet(
    roots,
    (derivation, prepared) => {
      prepared.derive(derivation.index, () => {
        if (derivation.by === 'dictionary') return derivedOnDictionary(derivation, prepared, projections, onEntries)
        if (derivation.by === 'vector') return derivedByVector(derivation.bound, prepared, projections)
        return derivedByColumns(derivation.bound, prepared, projections)
      })
    },
    usedBy,
  )
}

/** Evaluates the entries of a dictionary; the rows keep their codes. */
function derivedOnDictionary(
  { bound, input }: Derivation,
  prepared: PreparedBatch,
  projections: Projections,
  onEntries: Map<number, WeakMap<PlainColumn, Column | null>>,
): Column {
  const column = prepared.column(input)
  if (column.storage !== 'dictionary') throw new InternalError('A dictionary was expected')
  let known = onEntries.get(bound.id)
  if (known === undefined) {
    known = new WeakMap()
    onEntries.set(bound.id, known)
  }
  let entries = known.get(column.dictionary)
  if (entries === undefined) {
    entries = evaluateEntries(bound, column.dictionary, projections)
    known.set(column.dictionary, entries)
  }
  // An entry that no row uses may be what failed: the rows decide.
  if (entries === null || seesNulls(bound, column)) return evaluateRows(bound, prepared.plain(), projections)
  return { ...column, type: bound.type, dictionary: resolveDictionary(entries) }
}

function evaluateEntries(bound: Bound, dictionary: PlainColumn, projections: Projections): Column | null {
  try {
    return evaluateRows(bound, new PreparedBatch(dictionary.length, () => dictionary), projections)
  } catch {
    return null
  }
}

/** Null rows have no entry: an expression that may make something of null must see the rows. */
const seesNulls = (bound: Bound, column: Column): boolean => column.valid !== undefined && !isStrict(bound)

const isStrict = (bound: Bound): boolean =>
  bound.kind === 'input' ||
  bound.kind === 'constant' ||
  (bound.kind === 'call' && bound.nulls === 'propagate' && bound.args.every(isStrict))

/** Evaluates an expression as a projection of its own, which may again derive parts of it. */
function evaluateRows(bound: Bound, prepared: PreparedBatch, projections: Projections): Column {
  return evaluateAs(`${bound.id}`, () => bound, prepared, projections)
}

/** Evaluates an expression by the projection kept under `key`; `make` gives the expression when there is none yet. */
function evaluateAs(key: string, make: () => Bound, prepared: PreparedBatch, projections: Projections): Column {
  let projection = projections.get(key)
  if (projection === undefined) {
    projection = new Projection([make()])
    projections.set(key, projection)
  }
  const [column] = projection.run(prepared, undefined).columns
  if (column === undefined) throw new InternalError('A projection gave no column')
  return column
}

/** Calls a user function in vector mode with all rows of the batch. */
function derivedByVector(bound: Bound, prepared: PreparedBatch, projections: Projections): Column {
  const kernel = bound.kind === 'call' ? bound.kernel() : undefined
  if (bound.kind !== 'call' || kernel?.vector === undefined) throw new InternalError('A vector function was expected')
  const columns = bound.args.map((arg) =>
    resolveDictionary(arg.kind === 'input' ? prepared.column(arg.index) : evaluateRows(arg, prepared, projections)),
  )
  try {
    const result = kernel.vector(columns, prepared.length)
    if (bound.nulls === 'call') return result
    return { ...result, valid: allValid([...columns, result].map((column) => ({ column }))) }
  } catch (error) {
    throw rowFailure(bound.udf ?? bound.label, error, prepared.rowOfPartition(0))
  }
}

/** Runs a call's kernel for columns; row by row where the kernel does not take these columns. */
function derivedByColumns(bound: Bound, prepared: PreparedBatch, projections: Projections): Column {
  const columns = evaluateColumns(bound, prepared, new Map())
  return columns ?? evaluateAs(`${bound.id} by row`, () => rowByRow(bound, new Map()), prepared, projections)
}

/** The same call without its kernels for columns; what is shared stays shared. */
function rowByRow(bound: Bound, known: Map<Bound, Bound>): Bound {
  if (bound.kind !== 'call') return bound
  const made = known.get(bound)
  if (made !== undefined) return made
  const { columns: _, ...kernel } = bound.kernel()
  const byRow = { ...bound, args: bound.args.map((arg) => rowByRow(arg, known)), kernel: () => kernel }
  known.set(bound, byRow)
  return byRow
}

/** A call by its kernels for columns, what is shared once; undefined where one of them does not take its columns. */
function evaluateColumns(
  bound: Bound,
  prepared: PreparedBatch,
  known: Map<Bound, PlainColumn | undefined>,
): PlainColumn | undefined {
  if (bound.kind === 'input') return resolveDictionary(prepared.column(bound.index))
  if (bound.kind !== 'call') return undefined
  if (known.has(bound)) return known.get(bound)
  const column = callColumns(bound, prepared, known)
  known.set(bound, column)
  return column
}

function callColumns(
  bound: BoundCall,
  prepared: PreparedBatch,
  known: Map<Bound, PlainColumn | undefined>,
): PlainColumn | undefined {
  const args: ColumnArgument[] = []
  for (const arg of bound.args) {
    const value = arg.kind === 'constant' ? arg.value : evaluateColumns(arg, prepared, known)
    if (value === undefined || value === null) return undefined
    args.push(arg.kind === 'constant' ? { constant: arg.value } : { column: value as PlainColumn })
  }
  const result = bound.kernel().columns?.(args, prepared.length)
  return result === undefined ? undefined : { ...result, type: bound.type, valid: allValid(args) }
}

/** A row is null where any argument is. */
function allValid(args: readonly ColumnArgument[]): Uint8Array | undefined {
  const masks = args.flatMap(({ column }) => (column?.valid === undefined ? [] : [column.valid]))
  const [first, ...others] = masks
  if (first === undefined) return undefined
  if (others.length === 0) return first
  const valid = Uint8Array.from(first)
  for (const mask of others) for (let i = 0; i < valid.length; i++) valid[i] = (valid[i] ?? 0) & (mask[i] ?? 0)
  return valid
}
