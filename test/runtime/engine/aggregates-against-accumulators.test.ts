// Grouped aggregation against the plain accumulators, and any split into partitions against one phase. Partial states
// travel as Arrow bytes in between, as they do between workers.

import { RecordBatchReader } from 'apache-arrow'
import fc from 'fast-check'
import t from 'tap'
import { bindAggregate } from '../../../functions/bind/aggregate.ts'
import { Binder } from '../../../functions/bind/binder.ts'
import { catalogue } from '../../../functions/catalogue/catalogue.ts'
import { fromRecordBatch } from '../../../functions/column/arrow.ts'
import type { Batch } from '../../../functions/column/column.ts'
import { PlanError } from '../../../functions/errors.ts'
import { displayNode } from '../../../functions/expr/display.ts'
import type { AggregateNode, ExprNode } from '../../../functions/expr/node.ts'
import { fromArrowSchema } from '../../../functions/types/arrow.ts'
import { decimal128, isFloat, isNumeric, type Schema } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { BatchEncoder } from '../../../runtime/data/batch-encoder.ts'
import type { AggregateOp } from '../../../runtime/program/program.ts'
import { schemaAfter } from '../../../runtime/program/schema.ts'
import { interpret } from './interpret.ts'
import { allTypes, batchOf, type RandomTable, randomTable } from './random-columns.ts'
import { anyCondition, resolve } from './random-expressions.ts'
import { rowsIn, runProgram } from './run-program.ts'
import { outcome, show } from './values.ts'

t.setTimeout(240_000)

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const numRuns = Number(process.env.RUNS ?? 700)
t.comment(`SEED=${seed} repeats this run`)

type Row = readonly Value[]
/** Sums of the largest decimals overflow in one partition and not in another. */
const excluded = ['interval', 'struct', 'list', 'decimal128']
const types = [...allTypes.filter(({ kind }) => !excluded.includes(kind)), decimal128(20, 10)]
const column = (i: number, schema: Schema): ExprNode => ({
  kind: 'column',
  name: schema[i % schema.length]?.name ?? '',
})

interface RandomAggregation {
  readonly table: RandomTable
  readonly keys: readonly number[]
  readonly calls: readonly { fn: string; pick: number; distinct: boolean; filter: ExprNode | null }[]
  /** Where the rows are cut into partitions. */
  readonly cuts: readonly number[]
}

const call = fc.record({
  fn: fc.constantFrom('count', 'sum', 'avg', 'min', 'max', 'count(*)'),
  pick: fc.nat(5),
  distinct: fc.boolean(),
  filter: fc.option(anyCondition, { freq: 2 }),
})
const aggregation: fc.Arbitrary<RandomAggregation> = fc.record({
  table: randomTable(types, 4, 14),
  keys: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
  calls: fc.array(call, { maxLength: 3 }),
  cuts: fc.array(fc.nat(14), { maxLength: 3 }),
})

/** The step for a random aggregation; sums and means only of numbers. */
function stepOf({ table: { schema }, keys, calls }: RandomAggregation): AggregateOp {
  const picked = new Set(keys.map((key) => key % schema.length))
  const numbers = schema.flatMap(({ type }, i) => (isNumeric(type) ? [i] : []))
  const aggregates = calls.map(({ fn, pick, distinct, filter }): AggregateNode => {
    const number = numbers[pick % numbers.length]
    const summable = number !== undefined && (fn === 'sum' || fn === 'avg')
    const name = fn === 'count(*)' ? 'count' : summable || !['sum', 'avg'].includes(fn) ? fn : 'max'
    const arg = column(summable ? number : pick, schema)
    return {
      kind: 'aggregate',
      fn: name,
      args: fn === 'count(*)' ? [{ kind: 'wildcard' }] : [arg],
      distinct: distinct && fn !== 'count(*)',
      orderBy: [],
      ...(filter === null ? {} : { filter: resolve(filter, schema) }),
    }
  })
  const by = [...picked].map((i) => ({ name: `k${i}`, node: column(i, schema) }))
  return { op: 'aggregate', phase: 'single', by, aggregates, schema }
}

/** The schema of the results; undefined where planning refuses the step, as it should. */
function plannedSchema(step: AggregateOp): Schema | undefined {
  try {
    return schemaAfter(step.schema, step)
  } catch (error) {
    if (error instanceof PlanError) return undefined
    throw error
  }
}

