// SessionContext: what a user holds. It makes DataFrames from sources and registered tables, owns the backend that runs
// them, and stands in the codec's slots. What is registered is kept in registry.ts, jobs run in submit.ts.

import type { RecordBatch, Table } from 'apache-arrow'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { Udf } from '../../functions/contract/udf.ts'
import { PlanError } from '../../functions/errors.ts'
import { type Expr, make } from '../../functions/expr/expr.ts'
import type { SqlOptions } from '../../functions/sql/options.ts'
import { parseExpr } from '../../functions/sql/parse.ts'
import type { DataType, Schema } from '../../functions/types/type.ts'
import { type AggregateUDF, aggregateCallable } from '../../functions/udf/aggregate.ts'
import { callable, type ScalarUDF } from '../../functions/udf/scalar.ts'
import { type WindowUDF, windowCallable } from '../../functions/udf/window.ts'
import { type Backend, inheritLog } from '../backend.ts'
import { globalCtx } from '../codec/context-slots.ts'
import { ownValue } from '../data/json-values.ts'
import { encodeArrow, encodeColumns } from '../data/memory-table.ts'
import { type ColumnValues, columnValues } from '../data/rows.ts'
import { DataFrame, type DataFrameHost, type RunOptions } from '../dataframe.ts'
import { InProcessBackend } from '../in-process.ts'
import type { Job } from '../job/job.ts'
import { parseQuery } from '../job/sql-job.ts'
import { type JobRun, submitJob } from '../scheduler/submit.ts'
import type { CsvOptions, JsonOptions, SourceSpec } from '../source/source.ts'
import { resolvePaths } from './paths.ts'
import { Registry } from './registry.ts'

export interface SessionOptions {
  /** `fork` (the default): jobs run in forked workers; `in-process`: here. Inside a worker always `in-process`. */
  readonly backend?: 'fork' | 'in-process' | Backend
  /** Worker processes; default one per core. */
  readonly workers?: number
  /** Workers kept started ahead. */
  readonly spareWorkers?: number
  /** A module that every worker imports when it starts: it registers functions and sets the worker context. */
  readonly workerContext?: URL
  /** Where what user functions print goes; default this process's own stdout and stderr. */
  readonly log?: 'inherit' | 'ignore'
}

/** What a context and those derived from it have in common. */
interface SharedState {
  readonly options: SessionOptions
  readonly registry: Registry
  /** Shared by all jobs from the first one on, also while it is being made. */
  backend: Promise<Backend> | undefined
  closed: boolean
}

/**
 * The entry to everything: sources, registered functions and tables, and the workers that jobs run on.
 *
 * @example
 * await using ctx = new SessionContext({ workers: 2 })
 * const table = await ctx.readParquet('sales.parquet').filter(col('net').gt(0)).collect()
 */
export class SessionContext implements CodecContext, DataFrameHost, AsyncDisposable {
  readonly udfInlining: boolean
  readonly #shared: SharedState

  /** @param derived - Of `withUdfInlining` alone: the policy of this context, and the state of the one it comes from. */
  constructor(options: SessionOptions = {}, derived?: { readonly udfInlining: boolean; readonly shared: SharedState }) {
    this.udfInlining = derived?.udfInlining ?? true
    this.#shared = derived?.shared ?? { options, registry: new Registry(), backend: undefined, closed: false }
  }

  /** The process-wide context, made on first use; the last fallback when decoding. */
  static global(): SessionContext {
    return globalCtx(() => new SessionContext()) as SessionContext
  }

  /**
   * Parquet files: paths or patterns (`*`, `?`, `[ab]`, `{a,b}`, `**` for any directories), relative to the working
   * directory. Row groups are read in parallel.
   */
  readParquet(paths: string | readonly string[]): DataFrame {
    return this.#read({ kind: 'parquet', paths: resolvePaths(paths) })
  }

  /** Arrow IPC files or streams. */
  readArrow(paths: string | readonly string[]): DataFrame {
    return this.#read({ kind: 'arrow', paths: resolvePaths(paths) })
  }

  /** CSV files; types are inferred from a sample unless declared. */
  readCsv(paths: string | readonly string[], options?: CsvOptions): DataFrame {
    return this.#read({ kind: 'csv', paths: resolvePaths(paths), ...(options === undefined ? {} : { options }) })
  }

  /** Files of one JSON object per line. */
  readJson(paths: string | readonly string[], options?: JsonOptions): DataFrame {
    return this.#read({ kind: 'json', paths: resolvePaths(paths), ...(options === undefined ? {} : { options }) })
  }

  /** A table, or batches of one schema, that this process holds. */
  fromArrow(data: Table | RecordBatch | readonly RecordBatch[]): DataFrame {
    return this.#read({ kind: 'memory', bytes: encodeArrow(data) })
  }

  /** Columns of JavaScript values or typed arrays: `fromColumns({ a: [1, 2, null] }, { a: int64 })`. */
  fromColumns(
    columns: Readonly<Record<string, ColumnValues>>,
    types: Readonly<Record<string, DataType | string>> = {},
  ): DataFrame {
    const { schema, values } = columnValues(columns, types)
    return this.#read({ kind: 'memory', bytes: encodeColumns(schema, values) })
  }

