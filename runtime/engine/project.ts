// Filter and projection as generated loops: one loop selects rows, one computes all outputs of the selected rows.
// A loop is generated per form of its inputs (which storage, nulls or none) and cached; each has unique source, because
// V8 shares what it learns between functions of identical source.

import { type Bound, inputsOf } from '../../functions/bind/bound.ts'
import type { Batch, Column } from '../../functions/column/column.ts'
import { resolveDictionary, takeRows } from '../../functions/column/take.ts'
import { finishTarget, makeTarget, type Target, writeText } from '../../functions/column/target.ts'
import { InternalError } from '../../functions/errors.ts'
import { Emitter, type InputForm } from './emit.ts'
import { formKey, inputNames, type PreparedInput, prepareInput } from './inputs.ts'
import { compileLoop, type LoopFunction } from './loop.ts'

/** Rows chosen by a filter: the first `count` entries of `positions`. */
export interface Selection {
  readonly positions: Int32Array
  readonly count: number
}

/** The inputs of a batch that an expression reads, prepared once and shared by the stage's loops. */
export class PreparedBatch {
  readonly batch: Batch
  readonly inputs: PreparedInput[] = []
  /** Rows of the partition before this batch, for error messages. */
  readonly firstRow: number

  constructor(batch: Batch, firstRow: number) {
    this.batch = batch
    this.firstRow = firstRow
  }

  input(index: number): PreparedInput {
    let prepared = this.inputs[index]
    if (prepared === undefined) {
      const column = this.batch.columns[index]
      if (column === undefined)
        throw new InternalError(`A batch of ${this.batch.columns.length} columns has no column ${index}`)
      prepared = prepareInput(column)
      this.inputs[index] = prepared
    }
    return prepared
  }
}

/** Loops by the forms of their inputs; `generate` is called once per combination. */
export class LoopCache {
  readonly #used: readonly number[]
  readonly #generate: (forms: ReadonlyMap<number, InputForm>) => LoopFunction
  readonly #loops = new Map<string, LoopFunction>()

  constructor(roots: readonly Bound[], generate: (forms: ReadonlyMap<number, InputForm>) => LoopFunction) {
    this.#used = [...inputsOf(roots)].sort((a, b) => a - b)
    this.#generate = generate
  }

  /** The loop for this batch's forms. */
  for(prepared: PreparedBatch): LoopFunction {
    const forms = new Map(this.#used.map((index) => [index, prepared.input(index).form]))
    const key = [...forms.values()].map(formKey).join(' ')
    let loop = this.#loops.get(key)
    if (loop === undefined) {
      loop = this.#generate(forms)
      this.#loops.set(key, loop)
    }
    return loop
  }
}

/** The declarations of all inputs of a loop. */
export const declareInputs = (forms: ReadonlyMap<number, InputForm>): string =>
  [...forms].map(([index, form]) => inputNames(index, form)).join('\n')

/** A filter: which rows of a batch make a condition true. */
export class Filter {
  readonly #loops: LoopCache
  #positions = new Int32Array(0)

  constructor(condition: Bound) {
    this.#loops = new LoopCache([condition], (forms) => {
      const emitter = new Emitter(forms)
      const truth = emitter.truth(condition)
      return compileLoop(
        emitter,
        `${declareInputs(forms)}
         let k = 0;
         for (; i < n; i++) {
           ${emitter.take()}
           t[k] = i; k += ${truth} ? 1 : 0;
         }
         return k;`,
      )
    })
  }

  /** The rows for which the condition is true. The positions are valid until the next call. */
  select(prepared: PreparedBatch): Selection {
    const { length } = prepared.batch
    if (this.#positions.length < length) this.#positions = new Int32Array(length)
    const count = this.#loops.for(prepared)(length, prepared.inputs, this.#positions, undefined, prepared.firstRow)
    return { positions: this.#positions, count: count as number }
  }
}

/** A projection: columns computed from the selected rows of a batch. */
export class Projection {
  readonly #outputs: readonly Bound[]
  readonly #computed: readonly number[]
  readonly #all: LoopCache
  readonly #selected: LoopCache

  constructor(outputs: readonly Bound[]) {
    this.#outputs = outputs
    // Columns that are handed on as they are need no loop.
    this.#computed = outputs.flatMap((output, i) => (output.kind === 'input' ? [] : [i]))
    const roots = this.#computed.map((i) => this.#output(i))
    this.#all = new LoopCache(roots, (forms) => this.#generate(forms, false))
    this.#selected = new LoopCache(roots, (forms) => this.#generate(forms, true))
  }

  run(prepared: PreparedBatch, selection: Selection | undefined): Batch {
    const length = selection?.count ?? prepared.batch.length
    const targets: Target[] = []
    for (const i of this.#computed) {
      const output = this.#output(i)
      targets[i] = makeTarget(output.type, length, output.nullable)
    }
    if (this.#computed.length > 0) {
      const loop = (selection === undefined ? this.#all : this.#selected).for(prepared)
      loop(length, prepared.inputs, targets, selection?.positions, prepared.firstRow)
    }
    const columns = this.#outputs.map((output, i) => {
      const target = targets[i]
      if (target !== undefined) return finishTarget(target, output.type, length)
      if (output.kind !== 'input') throw new InternalError('A computed output has no target')
      return selectColumn(prepared.batch.columns[output.index], selection)
    })
    return { length, columns }
  }

  #output(index: number): Bound {
    const output = this.#outputs[index]
    if (output === undefined) throw new InternalError(`There is no output ${index}`)
    return output
  }

  #generate(forms: ReadonlyMap<number, InputForm>, selected: boolean): LoopFunction {
    const emitter = new Emitter(forms)
    const names = this.#computed.map((i) => {
      const { nullable } = this.#output(i)
      return `const w${i} = t[${i}].v${nullable ? `, y${i} = t[${i}].m` : ''};`
    })
    for (const i of this.#computed) {
      const { type, nullable } = this.#output(i)
      const { value, valid } = emitter.emit(this.#output(i))
      emitter.add(writeText(type, i, value))
      if (nullable) emitter.add(`y${i}[j] = ${valid};`)
    }
    const head = selected ? 'for (let j = 0; j < n; j++) { i = s[j];' : 'for (; i < n; i++) { const j = i;'
    return compileLoop(
      emitter,
      `${declareInputs(forms)}
       ${names.join('\n')}
       ${head}
         ${emitter.take()}
       }`,
    )
  }
}

function selectColumn(column: Column | undefined, selection: Selection | undefined): Column {
  if (column === undefined) throw new InternalError('A projected column is missing from the batch')
  if (selection === undefined) return column
  return selectRows(column, selection)
}

/** The selected rows of a column; a dictionary stays one. */
export function selectRows(column: Column, { positions, count }: Selection): Column {
  if (column.storage !== 'dictionary') return takeRows(column, positions, count)
  const codes = new Int32Array(count)
  for (let i = 0; i < count; i++) codes[i] = column.codes[positions[i] ?? 0] ?? 0
  const valid = column.valid
  if (valid === undefined) return { ...column, length: count, codes }
  const taken = new Uint8Array(count)
  for (let i = 0; i < count; i++) taken[i] = valid[positions[i] ?? 0] ?? 0
  return { ...column, length: count, codes, valid: taken }
}

/** The first rows of a batch. */
export function firstRows(batch: Batch, count: number): Batch {
  const positions = Int32Array.from({ length: count }, (_, i) => i)
  return {
    length: count,
    columns: batch.columns.map((column) => takeRows(resolveDictionary(column), positions, count)),
  }
}