/** Groups by the keys' texts and feeds each group's accumulators row by row. */
function reference(step: AggregateOp, batch: Batch): readonly Row[] {
  const binder = new Binder(step.schema, catalogue)
  const keys = step.by.map(({ node }) => binder.bind(node))
  const aggregates = step.aggregates.map((node) => bindAggregate(binder, node, catalogue))
  const make = () => aggregates.map((aggregate) => aggregate.kernel().accumulator())
  const groups = new Map<string, { key: Row; accumulators: ReturnType<typeof make> }>()
  if (keys.length === 0) groups.set('', { key: [], accumulators: make() })
  for (let row = 0; row < batch.length; row++) {
    const key = keys.map((bound) => interpret(bound, batch, row)).map((value) => (value === 0 ? 0 : value))
    const text = key.map(show).join('|')
    const group = groups.get(text) ?? { key, accumulators: make() }
    groups.set(text, group)
    aggregates.forEach((aggregate, i) => {
      if (aggregate.filter !== undefined && interpret(aggregate.filter, batch, row) !== true) return
      const args = aggregate.args.map((arg) => interpret(arg, batch, row))
      if (aggregate.nulls === 'skip' && args.includes(null)) return
      group.accumulators[i]?.add?.(...args)
    })
  }
  return [...groups.values()].map(({ key, accumulators }) => [
    ...key,
    ...accumulators.map((accumulator) => (accumulator.evaluate() ?? null) as Value),
  ])
}

/** Each partition's partial states, as Arrow bytes and back, then the final phase over all of them. */
function inPartitions(step: AggregateOp, partitions: readonly Batch[]): readonly Row[] {
  const partial: AggregateOp = { ...step, phase: 'partial' }
  const states = partitions.flatMap((batch) => {
    const schema = schemaAfter(step.schema, partial)
    const encoder = new BatchEncoder(schema)
    const batches = runProgram(step.schema, [partial], [batch]).flatMap((result) => encoder.batch(result))
    const reader = RecordBatchReader.from(Buffer.concat([...encoder.start(), ...batches, ...encoder.end()]))
    return [...reader].map((result) => fromRecordBatch(result, fromArrowSchema(result.schema)))
  })
  return rowsIn(runProgram(schemaAfter(step.schema, partial), [{ ...step, phase: 'final' }], states))
}

/** Rows in one order, -0 as 0, and results of floats as far as the order of additions leaves them alone. */
function comparable(rows: readonly Row[], schema: Schema): string {
  const texts = rows.map((row) =>
    row.map((value, i) => {
      const type = schema[i]?.type
      if (typeof value !== 'number' || type === undefined || !isFloat(type)) return show(value)
      return Number.isFinite(value) && value !== 0 ? value.toPrecision(6) : String(value + 0)
    }),
  )
  return texts
    .map((row) => row.join(' | '))
    .sort()
    .join('\n')
}

function cutAt(table: RandomTable, length: number, cuts: readonly number[]): readonly Batch[] {
  const bounds = [0, ...cuts.map((cut) => Math.min(cut, length)).sort((a, b) => a - b), length]
  return bounds.slice(1).map((end, i) => batchOf(table, bounds[i], end))
}

/** Sums of floats of very different size depend on the order, whatever computes them. */
const isOrderSensitive = (step: AggregateOp): boolean =>
  step.aggregates.some(({ fn, args: [arg] }) => {
    const type = step.schema.find((field) => arg?.kind === 'column' && field.name === arg.name)?.type
    return (fn === 'sum' || fn === 'avg') && type !== undefined && (isFloat(type) || fn === 'avg')
  })

t.test('one phase gives what the accumulators give', (t) => {
  fc.assert(
    fc.property(aggregation, (random) => {
      const step = stepOf(random)
      const batch = batchOf(random.table)
      const result = plannedSchema(step)
      if (result === undefined) return
      const describe = step.aggregates.map(displayNode).join('; ')
      const wanted = outcome(() => [[comparable(reference(step, batch), result)]])
      const got = outcome(() => [[comparable(rowsIn(runProgram(step.schema, [step], [batch])), result)]])
      const bothFail = got.startsWith('throws') && wanted.startsWith('throws')
      if (got !== wanted && !bothFail) throw new Error(`${describe}\nwanted\n${wanted}\ngot\n${got}`)
    }),
    { seed, numRuns },
  )
  t.end()
})

t.test('partial and final phases over any partitions give what one phase gives', (t) => {
  fc.assert(
    fc.property(aggregation, (random) => {
      const step = stepOf(random)
      if (isOrderSensitive(step)) return
      const batch = batchOf(random.table)
      const result = plannedSchema(step)
      if (result === undefined) return
      const describe = step.aggregates.map(displayNode).join('; ')
      const partitions = cutAt(random.table, batch.length, random.cuts)
      const wanted = outcome(() => [[comparable(rowsIn(runProgram(step.schema, [step], [batch])), result)]])
      const got = outcome(() => [[comparable(inPartitions(step, partitions), result)]])
      const bothFail = got.startsWith('throws') && wanted.startsWith('throws')
      if (got !== wanted && !bothFail) throw new Error(`${describe}\nwanted\n${wanted}\ngot\n${got}`)
    }),
    { seed, numRuns },
  )
  t.end()
})
