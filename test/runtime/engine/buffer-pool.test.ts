// Output memory is used again once its batch was given back, and never before.

import t from 'tap'
import type { Batch, NumberColumn } from '../../../functions/column/column.ts'
import { parseExpr } from '../../../functions/sql/parse.ts'
import { field, float64 } from '../../../functions/types/type.ts'
import { CompiledPipeline } from '../../../runtime/engine/pipeline.ts'

t.setTimeout(120_000)

const schema = [field('a', float64, false)]
const batchOf = (...values: readonly number[]): Batch => ({
  length: values.length,
  columns: [
    { storage: 'number', type: float64, length: values.length, valid: undefined, values: Float64Array.from(values) },
  ],
})
const valuesOf = (batch: Batch | undefined): Float64Array => {
  const [column] = (batch as Batch).columns as readonly NumberColumn[]
  return column?.values as Float64Array
}
const doubled = () =>
  new CompiledPipeline(schema, [{ op: 'project', columns: [{ name: 'b', node: parseExpr('a * 2') }] }]).start()

t.test('recycle() lets the next batch use the memory of the one given back', (t) => {
  const pipeline = doubled()
  const first = pipeline.push(batchOf(1, 2, 3)) as Batch
  const memory = valuesOf(first).buffer
  pipeline.recycle(first)
  const second = pipeline.push(batchOf(4, 5)) as Batch
  t.equal(valuesOf(second).buffer, memory)
  t.same([...valuesOf(second)], [8, 10])
  t.end()
})

t.test('push() gives memory of its own to every batch that was not given back', (t) => {
  const pipeline = doubled()
  const first = pipeline.push(batchOf(1, 2, 3)) as Batch
  const second = pipeline.push(batchOf(4, 5, 6)) as Batch
  t.not(valuesOf(first).buffer, valuesOf(second).buffer)
  t.same([...valuesOf(first)], [2, 4, 6])
  t.end()
})

t.test('recycle() of a batch twice, or of somebody else’s, gives nothing away', (t) => {
  const pipeline = doubled()
  const first = pipeline.push(batchOf(1)) as Batch
  pipeline.recycle(first)
  pipeline.recycle(first)
  pipeline.recycle(batchOf(9))
  const [second, third] = [pipeline.push(batchOf(2)), pipeline.push(batchOf(3))]
  t.not(valuesOf(second).buffer, valuesOf(third).buffer)
  t.same([[...valuesOf(second)], [...valuesOf(third)]], [[4], [6]])
  t.end()
})
