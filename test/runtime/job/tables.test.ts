// What is added through the tables alone runs like what is built in: as library calls and as JSON jobs, in this process and
// in a worker whose context adds the same.

import { type Test, test } from 'tap'
import { col, int64, SessionContext, udf, utf8, WorkerPool } from 'volley'
import { displayNode } from '../../../functions/expr/display.ts'
import type { Schema } from '../../../functions/types/type.ts'
import { DataFrame } from '../../../runtime/dataframe.ts'
import { registerOperator } from '../../../runtime/engine/compile-operation.ts'
import { LimitOperator } from '../../../runtime/engine/operators.ts'
import type { JobStep } from '../../../runtime/job/job.ts'
import { type ParsedJob, parseJobJson } from '../../../runtime/job/json-job.ts'
import { distinct } from '../../../runtime/job/steps/distinct.ts'
import { nodesOf, registerStep } from '../../../runtime/job/steps.ts'
import { registerOperation } from '../../../runtime/program/operations.ts'
import { contextModule } from '../context/with-session.ts'
import { temporaryFiles } from '../source/temporary-files.ts'
import '../../fixtures/contexts/lines-and-totals.ts'

const sessions = {
  'in this process': () => new SessionContext({ backend: 'in-process' }),
  'in a worker': (t: Test) => {
    // The plain module, not its bundle: a worker context reaches the tables by their paths.
    const entry = new URL('../../../runtime/worker/main.ts', import.meta.url)
    const pool = WorkerPool.fork({ workers: 1, entry, workerContext: contextModule('lines-and-totals') })
    t.teardown(() => pool.close())
    return new SessionContext({ backend: pool.backend })
  },
}

/** Two files of a heading and three lines each. */
function heaps(t: Test): readonly string[] {
  const write = temporaryFiles(t)
  return [write('a.txt', 'heap a\nplum\npear\nfig\n'), write('b.txt', 'heap b\nquince\napple\nmedlar\n')]
}

function parse(ctx: SessionContext, json: unknown): Promise<ParsedJob> {
  const table = (name: string) => ctx.table(name).job
  return parseJobJson(json, { sql: ctx.sqlOptions(), table, files: async (paths) => paths })
}

const expected = [
  { line: 'plum', letters: 4 },
  { line: 'pear', letters: 8 },
  { line: 'quince', letters: 14 },
  { line: 'apple', letters: 19 },
  { line: 'medlar', letters: 25 },
]

for (const [where, sessionOn] of Object.entries(sessions)) {
  test(`a format and a step that were added run ${where}`, { timeout: 240_000 }, async (t) => {
    const ctx = sessionOn(t)
    const letters = udf((text: string) => BigInt(text.length), [utf8], int64, { name: 'letters' })
    const source = { kind: 'lines', paths: heaps(t), options: { skip: 1 } } as const
    const total: JobStep = { kind: 'runningTotal', of: letters(col('line')).node, as: 'letters' }
    const filtered = new DataFrame(ctx, { source, steps: [] }).filter(col('line').neq('fig'))
    const frame = new DataFrame(ctx, { source, steps: [...filtered.job.steps, total] })
    t.strictSame(await frame.toRows(), expected)
    t.strictSame(
      (await frame.schema()).map(({ name }) => name),
      ['line', 'letters'],
    )
  })

  test(`a format and a step that were added run ${where} as a JSON job`, { timeout: 240_000 }, async (t) => {
    const ctx = sessionOn(t)
    const { job } = await parse(ctx, {
      source: { lines: heaps(t), options: { skip: 1 } },
      steps: [{ filter: "line <> 'fig'" }, { runningTotal: { of: 'length(line)', as: 'letters' } }],
    })
    t.strictSame(await new DataFrame(ctx, job).toRows(), expected)
  })
}

test('a name that ends as the format says is a table in SQL', async (t) => {
  const ctx = sessions['in this process']()
  const [first] = heaps(t)
  const { job } = await parse(ctx, { sql: `select upper(line) as line from "${first}" limit 2` })
  t.strictSame(await new DataFrame(ctx, job).toRows(), [{ line: 'HEAP A' }, { line: 'PLUM' }])
})

const refusals = [
  [
    'an option of another form',
    { lines: 'a.txt', options: { skip: 'x' } },
    [],
    /"\/source\/options\/skip": it is a string/,
  ],
  ['an unknown option', { lines: 'a.txt', options: { skp: 1 } }, [], /unknown member "skp". Did you mean "skip"\?/],
  ['an unknown format', { linse: 'a.txt' }, [], /unknown member "linse". Did you mean "lines"\?/],
  ['a member of the step', { lines: 'a.txt' }, [{ runningTotal: { of: 'a', at: 'b' } }], /unknown member "at"/],
  [
    'an unknown step',
    { lines: 'a.txt' },
    [{ runingTotal: 1 }],
    /unknown step "runingTotal". Did you mean "runningTotal"\?/,
  ],
] as const

