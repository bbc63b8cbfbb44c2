// One expression over data in memory, with the engine of this process. Loaded on demand: whoever only forks never needs
// it.

import { type Data, makeData, Vector } from 'apache-arrow'
import { convertArrow } from '../../functions/arrow/convert.ts'
import { fromRecordBatch, toData } from '../../functions/column/arrow.ts'
import type { Batch } from '../../functions/column/column.ts'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { InternalError, WireError } from '../../functions/errors.ts'
import { outputName } from '../../functions/expr/display.ts'
import type { Expr } from '../../functions/expr/expr.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { hasAggregate } from '../../functions/expr/walk.ts'
import { fromArrowSchema, toArrowType } from '../../functions/types/arrow.ts'
import { plainType } from '../../functions/types/coercion.ts'
import { field, type Schema } from '../../functions/types/type.ts'
import { decodingContext } from '../codec/context-slots.ts'
import { prepareProgram } from '../codec/prepare.ts'
import { type ArrowData, adoptArrow } from '../data/arrow-input.ts'
import { CompiledPipeline } from '../engine/pipeline.ts'
import type { Job, JobStep } from '../job/job.ts'
import { planJob } from '../plan/plan.ts'
import { dependsOnTime } from '../plan/stable.ts'
import type { Program } from '../program/program.ts'
import { udfsIn } from '../program/udfs-in.ts'
import { atOnce } from '../turns/turns.ts'

/** @throws {WireError} `wire_inline_refused` when a strict context is asked to run a shipped function. */
export async function runExpr(expr: Expr, data: ArrowData, given?: CodecContext): Promise<Vector> {
  const { schema: arrowSchema, batches } = adoptArrow(data)
  const schema = fromArrowSchema(arrowSchema)
  const { program, columns, pipeline: compiling } = planOnce(expr.node, schema)
  refuseCode(program, decodingContext(given))
  const compiled = await compiling()
  const [value] = compiled.schema
  if (value === undefined) throw new InternalError('An expression was evaluated to no column')
  // Results carry plain values: dictionaries are resolved.
  const plain = field(value.name, plainType(value.type), value.nullable)
  const chunks: Data[] = []
  const take = ({ columns: [column] }: Batch): void => void (column && chunks.push(toData(column, plain)))
  const pipeline = compiled.start()
  for (const batch of batches) {
    const all = fromRecordBatch(batch, schema).columns
    const result = pipeline.push({ length: batch.numRows, columns: columns.flatMap((index) => all[index] ?? []) })
    if (result !== undefined) take(result)
  }
  for (const result of pipeline.finish()) take(result)
  const vector = new Vector(chunks.length > 0 ? chunks : [makeData({ type: toArrowType(plain.type), length: 0 })])
  return given?.arrow === undefined ? vector : (convertArrow(vector, given.arrow) as Vector)
}

interface Planned {
  readonly program: Program
  /** Positions of the columns it reads. */
  readonly columns: readonly number[]
  pipeline(): Promise<CompiledPipeline>
}

/** The plan of an expression for the schema it met last: the same expression is mostly evaluated over batches of one schema. */
const plans = new WeakMap<ExprNode, { readonly schema: string; readonly planned: Planned }>()

function planOnce(node: ExprNode, schema: Schema): Planned {
  const key = JSON.stringify(schema)
  const known = plans.get(node)
  if (known?.schema === key) return known.planned
  const planned = plan(node, schema)
  // now() and its kin mean the moment at which they were planned.
  if (!dependsOnTime(node)) plans.set(node, { schema: key, planned })
  return planned
}

/** The work of one task over the whole of the data. */
function plan(node: ExprNode, schema: Schema): Planned {
  const value = { name: outputName(node), node }
  const step: JobStep = hasAggregate(node)
    ? { kind: 'aggregate', by: [], values: [node] }
    : { kind: 'select', columns: [value] }
  const source = { schema, partitions: () => [{ slices: [], bytes: 0 }] }
  const job: Job = { source: { kind: 'memory', bytes: new Uint8Array(0) }, steps: [step] }
  const [task] = atOnce(planJob(job, source, { partitions: 1 })).stages[0]?.tasks ?? []
  if (task?.source.kind !== 'partition') throw new InternalError('One expression was planned as no task')
  const { program, source: read } = task
  const names = schema.map(({ name }) => name)
  let pipeline: Promise<CompiledPipeline> | undefined
  return {
    program,
    columns: read.columns.map((name) => names.indexOf(name)),
    pipeline: () => {
      pipeline ??= prepareProgram(program).then((prepared) => new CompiledPipeline(read.schema, prepared))
      pipeline.catch(() => {
        pipeline = undefined
      })
      return pipeline
    },
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
