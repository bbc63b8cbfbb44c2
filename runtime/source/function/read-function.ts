// Rows of a table function as record batches. The function must be live: only a worker's are.

import type { RecordBatch } from 'apache-arrow'
import { toRecordBatch } from '../../../functions/column/arrow.ts'
import { toArrowSchema } from '../../../functions/types/arrow.ts'
import { callTable, columnsOfTable } from '../../../functions/udf/table-rows.ts'
import { cutBatch } from '../batches.ts'
import type { FunctionSpec, ReadOptions } from '../source.ts'

export async function* readFunction(
  { udf, args }: FunctionSpec,
  options: ReadOptions,
): AsyncGenerator<RecordBatch, void, undefined> {
  const all = columnsOfTable(udf)
  const names = options.columns ?? all.map(({ name }) => name)
  const picked = names.map((name) => all.findIndex((column) => column.name === name))
  const schema = picked.flatMap((i) => all[i] ?? [])
  const arrowSchema = toArrowSchema(schema)
  for await (const { length, columns } of callTable(udf, args)) {
    const batch = { length, columns: picked.flatMap((i) => columns[i] ?? []) }
    yield* cutBatch(toRecordBatch(batch, schema, arrowSchema), options)
  }
}
