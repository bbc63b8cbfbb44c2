// Programs over batches, the way a task runs them.

import type { Batch } from '../../../functions/column/column.ts'
import type { Schema } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { CompiledPipeline } from '../../../runtime/engine/pipeline.ts'
import type { Program } from '../../../runtime/program/program.ts'
import { valuesOf } from './values.ts'

/** The batches that a program makes of batches. */
export function runProgram(schema: Schema, program: Program, batches: readonly Batch[]): readonly Batch[] {
  const pipeline = new CompiledPipeline(schema, program).start()
  const results: Batch[] = []
  for (const batch of batches) {
    const result = pipeline.push(batch)
    if (result !== undefined) results.push(result)
  }
  return [...results, ...pipeline.finish()]
}

/** The rows of batches. */
export function rowsIn(batches: readonly Batch[]): readonly (readonly Value[])[] {
  return batches.flatMap(({ length, columns }) => {
    const values = columns.map(valuesOf)
    return Array.from({ length }, (_, row) => values.map((column) => column[row] ?? null))
  })
}
