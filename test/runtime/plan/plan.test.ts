// Plans: what each partition's task reads and does, what the merge does, and what is refused before anything runs.

import t from 'tap'
import { outputName } from '../../../functions/expr/display.ts'
import { make } from '../../../functions/expr/expr.ts'
import type { SortNode } from '../../../functions/expr/node.ts'
import { col, type Expr, functions as f, float64, int64, lit, udf, utf8 } from '../../../functions/index.ts'
import { displayType, field, type Schema } from '../../../functions/types/type.ts'
import type { JobStep } from '../../../runtime/job/job.ts'
import { type Plan, planJob, schemaOf } from '../../../runtime/plan/plan.ts'
import type { Program } from '../../../runtime/program/program.ts'
import type { Task } from '../../../runtime/program/task.ts'
import type { OpenedSource } from '../../../runtime/source/source.ts'
import { atOnce } from '../../../runtime/turns/turns.ts'

const schema: Schema = [field('id', int64, false), field('name', utf8), field('Net', float64), field('gross', float64)]
const spec = { kind: 'memory', bytes: new Uint8Array() } as const

/** A source of four slices that knows its rows. */
const source: OpenedSource = {
  schema,
  rows: 400,
  partitions: (target = 4) =>
    Array.from({ length: Math.min(4, target) }, (_, i) => ({ slices: [{ range: [i, i + 1] }], rows: 100, bytes: 1 })),
}
const plan = (steps: readonly JobStep[], partitions = 4): Plan =>
  atOnce(planJob({ source: spec, steps }, source, { partitions }))

const filter = (condition: Expr): JobStep => ({ kind: 'filter', condition: condition.node })
const select = (...columns: readonly Expr[]): JobStep => ({
  kind: 'select',
  columns: columns.map(({ node }) => ({ name: outputName(node), node })),
})
const aggregate = (by: readonly Expr[], ...values: readonly (Expr | undefined)[]): JobStep => ({
  kind: 'aggregate',
  by: by.map(({ node }) => node),
  values: values.flatMap((value) => (value === undefined ? [] : [value.node])),
})
const sort = (name: string): JobStep => ({
  kind: 'sort',
  keys: [{ kind: 'sort', input: col(name).node, descending: false, nullsFirst: false } satisfies SortNode],
})
const limit = (count: number, offset = 0): JobStep => ({ kind: 'limit', count, offset })

const tasksOf = (made: Plan): readonly Task[] => made.stages[0]?.tasks ?? []

const columnsRead = (made: Plan): readonly string[] => {
  const [task] = tasksOf(made)
  return task?.source.kind === 'partition' ? task.source.columns : []
}
/** The operations as short text: `filter, aggregate partial`. */
const shape = (program: Program | undefined): string | undefined =>
  program
    ?.map((op) =>
      op.op === 'aggregate'
        ? `aggregate ${op.phase}`
        : op.op === 'sort' && op.limit !== undefined
          ? `sort ${op.limit}`
          : op.op === 'limit'
            ? `limit ${op.offset} ${op.count}`
            : op.op,
    )
    .join(', ')

t.test('planJob() makes one task per partition, whose bytes one after another are one stream', (t) => {
  const made = plan([filter(col('Net').gt(0))])
  t.equal(made.stages.length, 1)
  t.same(
    tasksOf(made).map(({ writes }) => writes),
    [
      { start: true, end: false },
      { start: false, end: false },
      { start: false, end: false },
      { start: false, end: true },
    ],
  )
  t.same(
    tasksOf(plan([], 1)).map(({ writes }) => writes),
    [{ start: true, end: true }],
  )
  t.equal(made.rowsTotal, 400)
  t.equal(new Set(tasksOf(made).map(({ program }) => program)).size, 1, 'the tasks partition one program')
  t.end()
})

t.test('planJob() reads only the columns that are used', (t) => {
  t.same(columnsRead(plan([filter(col('gross').gt(1)), select(col('name'))])), ['name', 'gross'])
  t.same(columnsRead(plan([aggregate([col('name')], f.sum?.(col('Net')))])), ['name', 'Net'])
  t.same(
    columnsRead(plan([select(col('NET').alias('x')), filter(col('x').gt(1))])),
    ['Net'],
    'found without regard to case',
  )
  t.same(columnsRead(plan([sort('name')])), ['id', 'name', 'Net', 'gross'], 'all of them are the result')
  t.same(columnsRead(plan([sort('name'), limit(3), select(col('id'))])), ['id', 'name'])
  t.same(columnsRead(plan([aggregate([], f.count?.())])), ['id'], 'something has to be read to count rows')
  t.same(columnsRead(plan([{ kind: 'dropColumns', names: ['gross', 'id'] }])), ['name', 'Net'])
  t.end()
})

