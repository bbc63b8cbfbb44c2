// A program as a chain of operators, compiled once and run by task after task. What each operation adds is in
// compile-operation.ts.

import type { Batch } from '../../functions/column/column.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { Program } from '../program/program.ts'
import { compileOperation } from './compile-operation.ts'
import type { CompiledExchange } from './exchange.ts'
import { MemoryBudget } from './memory-budget.ts'
import type { Operator } from './operators.ts'
import { type MakeOperator, PipelineBuilder } from './pipeline-builder.ts'

/** A compiled program: everything but the state of a run. Cached by workers, so that a program is compiled once. */
export class CompiledPipeline {
  /** The columns of what comes out. */
  readonly schema: Schema
  /** How what comes out is repartitioned over the tasks of the next stage; undefined when it is not. */
  readonly exchange: CompiledExchange | undefined
  readonly #operators: readonly MakeOperator[]

  constructor(input: Schema, program: Program) {
    const builder = new PipelineBuilder(input)
    for (const op of program) compileOperation(op, builder)
    this.#operators = builder.finish()
    this.schema = builder.schema
    this.exchange = builder.exchange
  }

  /**
   * A fresh run, which may hold on to as much memory as `budget` says.
   *
   * @param partitionIndex - The task's place in its stage: what numbers of rows begin with.
   */
  start(budget: MemoryBudget = new MemoryBudget(Number.POSITIVE_INFINITY), partitionIndex = 0): Pipeline {
    return new Pipeline(this.#operators.map((make) => make(budget, partitionIndex)))
  }
}

/** One run of a program. */
export class Pipeline {
  readonly #operators: readonly Operator[]

  constructor(operators: readonly Operator[]) {
    this.#operators = operators
  }

  /** True once no further input can change the result. */
  get done(): boolean {
    return this.#operators.some((operator) => operator.done)
  }

  /** Sends a batch through; undefined when nothing comes out. */
  push(batch: Batch): Batch | undefined {
    return this.#pushFrom(0, batch)
  }

  /** Ends the input: everything that was held back comes out. */
  *finish(): Generator<Batch> {
    for (const [i, operator] of this.#operators.entries()) {
      const held = operator.finish()
      if (held === undefined) continue
      for (const batch of 'columns' in held ? [held] : held) {
        const out = this.#pushFrom(i + 1, batch)
        if (out !== undefined) yield out
      }
    }
  }

  /** A batch that came out has been written and is not read any more: its memory may serve the next one. */
  recycle(batch: Batch): void {
    this.#operators.at(-1)?.recycle?.(batch)
  }

  #pushFrom(index: number, batch: Batch): Batch | undefined {
    let current: Batch | undefined = batch
    for (let i = index; i < this.#operators.length && current !== undefined; i++)
      current = this.#operators[i]?.push(current)
    return current
  }
}
