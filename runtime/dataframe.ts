// DataFrame: a lazy, immutable job that users build call by call. It collects steps; nothing runs until a result is
// asked for, and then only submitJob knows how.

import type { RecordBatch, Table } from 'apache-arrow'
import type { ArrowLibrary } from '../functions/arrow/adopt.ts'
import { type ArrowModule, convertArrow, libraryOf } from '../functions/arrow/convert.ts'
import { functions } from '../functions/catalogue/builders.ts'
import type { CodecContext } from '../functions/contract/codec-context.ts'
import { describeValue } from '../functions/describe-value.ts'
import { isVolleyError } from '../functions/errors.ts'
import { outputName } from '../functions/expr/display.ts'
import type { Expr } from '../functions/expr/expr.ts'
import type { ExprNode } from '../functions/expr/node.ts'
import { uncloneable } from '../functions/in-process-value.ts'
import {
  checkBoolean,
  checkChoice,
  checkOptionNames,
  checkWhole,
  invalidArgument,
  shownOption,
} from '../functions/options.ts'
import type { SqlOptions } from '../functions/sql/options.ts'
import type { Schema } from '../functions/types/type.ts'
import { lazyStream } from './bytes/lazy-stream.ts'
import { encodingContext, getSenderCtx, getWorkerCtx } from './codec/context-slots.ts'
import { frameBrand } from './codec/frame-runtime.ts'
import { encodeColumns } from './data/memory-table.ts'
import { TablePrinter } from './data/print-table.ts'
import { type RowOptions, tableToRows } from './data/rows.ts'
import { describedColumns, statisticsOf } from './job/describe-columns.ts'
import { describeJob } from './job/describe-job.ts'
import { type ExprPlace, exprNode, groupKeyNode, inputsOf, nameOf, places, sortNode } from './job/expr-input.ts'
import type { Job, JobOptions, JobStep } from './job/job.ts'
import { decodeJob, encodeJob } from './job/job-codec.ts'
import { indented } from './plan/explain.ts'
import { schemaOf } from './plan/plan.ts'
import type { NamedNode } from './program/program.ts'
import type {
  ArrowWriteOptions,
  CsvWriteOptions,
  ParquetWriteOptions,
  SinkFormatOptions,
  WriteOptions,
  WriteSummary,
} from './program/sink.ts'
import { explainJob, explanationText } from './scheduler/explain-job.ts'
import type { JobEvents } from './scheduler/job-metrics.ts'
import type { JobRun } from './scheduler/submit.ts'
import { sinkOf, writeOptionNames } from './sink/sink-of.ts'
import { writtenFilesIn } from './sink/write-report.ts'
import { readArrowBatches, readArrowTable } from './source/arrow/read-streams.ts'
import { streamToFile } from './source/arrow/stream-to-file.ts'
import { openSource } from './source/formats.ts'
import { atOnce, inTurns } from './turns/turns.ts'

/**
 * An expression, or SQL text for one: `df.select('upper(name) as name')`.
 *
 * @see DataFusion `DataFrame::parse_sql_expr`
 */
export type ExprInput = Expr | string

/** How a job is run, who watches it, and what ends it early. */
export interface RunOptions extends JobOptions, JobEvents {
  /**
   * Ends the job when aborted: it fails with `cancelled`.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal
}

/** Whose classes Arrow's objects in results are of. */
export interface ArrowOptions<Module extends ArrowModule = ArrowModule> {
  /**
   * A copy of Arrow JavaScript: `import * as arrow from 'apache-arrow'`.
   *
   * @defaultValue that of the session
   */
  readonly arrow?: Module | undefined
}

/** How a result is written as Arrow IPC. */
export interface IPCOptions {
  /**
   * `stream`: read from its beginning; `file`: with a footer, by which readers find any batch.
   *
   * @defaultValue `'stream'`
   */
  readonly format?: 'stream' | 'file'
}

const jobRunOptions: Readonly<Record<keyof RunOptions, true>> = {
  timeoutMs: true,
  partitions: true,
  maxMemoryBytes: true,
  isolation: true,
  taskRetries: true,
  signal: true,
  onProgress: true,
  onLog: true,
  onRetry: true,
}
const runOptions: Readonly<Record<keyof RunOptions | keyof RowOptions | keyof ArrowOptions, true>> = {
  ...jobRunOptions,
  json: true,
  arrow: true,
}

/** What a DataFrame asks of the session it belongs to. */
export interface DataFrameHost extends CodecContext {
  /** How many tasks a job is cut into at most, unless it says otherwise. Starts nothing. */
  taskTarget(): number
  submit(job: Job, options: RunOptions): Promise<JobRun>
  sqlOptions(): SqlOptions
}

/**
 * A table that is yet to be computed. Methods that describe it give a new DataFrame and read nothing; `collect`,
 * `stream`, `toRows`, `count` and their siblings run it.
 *
 * Mistakes in expressions show when it runs, or when `schema()` is called: `unknown_column`, `type_mismatch`. SQL text
 * is parsed at once: `syntax_error`, `unknown_function`.
 *
 * @example
 * import { SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext({ workers: 2 })
 * const sales = ctx.readParquet('sales.parquet').filter('net > 0').aggregate(['region'], ['sum(net) as total'])
 * await sales.sort('total desc').toRows()
 * // => [{ region: 'south', total: 20 }, { region: 'north', total: 10 }]
 *
 * @see DataFusion `DataFrame`
 */
export class DataFrame {
  /** @internal */
  readonly uncloneable: symbol = noClone
  readonly #host: DataFrameHost
  readonly #job: Job