t.test('planJob() splits a job where partitions have to meet', (t) => {
  const split = (...steps: readonly JobStep[]): readonly (string | undefined)[] => {
    const { stages } = plan(steps)
    t.same(
      stages.map(({ tasks }) => tasks.length),
      [4, 1].slice(0, stages.length),
    )
    return stages.map(({ tasks }) => shape(tasks[0]?.program))
  }
  t.same(split(filter(col('id').gt(0)), select(col('id'))), ['filter, project'])
  t.same(split(filter(col('id').gt(0)), aggregate([col('name')], f.count?.()), sort('name'), limit(5, 2)), [
    'filter, aggregate partial',
    'aggregate final, project, sort 7, limit 2 5',
  ])
  t.same(split(sort('name'), filter(col('id').gt(0))), ['sort', 'sort, filter'])
  t.same(split(sort('name'), limit(3, 1)), ['sort 4', 'sort 4, limit 1 3'])
  t.same(split(select(col('id')), limit(3, 1), filter(col('id').gt(0))), ['project, limit 0 4', 'limit 1 3, filter'])
  t.same(split({ kind: 'distinct' }), ['aggregate partial', 'aggregate final'])
  t.same(
    shape(tasksOf(plan([aggregate([], f.count?.())], 1))[0]?.program),
    'aggregate single, project',
    'not in one partition',
  )
  t.equal(plan([sort('name')], 1).stages.length, 1)
  t.end()
})

t.test('planJob() gives the final aggregation the schema of the partial states', (t) => {
  const made = plan([aggregate([col('name').alias('k')], f.avg?.(col('Net')).alias('mean'))])
  t.same(
    made.stages[1]?.tasks[0]?.source.schema.map(({ name, type }) => `${name}: ${displayType(type)}`),
    ['k: Utf8', '#0.sum: Float64', '#0.count: Int64'],
  )
  t.same(
    made.schema.map(({ name, type, nullable }) => `${name}: ${displayType(type)}${nullable ? '?' : ''}`),
    ['k: Utf8?', 'mean: Float64?'],
  )
  t.end()
})

t.test('planJob() gives a source without slices one task, so that the result has its columns', (t) => {
  const none = atOnce(planJob({ source: spec, steps: [] }, { schema, partitions: () => [] }, { partitions: 4 }))
  t.match(tasksOf(none), [{ source: { partition: { slices: [] } }, writes: { start: true, end: true } }])
  t.equal(tasksOf(none).length, 1)
  t.end()
})

t.test('planJob() gives functions of the clock one value for the whole job', (t) => {
  const before = BigInt(Date.now()) * 1_000_000n
  const made = plan([
    filter(f.now?.().gt(lit(0).cast('timestamp(ns)')) ?? lit(true)),
    select(f.now?.().alias('a') ?? lit(1), f.now?.().alias('b') ?? lit(1)),
    sort('a'),
  ])
  const after = BigInt(Date.now() + 1) * 1_000_000n
  const [, projection] = tasksOf(made)[0]?.program ?? []
  const nodes = projection?.op === 'project' ? projection.columns.map(({ node }) => node) : []
  const values = nodes.map((node) => (node.kind === 'alias' && node.input.kind === 'literal' ? node.input.value : null))
  t.equal(values.length, 2)
  t.equal(values[0], values[1])
  t.ok((values[0] as bigint) >= before && (values[0] as bigint) <= after)
  const again = plan([select(f.now?.().alias('a') ?? lit(1))])
  t.match(again.schema, [{ name: 'a', type: { kind: 'timestamp' } }])
  t.end()
})

t.test('schemaOf() tells the result of steps without a source to read', (t) => {
  const steps = [
    {
      kind: 'withColumns',
      columns: [
        { name: 'Net', node: col('id').add(1).node },
        { name: 'new', node: lit('x').node },
      ],
    },
    { kind: 'dropColumns', names: ['gross'] },
  ] as const
  t.same(
    atOnce(schemaOf(steps, schema)).map(
      ({ name, type, nullable }) => `${name}: ${displayType(type)}${nullable ? '?' : ''}`,
    ),
    ['id: Int64', 'name: Utf8?', 'Net: Int64', 'new: Utf8'],
  )
  t.end()
})