  /** Rows as objects; columns are those of the schema, or all that any row has. */
  fromRows(rows: readonly Readonly<Record<string, unknown>>[], schema?: Schema): DataFrame {
    const names = schema?.map((column) => column.name) ?? [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const columns = Object.fromEntries(names.map((name) => [name, rows.map((row) => ownValue(row, name))]))
    return this.fromColumns(columns, Object.fromEntries((schema ?? []).map(({ name, type }) => [name, type])))
  }

  /** Gives a table a name for `table(name)` and SQL text. */
  registerTable(name: string, frame: DataFrame): void {
    this.#shared.registry.addTable(name, frame.job)
  }

  /** A registered table. @throws {PlanError} `unknown_table` with the nearest name. */
  table(name: string): DataFrame {
    return new DataFrame(this, this.#shared.registry.table(name))
  }

  /**
   * A query over one registered table: `SELECT … FROM name WHERE … GROUP BY … HAVING … ORDER BY … LIMIT …`.
   *
   * @throws {PlanError} `unknown_table` with the nearest name; `syntax_error` with the position; `not_implemented` for
   * joins, subqueries and set operations.
   */
  sql(text: string): DataFrame {
    const { from, steps } = parseQuery(text, this.sqlOptions())
    const { source, steps: own } = this.#shared.registry.table(from)
    return new DataFrame(this, { source, steps: [...own, ...steps] })
  }

  /** Registers a scalar function under its name: SQL text and by-name expressions find it. */
  registerUdf(udf: ScalarUDF): void {
    this.#shared.registry.addUdf(udf.definition)
  }

  /** A registered scalar function. @throws {PlanError} `unknown_function` with the nearest name. */
  udf(name: string): ScalarUDF {
    return callable(this.#shared.registry.udf('scalar', name))
  }

  /** Registers an aggregate function under its name: SQL text and by-name expressions find it. */
  registerUdaf(udaf: AggregateUDF): void {
    this.#shared.registry.addUdf(udaf.definition)
  }

  /** A registered aggregate function. @throws {PlanError} `unknown_function` with the nearest name. */
  udaf(name: string): AggregateUDF {
    return aggregateCallable(this.#shared.registry.udf('aggregate', name))
  }

  /** Registers a window function under its name: SQL text and by-name expressions find it. */
  registerUdwf(udwf: WindowUDF): void {
    this.#shared.registry.addUdf(udwf.definition)
  }

  /** A registered window function. @throws {PlanError} `unknown_function` with the nearest name. */
  udwf(name: string): WindowUDF {
    return windowCallable(this.#shared.registry.udf('window', name))
  }

  /** SQL text as an expression: built-ins and registered functions are found by name. */
  parseExpr(text: string, schema?: Schema): Expr {
    const columns = schema?.map((column) => column.name)
    return make(parseExpr(text, { ...this.sqlOptions(), ...(columns === undefined ? {} : { columns }) }))
  }

  /**
   * The same registrations and tables under another policy: without inlining, functions travel by name only, and bodies
   * from outside are refused. This context stays as it is. What that protects: docs/security.md.
   */
  withUdfInlining({ enabled }: { readonly enabled: boolean }): SessionContext {
    return new SessionContext(this.#shared.options, { udfInlining: enabled, shared: this.#shared })
  }

  findUdf(family: Udf['family'], name: string): Udf | undefined {
    return this.#shared.registry.findUdf(family, name)
  }

  udfNames(): Iterable<string> {
    return this.#shared.registry.udfNames()
  }

  sqlOptions(): SqlOptions {
    return { functions: this.#shared.registry.functionNames() }
  }

  /** Runs a job on this session's workers. */
  async submit(job: Job, options: RunOptions): Promise<JobRun> {
    const backend = await this.backend()
    const log = options.onLog ?? (this.#shared.options.log === 'ignore' ? undefined : inheritLog)
    return submitJob(job, backend, { ...options, context: this, ...(log === undefined ? {} : { onLog: log }) })
  }

  /** Where this session's jobs run; made on first use. */
  async backend(): Promise<Backend> {
    if (this.#shared.closed) throw new PlanError('closed', 'Cannot run a job: the session context is closed')
    this.#shared.backend ??= this.#makeBackend()
    return this.#shared.backend
  }

  /** Ends the workers. Jobs that are running are cancelled. */
  async close(): Promise<void> {
    this.#shared.closed = true
    const backend = await this.#shared.backend
    await backend?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #read(source: SourceSpec): DataFrame {
    return new DataFrame(this, { source, steps: [] })
  }

  async #makeBackend(): Promise<Backend> {
    const { backend = 'fork', workers, spareWorkers, workerContext } = this.#shared.options
    if (typeof backend === 'object') return backend
    if (backend === 'in-process' || process.env.VOLLEY_WORKER === '1')
      return new InProcessBackend(this.withUdfInlining({ enabled: true }))
    const { ForkPool } = await import('../pool/pool.ts')
    return ForkPool.fork({
      ...(workers === undefined ? {} : { workers }),
      ...(spareWorkers === undefined ? {} : { spareWorkers }),
      ...(workerContext === undefined ? {} : { workerContext }),
    })
  }
}