  /**
   * Sessions make DataFrames: `ctx.readParquet('sales.parquet')`.
   *
   * @param host - What runs the job.
   * @param job - What is computed.
   */
  constructor(host: DataFrameHost, job: Job) {
    this.#host = host
    this.#job = job
  }

  /** @internal */
  get [frameBrand](): true {
    return true
  }

  /** The job as plain data. */
  get job(): Job {
    return this.#job
  }

  /**
   * Exactly these columns.
   *
   * @param columns - Expressions or SQL text; each column is named by its alias, or else by its text.
   * @throws {PlanError} `syntax_error`, `unknown_function` for SQL text.
   * @example
   * import { col, functions as f, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const people = ctx.fromRows([{ name: 'ann', born: 1990 }])
   * await people.select(f.upper(col('name')).alias('name'), '2024 - born as age').toRows() // => [{ name: 'ANN', age: 34n }]
   *
   * @see DataFusion `DataFrame::select`
   */
  select(...columns: readonly ExprInput[]): DataFrame {
    return this.#with({ kind: 'select', columns: columns.map((column) => named(this.#node(column, places.select))) })
  }

  /**
   * The rows for which all `conditions` are true; those for which one is null are left out.
   *
   * @param conditions - Boolean expressions, or their SQL texts.
   * @throws {PlanError} `invalid_argument` for what is neither, such as a boolean or a function.
   * @throws {PlanError} `syntax_error`, `unknown_function` for SQL text.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ n: [1, null, 3] }).filter(col('n').gt(1)).toRows() // => [{ n: 3n }]
   *
   * @see DataFusion `DataFrame::filter`; datafusion-python `DataFrame.filter`
   */
  filter(...conditions: readonly ExprInput[]): DataFrame {
    const [first, ...others] = conditions
    const filtered = this.#with({ kind: 'filter', condition: this.#node(first, places.filter) })
    return others.length === 0 ? filtered : filtered.filter(...others)
  }

  /**
   * All columns and one more, which replaces the one of that name if there is one.
   *
   * @param name - The name of the column.
   * @param value - Its expression, or SQL text.
   * @throws {PlanError} `syntax_error`, `unknown_function` for SQL text.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ net: [1.5] }).withColumn('double', col('net').mul(2)).toRows() // => [{ net: 1.5, double: 3 }]
   *
   * @see DataFusion `DataFrame::with_column`
   */
  withColumn(name: string, value: ExprInput): DataFrame {
    return this.withColumns({ [nameOf(name, 'withColumn')]: value })
  }

