// DataFrame: a lazy, immutable job that users build call by call. It collects steps; nothing runs until a result is
// asked for, and then only submitJob knows how.

import { type RecordBatch, RecordBatchReader, type Table, tableFromIPC } from 'apache-arrow'
import { functions } from '../functions/catalogue/builders.ts'
import { PlanError } from '../functions/errors.ts'
import { outputName } from '../functions/expr/display.ts'
import { type Expr, isExpr, toSortNode } from '../functions/expr/expr.ts'
import type { ExprNode, SortNode } from '../functions/expr/node.ts'
import type { SqlOptions } from '../functions/sql/options.ts'
import { parseExpr, parseGroupKey, parseSortKey } from '../functions/sql/parse.ts'
import type { Schema } from '../functions/types/type.ts'
import { type RowOptions, tableToRows } from './data/rows.ts'
import type { Job, JobOptions, JobStep } from './job/job.ts'
import { schemaOf } from './plan/plan.ts'
import type { NamedNode } from './program/program.ts'
import type { JobEvents } from './scheduler/job-metrics.ts'
import type { JobRun } from './scheduler/submit.ts'
import { openSource } from './source/formats.ts'

/** An expression, or SQL text for one: `df.select('upper(name) as name')`. */
export type ExprInput = Expr | string

export interface RunOptions extends JobOptions, JobEvents {
  /** Ends the job when aborted. */
  readonly signal?: AbortSignal
}

/** What a DataFrame asks of the session it belongs to. */
export interface DataFrameHost {
  submit(job: Job, options: RunOptions): Promise<JobRun>
  sqlOptions(): SqlOptions
}

/**
 * A table that is yet to be computed. Every method gives a new DataFrame; nothing is read until `collect`, `stream`,
 * `count` or another method that needs rows is called.
 */
export class DataFrame {
  readonly #host: DataFrameHost
  readonly #job: Job

  constructor(host: DataFrameHost, job: Job) {
    this.#host = host
    this.#job = job
  }

  /** The job as plain data. */
  get job(): Job {
    return this.#job
  }

  /** Exactly these columns. */
  select(...columns: readonly ExprInput[]): DataFrame {
    return this.#with({ kind: 'select', columns: columns.map((column) => named(this.#node(column))) })
  }

  /** The rows for which `condition` is true; those for which it is null are not. */
  filter(condition: ExprInput): DataFrame {
    return this.#with({ kind: 'filter', condition: this.#node(condition) })
  }

  /** All columns, and `name` (replaced if there is one). */
  withColumn(name: string, value: ExprInput): DataFrame {
    return this.withColumns({ [name]: value })
  }

  /** All columns, and these; the expressions see the columns as they were before. */
  withColumns(columns: Readonly<Record<string, ExprInput>>): DataFrame {
    const added = Object.entries(columns).map(([name, value]) => ({ name, node: this.#node(value) }))
    return this.#with({ kind: 'withColumns', columns: added })
  }

  dropColumns(...names: readonly string[]): DataFrame {
    return this.#with({ kind: 'dropColumns', names })
  }

  /**
   * One row per group: the group's keys, then the aggregates. Without keys, one row in all.
   *
   * @param groupBy - Expressions whose values make a group; null is a group of its own. `rollup`, `cube` and
   * `groupingSets` among them, or their SQL text (`'rollup(year, month)'`), group by several sets of keys at once.
   * @param aggregates - Expressions over aggregates: `f.sum(col('net')).alias('total')`, `'avg(delay) as mean'`.
   */
  aggregate(groupBy: readonly ExprInput[], aggregates: readonly ExprInput[]): DataFrame {
    const by = groupBy.map((key) => (isExpr(key) ? key.node : parseGroupKey(key, this.#host.sqlOptions())))
    return this.#with({ kind: 'aggregate', by, values: aggregates.map((value) => this.#node(value)) })
  }

  /** Orders the rows, stably: `df.sort(col('n').desc())`, `df.sort('n desc nulls last')`. */
  sort(...keys: readonly ExprInput[]): DataFrame {
    return this.#with({ kind: 'sort', keys: keys.map((key) => this.#sortKey(key)) })
  }

  /** At most `count` rows, after leaving out the first `offset`. */
  limit(count: number, offset = 0): DataFrame {
    return this.#with({ kind: 'limit', count: wholeNumber('count', count), offset: wholeNumber('offset', offset) })
  }

  /** Each distinct row once. */
  distinct(): DataFrame {
    return this.#with({ kind: 'distinct' })
  }

  /**
   * The columns of the result; reads the source's metadata only.
   *
   * @throws {PlanError} Whatever is wrong with the steps' expressions.
   */
  async schema(): Promise<Schema> {
    const source = await openSource(this.#job.source)
    return schemaOf(this.#job.steps, source.schema)
  }

  /** Runs the job and gives its bytes: an Arrow IPC stream, its report and its schema. */
  run(options: RunOptions = {}): Promise<JobRun> {
    return this.#host.submit(this.#job, options)
  }

  /**
   * Runs the job and gives record batches as they come. Not reading pauses the workers; leaving the loop ends the job.
   */
  async *stream(options: RunOptions = {}): AsyncGenerator<RecordBatch> {
    const { stream } = await this.run(options)
    for await (const reader of RecordBatchReader.readAll(stream)) yield* reader
  }

  /** Runs the job and gathers the result as an Arrow table. */
  async collect(options: RunOptions = {}): Promise<Table> {
    const { stream } = await this.run(options)
    const chunks: Uint8Array[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return tableFromIPC(Buffer.concat(chunks))
  }

  /** Runs the job and gives the result as one array of values per column. */
  async collectColumns(options: RunOptions & RowOptions = {}): Promise<Record<string, unknown[]>> {
    const rows = await this.toRows(options)
    const names = (await this.schema()).map((field) => field.name)
    return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]))
  }

  /**
   * Runs the job and gives the result as one object per row. 64-bit integers are bigints; with `json: true` values are
   * in their JSON encoding.
   */
  async toRows(options: RunOptions & RowOptions = {}): Promise<Record<string, unknown>[]> {
    return [...tableToRows(await this.collect(options), options)]
  }

  /** How many rows the result has. */
  async count(options: RunOptions = {}): Promise<number> {
    const counted = this.aggregate([], [functions.count().alias('n')])
    const [row] = await counted.toRows(options)
    return Number(row?.n)
  }

  /** The first rows. */
  head(count = 10, options: RunOptions = {}): Promise<Table> {
    return this.limit(count).collect(options)
  }

  #with(step: JobStep): DataFrame {
    return new DataFrame(this.#host, { source: this.#job.source, steps: [...this.#job.steps, step] })
  }

  #node(input: ExprInput): ExprNode {
    return isExpr(input) ? input.node : parseExpr(input, this.#host.sqlOptions())
  }

  #sortKey(input: ExprInput): SortNode {
    return isExpr(input) ? toSortNode(input) : parseSortKey(input, this.#host.sqlOptions())
  }
}

const named = (node: ExprNode): NamedNode => ({ name: outputName(node), node })

function wholeNumber(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new PlanError('invalid_argument', `Cannot limit with ${name} ${value}: it must be a whole number from 0`)
}
