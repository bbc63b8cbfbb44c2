// Our own side of a workload: DataFrame steps planned as for a job, compiled as in a worker, run over batches that are
// in memory already. What is left out against a job is only the way to the worker and back.

import * as arrow from 'apache-arrow'
import { fromData, toRecordBatch } from '../../../functions/column/arrow.ts'
import type { Batch } from '../../../functions/column/column.ts'
import { fromArrowSchema, toArrowSchema } from '../../../functions/types/arrow.ts'
import type { DataType, Schema } from '../../../functions/types/type.ts'
import { SessionContext } from '../../../runtime/context/session.ts'
import { DataFrame } from '../../../runtime/dataframe.ts'
import { CompiledPipeline } from '../../../runtime/engine/pipeline.ts'
import { planJob } from '../../../runtime/plan/plan.ts'
import type { OpenedSource, SourceSpec } from '../../../runtime/source/source.ts'
import { atOnce } from '../../../runtime/turns/turns.ts'
import { type Cells, cellsOfArrow } from './cells.ts'
import { type Variant, variant } from './workload.ts'

/** A table in this process's memory. */
export interface MemoryTable {
  readonly schema: Schema
  readonly batches: readonly arrow.RecordBatch[]
  readonly rows: number
}

export type Query = (table: DataFrame) => DataFrame

/** Every batch of a result, kept until the last one is there. */
export interface QueryResult {
  readonly schema: Schema
  readonly batches: readonly Batch[]
}

const session = new SessionContext({ backend: 'in-process' })
const nowhere: SourceSpec = { kind: 'memory', bytes: new Uint8Array() }

export function memoryTable(batches: readonly arrow.RecordBatch[]): MemoryTable {
  const [first] = batches
  if (first === undefined) throw new Error('A table of the benchmark has no batches')
  const rows = batches.reduce((sum, batch) => sum + batch.numRows, 0)
  return { schema: fromArrowSchema(first.schema), batches, rows }
}

/** The first batches of a table. */
export function firstBatches({ batches }: MemoryTable, rows: number): MemoryTable {
  return memoryTable(batches.slice(0, Math.ceil(rows / 65_536)))
}

/** A query over a table, compiled. As in a worker, a program is planned for every run but compiled once. */
export class EngineQuery {
  readonly #table: MemoryTable
  readonly #query: Query
  #compiled: CompiledPipeline | undefined

  constructor(table: MemoryTable, query: Query) {
    this.#table = table
    this.#query = query
  }

  /** Runs it; every batch of the result is kept until the last one is there. */
  run(): QueryResult {
    const batches: Batch[] = []
    const schema = this.stream((batch) => batches.push(batch))
    return { schema, batches }
  }

  /** Runs it and hands each batch on as soon as it is there, as a job does. */
  stream(take: (batch: Batch) => void): Schema {
    const table = this.#table
    const { steps } = this.#query(new DataFrame(session, { source: nowhere, steps: [] })).job
    const [task] = atOnce(planJob({ source: nowhere, steps }, opened(table), { partitions: 1 })).stages[0]?.tasks ?? []
    if (task?.source.kind !== 'partition') throw new Error('A query over one partition has one task')
    const { schema, columns } = task.source
    this.#compiled ??= new CompiledPipeline(schema, task.program)
    const pipeline = this.#compiled.start()
    const positions = columns.map((name) => table.schema.findIndex((field) => field.name === name))
    for (const batch of table.batches) {
      const input = positions.map((at, i) =>
        fromData(batch.data.children[at] as arrow.Data, schema[i]?.type as DataType),
      )
      const result = pipeline.push({ length: batch.numRows, columns: input })
      if (result !== undefined) take(result)
      if (pipeline.done) break
    }
    for (const result of pipeline.finish()) take(result)
    return this.#compiled.schema
  }

  /** Forgets the compiled program, as a worker that never saw it. */
  forget(): this {
    this.#compiled = undefined
    return this
  }
}

const opened = ({ schema, rows }: MemoryTable): OpenedSource => ({
  schema,
  rows,
  partitions: () => [{ slices: [], bytes: 0 }],
})

/** Our variant of a workload over a table in memory. */
export function volley(table: MemoryTable, query: Query, label = 'Volley'): Variant {
  const prepared = new EngineQuery(table, query)
  return variant('volley', label, () => prepared.run(), cellsOfQuery)
}

export function cellsOfQuery({ schema, batches }: QueryResult): Cells {
  const arrowSchema = toArrowSchema(schema)
  return cellsOfArrow(
    new arrow.Table(
      arrowSchema,
      batches.map((batch) => toRecordBatch(batch, schema, arrowSchema)),
    ),
  )
}