  /**
   * All columns, and these. The expressions see the columns as they were before, not each other.
   *
   * @param columns - Expressions, or SQL text, by the name of the column.
   * @throws {PlanError} `syntax_error`, `unknown_function` for SQL text.
   * @example
   * import { col, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ net: [100] }).withColumns({ net: col('net').div(2), tax: 'net * 0.2' })
   * await frame.toRows() // => [{ net: 50n, tax: 20 }]
   *
   * @see DataFusion `DataFrame::with_column`
   */
  withColumns(columns: Readonly<Record<string, ExprInput>>): DataFrame {
    if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
      const message = `Cannot call withColumns() with ${describeValue(columns)}: it takes an object of expressions by name, as in withColumns({ double: 'a * 2' })`
      throw invalidArgument(message)
    }
    const added = Object.entries(columns).map(([name, value]) => ({ name, node: this.#node(value, places.withColumn) }))
    return this.#with({ kind: 'withColumns', columns: added })
  }

  /**
   * All columns but these.
   *
   * @param names - Names of columns; a name that does not exist is `unknown_column` when the job is planned.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ a: [1], b: [2] }).dropColumns('b').toRows() // => [{ a: 1n }]
   *
   * @see DataFusion `DataFrame::drop_columns`
   */
  dropColumns(...names: readonly string[]): DataFrame {
    return this.#with({ kind: 'dropColumns', names: names.map((name) => nameOf(name, 'dropColumns')) })
  }

  /**
   * One row per group: the group's keys, then the aggregates. Without keys, one row in all. Groups come in no
   * particular order.
   *
   * @param groupBy - Expressions whose values make a group; null is a group of its own. `rollup`, `cube` and
   * `groupingSets` among them, or their SQL text (`'rollup(year, month)'`), group by several sets of keys at once.
   * @param aggregates - Expressions over aggregates: `f.sum(col('net')).alias('total')`, `'avg(delay) as mean'`.
   * @throws {PlanError} `syntax_error`, `unknown_function` for SQL text.
   * @example
   * import { col, functions as f, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const sales = ctx.fromColumns({ region: ['north', 'south', 'north'], net: [10, 20, 30] })
   * const totals = sales.aggregate([col('region')], [f.sum(col('net')).alias('total'), f.count().alias('n')])
   * await totals.sort('region').toRows() // => [{ region: 'north', total: 40n, n: 2n }, { region: 'south', total: 20n, n: 1n }]
   *
   * @see DataFusion `DataFrame::aggregate`
   */
  aggregate(groupBy: readonly ExprInput[], aggregates: readonly ExprInput[]): DataFrame {
    const by = inputsOf(groupBy, places.groupBy).map((key) => groupKeyNode(key, this.#host.sqlOptions()))
    const values = inputsOf(aggregates, places.aggregates).map((value) => this.#node(value, places.aggregates))
    return this.#with({ kind: 'aggregate', by, values })
  }

  /**
   * Orders the rows. Rows with equal keys keep their order.
   *
   * @param keys - Sort keys, or their SQL text; those without a direction ascend, nulls last.
   * @throws {PlanError} `syntax_error`, `unknown_function` for SQL text.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ n: [1, null, 2] }).sort('n desc nulls last').collectColumns() // => { n: [2n, 1n, null] }
   *
   * @see DataFusion `DataFrame::sort`
   */
  sort(...keys: readonly ExprInput[]): DataFrame {
    return this.#with({ kind: 'sort', keys: keys.map((key) => sortNode(key, this.#host.sqlOptions())) })
  }

  /**
   * At most `count` rows, after leaving out the first `offset`.
   *
   * @param count - Rows to keep, from 0.
   * @param offset - Rows to leave out first. Default 0.
   * @throws {PlanError} `invalid_argument` when either is not a whole number of at least 0.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ n: [1, 2, 3] }).limit(1, 1).toRows() // => [{ n: 2n }]
   *
   * @see DataFusion `DataFrame::limit`
   */
  limit(count: number, offset = 0): DataFrame {
    return this.#with({ kind: 'limit', count: wholeNumber('count', count), offset: wholeNumber('offset', offset) })
  }

  /**
   * Each distinct row once; nulls equal each other.
   *
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ n: [1, null, 1, null] }).distinct().count() // => 2
   *
   * @see DataFusion `DataFrame::distinct`
   */
  distinct(): DataFrame {
    return this.#with({ kind: 'distinct' })
  }

  /**
   * The columns of the result. Reads only the source's metadata, or a sample in the case of CSV and NDJSON.
   *
   * @throws {PlanError} Whatever is wrong with the expressions: `unknown_column`, `type_mismatch`.
   * @throws {DataError} `source_not_found`, `source_unreadable`.
   * @example
   * import { SessionContext, typeName } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const schema = await ctx.readParquet('sales.parquet').select('net', "region = 'north' as north").schema()
   * schema.map(({ name, type }) => `${name}: ${typeName(type)}`) // => ['net: float64', 'north: bool']
   *
   * @see DataFusion `DataFrame::schema`
   */
  async schema(): Promise<Schema> {
    const source = await openSource(this.#job.source)
    return inTurns(schemaOf(this.#job.steps, source.schema))
  }

  /**
   * Runs the job and gives its bytes: an Arrow IPC stream, its report and its schema. Nothing is parsed in this
   * process.
   *
   * @param options - Limits, a signal, and callbacks for progress and logs.
   * @throws {VolleyError} Whatever is wrong before a row is read; later failures are thrown by the stream.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const { stream, done } = await ctx.fromColumns({ n: [1, 2, 3] }).filter('n > 1').run()
   * let bytes = 0
   * for await (const chunk of stream) bytes += chunk.length
   * const report = await done
   * report.rows // => 2
   * report.bytes === bytes // => true
   *
   * @see docs/reference/wire.md
   */
  async run(options: RunOptions = {}): Promise<JobRun> {
    checkOptionNames(options, runOptions, 'a job')
    checkBoolean('json', (options as RowOptions).json)
    return this.#host.submit(this.#job, options)
  }

  /**
   * Runs the job and gives record batches as they come. Not reading pauses the workers; leaving the loop ends the job.
   *
   * @param options - Whose classes the batches are of; limits, a signal, and callbacks for progress and logs.
   * @throws {VolleyError} What `collect` throws; batches that came before are good.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * let rows = 0
   * for await (const batch of ctx.readParquet('sales.parquet').stream()) rows += batch.numRows
   * rows // => 3
   *
   * @see DataFusion `DataFrame::execute_stream`
   */
  async *stream<Module extends ArrowModule = ArrowLibrary>(
    options: RunOptions & ArrowOptions<Module> = {},
  ): AsyncGenerator<InstanceType<Module['RecordBatch']>> {
    const arrow = this.#arrow(options)
    const { stream } = await this.run(options)
    yield* readArrowBatches(stream, arrow) as AsyncGenerator<InstanceType<Module['RecordBatch']>>
  }

  /**
   * Runs the job and gives record batches as they come: `for await (const batch of frame)`, as `stream()` does.
   *
   * @throws {VolleyError} What `collect` throws; batches that came before are good.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * let rows = 0
   * for await (const batch of ctx.readParquet('sales.parquet')) rows += batch.numRows
   * rows // => 3
   *
   * @see DataFusion `DataFrame::execute_stream`
   */
  [Symbol.asyncIterator](): AsyncGenerator<RecordBatch> {
    return this.stream()
  }

  /**
   * Runs the job when it is first read from, and gives record batches as a web stream. Not reading pauses the workers;
   * cancelling ends the job.
   *
   * @param options - As for `stream`.
   * @throws {VolleyError} By the stream: whatever makes the job fail.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const [batch] = await Array.fromAsync(ctx.fromColumns({ n: [1, 2] }).toReadableStream())
   * batch?.numRows // => 2
   *
   * @see DataFusion `DataFrame::execute_stream`
   */
  toReadableStream<Module extends ArrowModule = ArrowLibrary>(
    options: RunOptions & ArrowOptions<Module> = {},
  ): ReadableStream<InstanceType<Module['RecordBatch']>> & AsyncIterable<InstanceType<Module['RecordBatch']>> {
    return lazyStream((signal) => this.stream({ ...options, signal: eitherSignal(signal, options) }))
  }

  /**
   * Runs the job when it is first read from, and gives the bytes of its result as a web stream, in the IPC stream format:
   * the body of a `Response`, or what `pipeline` writes to a file. Not reading pauses the workers; cancelling ends the job.
   *
   * A stream that fails ends without the mark that ends a result, so that it is never taken for a whole one.
   *
   * @param options - Limits, a signal, and callbacks for progress and logs.
   * @throws {VolleyError} By the stream: whatever makes the job fail.
   * @example
   * import { tableFromIPC } from 'apache-arrow'
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const response = new Response(ctx.fromColumns({ n: [1, 2] }).toArrowStream())
   * tableFromIPC(await response.bytes()).numRows // => 2
   *
   * @see docs/reference/wire.md
   */
  toArrowStream(
    options: RunOptions = {},
  ): ReadableStream<Uint8Array<ArrayBuffer>> & AsyncIterable<Uint8Array<ArrayBuffer>> {
    const run = (signal: AbortSignal): Promise<JobRun> =>
      this.run({ ...options, signal: eitherSignal(signal, options) })
    return lazyStream(async function* (signal) {
      yield* (await run(signal)).stream as AsyncIterable<Uint8Array<ArrayBuffer>>
    })
  }

  /**
   * Runs the job and gives its result as Arrow IPC: what every Arrow library reads, whichever copy or language.
   *
   * @param options - The format; limits, a signal, and callbacks for progress and logs.
   * @throws {VolleyError} What `collect` throws.
   * @example
   * import { tableFromIPC } from 'apache-arrow'
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const bytes = await ctx.readParquet('sales.parquet').toIPC({ format: 'file' })
   * tableFromIPC(bytes).numRows // => 3
   *
   * @see docs/guide/arrow.md
   */
  async toIPC(options: RunOptions & IPCOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { format, ...others } = options
    checkChoice('format', format, ['stream', 'file'])
    const { stream } = await this.run(others)
    return Buffer.concat(await Array.fromAsync(format === 'file' ? streamToFile(stream) : stream))
  }

  /**
   * Runs the job and gathers the result as an Arrow table.
   *
   * @param options - Whose classes the table is of; limits, a signal, and callbacks for progress and logs.
   * @throws {PlanError} `unknown_column`, `type_mismatch`, `not_implemented`, `invalid_argument`, before a row is read.
   * @throws {DataError} `source_not_found`, `source_unreadable`, `schema_mismatch` for files; `invalid_cast`,
   * `invalid_value`, `division_by_zero`, `overflow` for values.
   * @throws {UdfError} `udf_failed` when a function throws, `udf_wrong_result` when it returns what it did not declare.
   * @throws {ShippingError} `closure_unserializable` and its siblings when a function cannot travel.
   * @throws {ResourceError} `timeout`, `memory_limit`, `log_limit`, `size_limit`, `storage_failed`, `queue_full`.
   * @throws {CancelledError} `cancelled` when the signal is aborted.
   * @throws {WorkerError} `start_failed`, `worker_lost`, `protocol_error`.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const table = await ctx.readParquet('sales.parquet').collect()
   * table.numRows // => 3
   *
   * @see DataFusion `DataFrame::collect`; docs/guide/arrow.md
   */
  async collect<Module extends ArrowModule = ArrowLibrary>(
    options: RunOptions & ArrowOptions<Module> = {},
  ): Promise<InstanceType<Module['Table']>> {
    const arrow = this.#arrow(options)
    const table = await this.#table(options)
    return (arrow === undefined ? table : convertArrow(table, arrow)) as InstanceType<Module['Table']>
  }

  /**
   * Runs the job and gives the result as one array of values per column.
   *
   * @param options - As for `toRows`.
   * @throws {VolleyError} What `collect` throws.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.readParquet('sales.parquet').collectColumns()
   * // => { region: ['north', 'south', 'north'], net: [10, 20, -1] }
   *
   * @see datafusion-python `DataFrame.to_pydict`
   */
  async collectColumns(options: RunOptions & RowOptions = {}): Promise<Record<string, unknown[]>> {
    const rows = await this.toRows(options)
    const names = (await this.schema()).map((field) => field.name)
    return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]))
  }

  /**
   * Runs the job and gives the result as one object per row. 64-bit integers are bigints, dates and timestamps Dates,
   * decimals strings.
   *
   * @param options - `json: true` for values in their JSON encoding; limits, a signal, callbacks.
   * @throws {VolleyError} What `collect` throws.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ n: [1] }).select('n', "date '2024-02-29' as day")
   * await frame.toRows() // => [{ n: 1n, day: new Date('2024-02-29') }]
   * await frame.toRows({ json: true }) // => [{ n: 1, day: '2024-02-29' }]
   *
   * @see datafusion-python `DataFrame.to_pylist`
   */
  async toRows(options: RunOptions & RowOptions = {}): Promise<Record<string, unknown>[]> {
    return [...tableToRows(await this.#table(options), options)]
  }

  /**
   * Runs the job and counts the rows of the result.
   *
   * @param options - Limits, a signal, and callbacks for progress and logs.
   * @throws {VolleyError} What `collect` throws.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.readParquet('sales.parquet').filter('net > 0').count() // => 2
   *
   * @see DataFusion `DataFrame::count`
   */
  async count(options: RunOptions = {}): Promise<number> {
    const counted = this.aggregate([], [functions.count().alias('n')])
    const [row] = await counted.toRows(options)
    return Number(row?.n)
  }

  /**
   * Runs the job for its first rows only.
   *
   * @param count - How many. Default 10.
   * @param options - Limits, a signal, and callbacks for progress and logs.
   * @throws {VolleyError} What `collect` throws.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const first = await ctx.fromColumns({ n: [1, 2, 3] }).head(2)
   * first.numRows // => 2
   *
   * @see datafusion-python `DataFrame.head`
   */
  head<Module extends ArrowModule = ArrowLibrary>(
    count = 10,
    options: RunOptions & ArrowOptions<Module> = {},
  ): Promise<InstanceType<Module['Table']>> {
    return this.limit(count).collect(options)
  }

  /**
   * Runs the job and writes the result as Parquet. The workers write; this process holds no rows.
   *
   * A path with an extension is one file, with the rows in their order; any other, and any with `partitionBy`, is a
   * directory of files. Nothing is seen at the path until all of it is written, and nothing is left after a failure.
   *
   * @param path - Where, relative to the working directory, or a `file:` URL. The directory it is in has to exist.
   * @param options - Compression and the size of row groups; `partitionBy`; `overwrite`; limits, a signal, callbacks.
   * @returns How many rows, bytes and files were written.
   * @throws {DataError} `output_exists`, `output_unwritable`.
   * @throws {PlanError} `invalid_argument`, `unknown_column`; `not_implemented` for intervals, which Parquet has no type for.
   * @throws {ResourceError} `storage_failed` when the disk is full.
   * @throws {VolleyError} What `collect` throws.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const sales = ctx.readParquet('sales.parquet')
   * const { rows } = await sales.filter('net > 0').writeParquet('gains.parquet', { overwrite: true })
   * rows // => 2
   * const { files } = await sales.writeParquet('by-region', { partitionBy: 'region', overwrite: true })
   * files.map(({ path }) => path.split('/').at(-2)) // => ['region=north', 'region=south']
   *
   * @see DataFusion `DataFrame::write_parquet`; docs/guide/writing-files.md
   */
  writeParquet(
    path: string | URL,
    options: ParquetWriteOptions & WriteOptions & RunOptions = {},
  ): Promise<WriteSummary> {
    return this.#write('parquet', path, options)
  }

  /**
   * Runs the job and writes the result as Arrow files, as `writeParquet` writes Parquet.
   *
   * @param path - Where; a name that ends in `.arrows` is a stream, any other a file with a table of contents.
   * @param options - `format`; `partitionBy`; `overwrite`; limits, a signal, callbacks.
   * @returns How many rows, bytes and files were written.
   * @throws {VolleyError} As `writeParquet` does.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.readParquet('sales.parquet').writeArrow('sales.arrow', { overwrite: true })
   * await ctx.readArrow('sales.arrow').count() // => 3
   *
   * @see docs/guide/writing-files.md; Arrow's IPC file format
   */
  writeArrow(path: string | URL, options: ArrowWriteOptions & WriteOptions & RunOptions = {}): Promise<WriteSummary> {
    return this.#write('arrow', path, options)
  }

  /**
   * Runs the job and writes the result as CSV (RFC 4180), as `writeParquet` writes Parquet. Values are written as in
   * their JSON encoding; null is an empty field, the empty text `""`.
   *
   * @param path - Where; a name that ends in `.tsv` separates fields by tabs.
   * @param options - Delimiter, header, quote, the text for null; `partitionBy`; `overwrite`; limits, a signal, callbacks.
   * @returns How many rows, bytes and files were written.
   * @throws {VolleyError} As `writeParquet` does.
   * @example
   * import { readFile } from 'node:fs/promises'
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ n: [1, null], name: ['a,b', ''] }).writeCsv('names.csv', { overwrite: true })
   * await readFile('names.csv', 'utf8') // => 'n,name\n1,"a,b"\n,""\n'
   *
   * @see DataFusion `DataFrame::write_csv`; docs/guide/writing-files.md
   */
  writeCsv(path: string | URL, options: CsvWriteOptions & WriteOptions & RunOptions = {}): Promise<WriteSummary> {
    return this.#write('csv', path, options)
  }

  /**
   * Runs the job and writes the result as NDJSON, one object per line, as `writeParquet` writes Parquet.
   *
   * @param path - Where, such as `out.ndjson`.
   * @param options - `partitionBy`; `overwrite`; limits, a signal, callbacks.
   * @returns How many rows, bytes and files were written.
   * @throws {VolleyError} As `writeParquet` does.
   * @example
   * import { readFile } from 'node:fs/promises'
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromColumns({ n: [1, null] }).writeJson('numbers.ndjson', { overwrite: true })
   * await readFile('numbers.ndjson', 'utf8') // => '{"n":1}\n{"n":null}\n'
   *
   * @see DataFusion `DataFrame::write_json`; docs/guide/writing-files.md
   */
  writeJson(path: string | URL, options: WriteOptions & RunOptions = {}): Promise<WriteSummary> {
    return this.#write('json', path, options)
  }

  async #write(
    kind: keyof SinkFormatOptions,
    path: string | URL,
    options: WriteOptions & RunOptions,
  ): Promise<WriteSummary> {
    const names = Object.fromEntries(writeOptionNames(kind).map((name) => [name, true as const]))
    checkOptionNames(options, { ...names, ...jobRunOptions }, `writing ${kind}`)
    const { stream } = await this.#host.submit({ ...this.#job, sink: sinkOf(kind, path, options) }, options)
    const files = writtenFilesIn(await readArrowTable(stream))
    return {
      rows: files.reduce((sum, { rows }) => sum + rows, 0),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      files,
    }
  }

  /**
   * Runs the job for its first rows and prints them to stdout as a table, with the types of the columns.
   *
   * @param count - How many rows. Default 20.
   * @param options - Limits, a signal, and callbacks for progress and logs.
   * @throws {VolleyError} What `collect` throws.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.readParquet('sales.parquet').filter('net > 0').show()
   *
   * @see DataFusion `DataFrame::show`, `DataFrame::show_limit`
   */
  async show(count = 20, options: RunOptions = {}): Promise<void> {
    wholeNumber('count', count)
    const { schema, stream } = await this.limit(count).run(options)
    const width = process.stdout.isTTY ? process.stdout.columns : undefined
    const table = new TablePrinter(schema, { maxRows: count, ...(width === undefined ? {} : { width }) })
    for await (const batch of readArrowBatches(stream)) table.add(batch)
    process.stdout.write(table.toString())
  }

  /**
   * How the job would run, as text: its steps; what is read of the source; stages and tasks; the columns of the result;
   * and which functions would travel, with what they captured. Reads the source's metadata; runs nothing.
   *
   * @param options - `partitions`, as for `collect`.
   * @throws {PlanError} Whatever is wrong with the expressions: `unknown_column`, `type_mismatch`.
   * @throws {ShippingError} When a function cannot travel.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const text = await ctx.readParquet('sales.parquet').filter('net > 0').select('region').explain()
   * text.split('\n').find((line) => line.includes('columns:')) // => '  columns: region, net (2 of 2)'
   *
   * @see DataFusion `DataFrame::explain`
   */
  async explain(options: Pick<RunOptions, 'partitions'> = {}): Promise<string> {
    checkOptionNames(options, { partitions: true }, 'explain()')
    checkWhole('partitions', options.partitions, 1)
    const partitions = options.partitions ?? this.#host.taskTarget()
    return explanationText(await explainJob(this.#job, partitions, this.#host))
  }

  /**
   * Runs the job and gives statistics of its columns, a row for each: count, null_count, mean, std, min, max, median.
   * Those of numbers are float64; those of other columns are utf8, in which what there is not is the text `null`.
   *
   * @param options - Limits, a signal, and callbacks for progress and logs.
   * @returns A table with the column `describe`, which names the statistic, and one for each column.
   * @throws {VolleyError} What `collect` throws.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const described = await ctx.readParquet('sales.parquet').describe()
   * await described.filter("describe = 'max'").toRows() // => [{ describe: 'max', region: 'south', net: 20 }]
   *
   * @see DataFusion `DataFrame::describe`
   */
  async describe(options: RunOptions = {}): Promise<DataFrame> {
    const schema = await this.schema()
    const fits = (node: ExprNode): boolean => isPlannable({ kind: 'aggregate', by: [], values: [node] }, schema)
    const aggregated = this.#with({ kind: 'aggregate', by: [], values: statisticsOf(schema, fits) })
    const [row = {}] = await aggregated.toRows(options)
    const described = describedColumns(schema, row)
    const bytes = encodeColumns(described.schema, described.values)
    return new DataFrame(this.#host, { source: { kind: 'memory', bytes }, steps: [] })
  }

  /**
   * This job as bytes: its steps with the functions in them, and its source. Rows in memory travel, files as their paths;
   * of a table that was registered, what it stands for. `DataFrame.fromBytes` reads them, and a server takes them as a job.
   *
   * @param context - What functions are encoded under. Default: the sender context, else the session of this DataFrame.
   * @throws {ShippingError} When a function in it cannot travel, or its source is a stream: collect it first.
   * @example
   * import { DataFrame, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const bytes = ctx.readParquet('sales.parquet').filter('net > 10').toBytes()
   * await DataFrame.fromBytes(bytes, ctx).toRows() // => [{ region: 'south', net: 20 }]
   *
   * @see docs/reference/wire.md; datafusion-python `LogicalPlan.to_bytes`
   */
  toBytes(context?: CodecContext): Uint8Array {
    return encodeJob(this.#job, encodingContext(context ?? getSenderCtx() ?? this.#host))
  }

  /**
   * The DataFrame that `toBytes` wrote. Nothing is opened and no function is revived before it runs, in workers.
   *
   * @param bytes - What `toBytes` gave.
   * @param context - The session that it becomes a DataFrame of: what names stand for, and whether bodies are accepted.
   * Default: the worker context, else the global one.
   * @throws {WireError} When the bytes are not a job, or the context refuses what is in them (`wire_inline_refused`,
   * `wire_not_registered`).
   * @example
   * import { DataFrame, float64, SessionContext, udf } from 'volley'
   *
   * const half = udf((x: number) => x / 2, [float64], float64, { name: 'half' })
   * await using ctx = new SessionContext()
   * ctx.registerUdf(half)
   * const bytes = ctx.fromColumns({ x: [3] }).select('half(x) as x').toBytes()
   * try {
   *   DataFrame.fromBytes(bytes, ctx.withUdfInlining({ enabled: false }))
   * } catch (error) {
   *   ;(error as { code: string }).code // => 'wire_inline_refused'
   * }
   *
   * @see docs/reference/wire.md; datafusion-python `LogicalPlan.from_bytes`
   */
  static fromBytes(bytes: Uint8Array, context?: DataFrameHost): DataFrame {
    const host = hostFor(context ?? getWorkerCtx())
    return new DataFrame(host, decodeJob(bytes, host))
  }

  /**
   * This job in JSON: a document that `POST /v1/jobs` and `volley run` take. `JSON.stringify` calls it; functions are encoded
   * as by `toBytes`.
   *
   * @throws {ShippingError} What `toBytes` throws.
   * @example
   * import { DataFrame, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const document = JSON.stringify(ctx.fromColumns({ n: [1, 2] }).filter('n > 1'))
   * const { bytes } = JSON.parse(document) as { bytes: string }
   * await DataFrame.fromBytes(Buffer.from(bytes, 'base64'), ctx).toRows() // => [{ n: 2n }]
   *
   * @see README.md#three-ways-to-run-a-job
   */
  toJSON(): { bytes: string } {
    return { bytes: Buffer.from(this.toBytes()).toString('base64') }
  }

  /**
   * The source and the steps; nothing runs.
   *
   * @example
   * import { SessionContext } from 'volley'
   *
   * const frame = new SessionContext().fromColumns({ n: [1, 2, 3] }).filter('n > 1')
   * String(frame).includes('filter') // => true
   */
  toString(): string {
    return `DataFrame\n${indented(describeJob(this.#job)).join('\n')}`
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }

  async #table(options: RunOptions): Promise<Table> {
    const { stream } = await this.run(options)
    return readArrowTable(stream)
  }

  /** The copy of Arrow JavaScript that a result is to be made of, checked before the job runs; undefined for ours. */
  #arrow({ arrow = this.#host.arrow }: ArrowOptions): ArrowModule | undefined {
    if (arrow !== undefined) libraryOf(arrow)
    return arrow
  }

  #with(step: JobStep): DataFrame {
    return new DataFrame(this.#host, { source: this.#job.source, steps: [...this.#job.steps, step] })
  }

  #node(input: unknown, place: ExprPlace): ExprNode {
    return exprNode(input, place, this.#host.sqlOptions())
  }
}

let globalHost: (() => DataFrameHost) | undefined

/** @param make - Gives the session of those DataFrames for which none is named. Sessions know DataFrames, not the reverse. */
export function installGlobalHost(make: () => DataFrameHost): void {
  globalHost = make
}

/** @throws {PlanError} `invalid_argument` for a context that runs no jobs. */
function hostFor(context: unknown): DataFrameHost {
  const host = context ?? globalHost?.()
  if (typeof (host as DataFrameHost | undefined)?.submit === 'function') return host as DataFrameHost
  throw invalidArgument(`Cannot make a DataFrame of ${describeValue(host)}: give the SessionContext that is to run it`)
}

const noClone = uncloneable('DataFrame', 'send frame.toBytes(), and read it with DataFrame.fromBytes()')

/** Whether a step can be planned over such columns. */
function isPlannable(step: JobStep, schema: Schema): boolean {
  try {
    atOnce(schemaOf([step], schema))
    return true
  } catch (error) {
    if (isVolleyError(error) && error.category === 'plan') return false
    throw error
  }
}

/** The signal of the options, or another one, whichever comes first. */
const eitherSignal = (own: AbortSignal, { signal }: RunOptions): AbortSignal =>
  signal === undefined ? own : AbortSignal.any([signal, own])

const named = (node: ExprNode): NamedNode => ({ name: outputName(node), node })

function wholeNumber(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw invalidArgument(`Cannot limit with ${name} ${shownOption(value)}: it must be a whole number from 0`)
}