const refusals: readonly (readonly [
  string,
  readonly JobStep[],
  { readonly code: string; readonly message: string | RegExp },
])[] = [
  [
    'an unknown column',
    [filter(col('nam').eq('x'))],
    { code: 'unknown_column', message: 'No field named "nam". Did you mean "name"?' },
  ],
  [
    'a column that an earlier step left out',
    [select(col('id')), sort('name')],
    { code: 'unknown_column', message: 'No field named "name". The columns are id' },
  ],
  [
    'an unknown function',
    [select(make({ kind: 'call', name: 'uper', args: [col('name').node] }))],
    { code: 'unknown_function', message: /Did you mean "upper"\?$/ },
  ],
  [
    'a condition that is not a boolean',
    [filter(col('id'))],
    { code: 'type_mismatch', message: 'Cannot use a Int64 as a filter: compare it with something' },
  ],
  [
    'two columns of one name',
    [select(col('id'), col('name').alias('id'))],
    { code: 'ambiguous_column', message: 'Cannot have two columns named "id": give one of them another alias' },
  ],
  [
    'two keys of one name',
    [aggregate([col('id'), col('name').alias('id')])],
    { code: 'ambiguous_column', message: /"id"/ },
  ],
  [
    'a column beside aggregates',
    [aggregate([col('name')], col('id').add(1))],
    {
      code: 'type_mismatch',
      message: 'Cannot use column "id" in an aggregation: group by it, or put it into an aggregate such as max()',
    },
  ],
  [
    'an aggregate where rows are wanted',
    [filter(f.sum?.(col('id')).gt(1) ?? lit(true))],
    { code: 'type_mismatch', message: /it needs rows/ },
  ],
  [
    'a dropped column that is not there',
    [{ kind: 'dropColumns', names: ['idd'] }],
    { code: 'unknown_column', message: 'No field named "idd". Did you mean "id"?' },
  ],
  [
    'a function of other types',
    [select(udf((x: string) => x, [utf8], utf8, { name: 'echo' })(col('id')))],
    { code: 'type_mismatch', message: 'Function "echo" takes Utf8, got Int64' },
  ],
]

for (const [what, steps, error] of refusals) {
  t.test(`planJob() refuses ${what}`, (t) => {
    t.throws(() => plan(steps), { name: 'PlanError', ...error })
    t.throws(() => atOnce(schemaOf(steps, schema)), { name: 'PlanError', code: error.code })
    t.end()
  })
}

t.test('planJob() computes keys that call a user function once, before all who look at them', (t) => {
  const twice = udf((x: number) => x * 2, [float64], float64, { name: 'twice' })
  const byTwice: JobStep = {
    kind: 'sort',
    keys: [{ kind: 'sort', input: twice(col('gross')).node, descending: true, nullsFirst: false } satisfies SortNode],
  }
  const sorted = plan([byTwice, limit(3)])
  t.same(
    sorted.stages.map(({ tasks }) => shape(tasks[0]?.program)),
    ['project, sort 3', 'sort 3, project, limit 0 3'],
  )
  t.same(
    sorted.schema.map(({ name }) => name),
    ['id', 'name', 'Net', 'gross'],
  )
  const windowed = plan([
    select(
      col('id'),
      f.rank?.().over({ partitionBy: [twice(col('gross'))], orderBy: [f.random?.() ?? lit(1)] }) ?? lit(1),
    ),
  ])
  t.same(columnsRead(windowed), ['id', 'gross'])
  t.same(
    windowed.stages.map(({ tasks }) => shape(tasks[0]?.program)),
    ['project, rowIds, exchange', 'window, project, exchange', 'reorder, project'],
  )
  t.end()
})

t.test('planJob() bounds the columns that all steps make together', async (t) => {
  const wide: OpenedSource = { ...source, schema: Array.from({ length: 1000 }, (_, i) => field(`c${i}`, int64)) }
  const planned = (steps: number) =>
    atOnce(
      planJob({ source: spec, steps: Array.from({ length: steps }, () => ({ kind: 'distinct' })) }, wide, {
        partitions: 1,
      }),
    )
  t.doesNotThrow(() => planned(30))
  t.throws(() => planned(31), {
    code: 'size_limit',
    message:
      'Cannot plan the job: its steps make 31000 columns together, at most 30000; leave out columns early, or split the job',
  })
})

t.test('planJob() keeps the columns of windows for keys that call a user function, and lets neither through', (t) => {
  const twice = udf((x: number) => x * 2, [float64], float64, { name: 'twice' })
  const rank = f.rank?.().over({ orderBy: [twice(col('gross'))] }) ?? lit(1)
  const byBoth: JobStep = {
    kind: 'sort',
    keys: [rank, twice(col('Net'))].map(
      ({ node }) => ({ kind: 'sort', input: node, descending: false, nullsFirst: false }) satisfies SortNode,
    ),
  }
  const planned = plan([byBoth], 1)
  t.equal(shape(tasksOf(planned)[0]?.program), 'project, window, project, sort, project')
  t.same(
    planned.schema.map(({ name }) => name),
    ['id', 'name', 'Net', 'gross'],
  )
  t.end()
})
