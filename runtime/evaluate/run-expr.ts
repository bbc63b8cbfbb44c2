// One expression over data in memory, with the engine of this process. Loaded on demand: whoever only forks never needs
// it.

import { type RecordBatch, Table, tableFromIPC, type Vector } from 'apache-arrow'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { InternalError, WireError } from '../../functions/errors.ts'
import { outputName } from '../../functions/expr/display.ts'
import type { Expr } from '../../functions/expr/expr.ts'
import { hasAggregate } from '../../functions/expr/walk.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import type { Schema } from '../../functions/types/type.ts'
import { decodingContext } from '../codec/context-slots.ts'
import { prepareProgram } from '../codec/prepare.ts'
import { BatchEncoder } from '../data/batch-encoder.ts'
import { CompiledPipeline } from '../engine/pipeline.ts'
import type { Job, JobStep } from '../job/job.ts'
import { planJob } from '../plan/plan.ts'
import type { Program } from '../program/program.ts'
import { udfsIn } from '../program/udfs-in.ts'

/** @throws {WireError} `wire_inline_refused` when a strict context is asked to run a shipped function. */
export async function runExpr(expr: Expr, data: Table | RecordBatch, given?: CodecContext): Promise<Vector> {
  const { schema: arrowSchema, batches } = Table.isTable(data) ? data : new Table([data])
  const schema = fromArrowSchema(arrowSchema)
  const { program, columns, schema: read } = planned(expr, schema)
  refuseCode(program, decodingContext(given))
  const compiled = new CompiledPipeline(read, await prepareProgram(program))
  const encoder = new BatchEncoder(compiled.schema)
  const chunks = [...encoder.start()]
  const pipeline = compiled.start()
  for (const batch of batches) {
    const all = fromRecordBatch(batch, schema).columns
    const result = pipeline.push({ length: batch.numRows, columns: columns.flatMap((index) => all[index] ?? []) })
    // Chunks share the memory of a batch, and the next one may overwrite it.
    if (result !== undefined) chunks.push(...encoder.batch(result).map((chunk) => chunk.slice()))
  }
  for (const result of pipeline.finish()) chunks.push(...encoder.batch(result).map((chunk) => chunk.slice()))
  chunks.push(...encoder.end())
  const vector = tableFromIPC(Buffer.concat(chunks)).getChildAt(0)
  if (vector === null) throw new InternalError('An expression was evaluated to no column')
  return vector
}

/** The work of one task over the whole of the data, and the columns it reads. */
function planned(expr: Expr, schema: Schema) {
  const value = { name: outputName(expr.node), node: expr.node }
  const step: JobStep = hasAggregate(expr.node)
    ? { kind: 'aggregate', by: [], values: [expr.node] }
    : { kind: 'select', columns: [value] }
  const source = { schema, partitions: () => [{ slices: [], bytes: 0 }] }
  const job: Job = { source: { kind: 'memory', bytes: new Uint8Array(0) }, steps: [step] }
  const [task] = planJob(job, source, { partitions: 1 }).stages[0]?.tasks ?? []
  if (task?.source.kind !== 'partition') throw new InternalError('One expression was planned as no task')
  const names = schema.map(({ name }) => name)
  return {
    program: task.program,
    columns: task.source.columns.map((name) => names.indexOf(name)),
    schema: task.source.schema,
  }
}

function refuseCode(program: Program, context: CodecContext): void {
  if (context.udfInlining) return
  for (const { name, body } of udfsIn(program)) {
    if (body.kind !== 'shipped') continue
    throw new WireError(
      'wire_inline_refused',
      `Cannot run function "${name}": it came by value, and this context is strict`,
      {
        details: { function: name },
      },
    )
  }
}