for (const [what, source, steps, message] of refusals) {
  test(`parseJobJson() says what is wrong with ${what} as of what is built in`, async (t) => {
    await t.rejects(parse(sessions['in this process'](), { source, steps }), { code: 'invalid_job', message })
  })
}

test('an expression in a step that was added is checked when the job is planned', async (t) => {
  const ctx = sessions['in this process']()
  const { job } = await parse(ctx, { source: { lines: heaps(t) }, steps: [{ runningTotal: { of: 'lin', as: 'n' } }] })
  await t.rejects(new DataFrame(ctx, job).schema(), { code: 'unknown_column', message: /Did you mean "line"\?/ })
})

test('registerOperation() and registerOperator() refuse a second row of a name', async (t) => {
  const limit = { fields: { offset: 'count', count: 'count' }, schema: (_op: object, input: Schema) => input } as const
  t.throws(() => registerOperation('limit', limit), {
    code: 'invalid_argument',
    message: 'Cannot register the operation "limit": there is one of that name',
  })
  t.throws(() => registerOperator('limit', () => () => new LimitOperator(0, 1)), {
    code: 'invalid_argument',
    message: 'Cannot register an operator for "limit": there is one already',
  })
})

test('registerStep() refuses a second step of a name', async (t) => {
  t.throws(() => registerStep(distinct), {
    code: 'invalid_argument',
    message: 'Cannot register the step "distinct": there is one of that name',
  })
})

declare module '../../../runtime/job/job.ts' {
  interface JobSteps {
    readonly beside?: { readonly kind: 'beside'; readonly job: Job }
  }
}

registerStep({
  kind: 'beside',
  fields: { job: 'job' },
  schema: {},
  parse: async (json, pointer, parser) => ({ kind: 'beside', job: await parser.job(json, pointer) }),
  nodes: () => [],
  jobs: ({ job }) => [job],
  plan: () => [],
})

/** A job with a job in a step of a job. */
const nested = (innermost: unknown) => ({
  source: { csv: 'a.csv' },
  steps: [{ filter: 'a > 1' }, { beside: { sql: 'select b from t' } }, { beside: innermost }],
})

test('a job within a step has its tables and files looked up like the job itself', async (t) => {
  const ctx = sessions['in this process']()
  ctx.registerTable('t', ctx.fromColumns({ b: [1] }))
  const asked: (readonly string[])[] = []
  const files = async (paths: readonly string[]) => {
    asked.push(paths)
    return paths.map((path) => `/data/${path}`)
  }
  const json = nested({ source: { parquet: 'b.parquet' }, steps: [{ sort: ['c'] }] })
  const { job } = await parseJobJson(json, { sql: ctx.sqlOptions(), table: (name) => ctx.table(name).job, files })
  t.strictSame(asked, [['b.parquet'], ['a.csv']])
  const inner = job.steps.flatMap((step) => (step.kind === 'beside' ? [step.job] : []))
  t.strictSame(
    inner.map(({ source }) => ('paths' in source ? source.paths : source.kind)),
    ['memory', ['/data/b.parquet']],
  )
  t.strictSame([...nodesOf(job.steps)].map(displayNode), ['a > Int64(1)', 'b', 'c ASC NULLS LAST'])
})

test('what is wrong in a job within a step has its place in the document', async (t) => {
  const ctx = sessions['in this process']()
  ctx.registerTable('t', ctx.fromColumns({ b: [1] }))
  await t.rejects(parse(ctx, nested({ source: { csv: 'b.csv' }, steps: [{ limit: -1 }] })), {
    code: 'invalid_job',
    details: { pointer: '/steps/2/beside/steps/0/limit' },
  })
})

test('the steps of jobs within a job count together', async (t) => {
  const ctx = sessions['in this process']()
  const context = { sql: ctx.sqlOptions(), table: () => ctx.fromColumns({ b: [1] }).job, files: async () => [] }
  const json = nested({ source: { csv: 'b.csv' }, steps: [{ limit: 1 }, { limit: 1 }] })
  await t.resolves(parseJobJson(json, { ...context, limits: { maxSteps: 5 } }))
  await t.rejects(parseJobJson(json, { ...context, limits: { maxSteps: 4 } }), {
    code: 'size_limit',
    details: { pointer: '/steps/2/beside/steps' },
  })
})
