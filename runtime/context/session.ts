// SessionContext: what a user holds. It makes DataFrames from sources and registered tables, owns the backend that runs
// them, and goes into the codec's slots. registry.ts keeps what is registered; submit.ts runs jobs.

import { availableParallelism } from 'node:os'
import { type ArrowModule, libraryOf } from '../../functions/arrow/convert.ts'
import type { ArrowSchemaLike } from '../../functions/arrow/like.ts'
import { isSchema } from '../../functions/arrow/recognise.ts'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { Udf } from '../../functions/contract/udf.ts'
import { describeValue } from '../../functions/describe-value.ts'
import { PlanError } from '../../functions/errors.ts'
import { type Expr, make, type Operand, toNode } from '../../functions/expr/expr.ts'
import type { ExprNode } from '../../functions/expr/node.ts'
import { refuseJson, uncloneable } from '../../functions/in-process-value.ts'
import {
  checkChoice,
  checkFile,
  checkOptionNames,
  checkTexts,
  checkTextsByName,
  checkUrl,
  checkWhole,
  invalidArgument,
  wrongOption,
} from '../../functions/options.ts'
import type { SqlOptions } from '../../functions/sql/options.ts'
import { parseExpr } from '../../functions/sql/parse.ts'
import { asSchema, asType, type TypeInput } from '../../functions/types/parse-type.ts'
import type { Schema } from '../../functions/types/type.ts'
import { type AggregateUDF, aggregateCallable } from '../../functions/udf/aggregate.ts'
import { checkRegistered } from '../../functions/udf/check-definition.ts'
import { callable, type ScalarUDF } from '../../functions/udf/scalar.ts'
import { type TableUDF, tableCallable } from '../../functions/udf/table.ts'
import { type WindowUDF, windowCallable } from '../../functions/udf/window.ts'
import { type Backend, inheritLog, mostWorkers } from '../backend.ts'
import { checkWorkerStart } from '../calls/worker-start.ts'
import { globalCtx } from '../codec/context-slots.ts'
import { installFrameRuntime } from '../codec/frame-runtime.ts'
import { type ArrowInput, arrowSource } from '../data/arrow-input.ts'
import { ownValue } from '../data/json-values.ts'
import { encodeColumns } from '../data/memory-table.ts'
import { type ColumnValues, columnValues } from '../data/rows.ts'
import { DataFrame, type DataFrameHost, installGlobalHost, type RunOptions } from '../dataframe.ts'
import { InProcessBackend } from '../in-process.ts'
import type { Job } from '../job/job.ts'
import { decodeJob } from '../job/job-codec.ts'
import { parseQuery, placeholderRow } from '../job/sql-job.ts'
import { namedTableSource, tableFunctionsOf, tableSource } from '../job/table-call.ts'
import type { WorkerStartOptions } from '../pool/options.ts'
import { type JobRun, type SubmitOptions, submitJob } from '../scheduler/submit.ts'
import type { CsvOptions, JsonOptions, SourceSpec } from '../source/source.ts'
import { resolvePaths } from './paths.ts'
import { Registry } from './registry.ts'

/** Where a session's jobs run, and what their workers load. */
export interface SessionOptions extends WorkerStartOptions {
  /**
   * Where jobs run. `fork`: in forked workers; `in-process`: in this process, one task after another. A pool's
   * `backend`: in its workers; it is closed with the session. Inside a worker the default is `in-process`.
   *
   * @defaultValue `'fork'`
   */
  readonly backend?: 'fork' | 'in-process' | Backend
  /**
   * Worker processes, from 1 to 1,024: how many tasks run at the same time.
   *
   * @defaultValue one per core
   */
  readonly workers?: number
  /**
   * Further workers kept started ahead, from 0, so that jobs with `isolation: 'job'` need not wait for a start.
   *
   * @defaultValue 0
   */
  readonly spareWorkers?: number
  /**
   * A module that every worker imports when it starts: it registers functions and sets the worker context.
   *
   * @defaultValue none
   */
  readonly workerContext?: URL
  /**
   * Flags for the workers' Node, such as `--expose-gc`. Those of this process are not inherited.
   *
   * @defaultValue none
   */
  readonly execArgv?: readonly string[]
  /**
   * Environment variables for the workers, besides the few they get: see docs/guide/distributing-work.md.
   *
   * @defaultValue none
   */
  readonly env?: { readonly [name: string]: string }
  /**
   * The working directory of the workers: what relative paths in functions are relative to.
   *
   * @defaultValue an empty one for each, which is removed with it
   */
  readonly cwd?: string
  /**
   * The module that worker processes run. An application that is bundled may have to say where it is: see
   * docs/guide/bundling.md.
   *
   * @defaultValue that of this package
   */
  readonly entry?: URL
  /**
   * Where the output of user functions goes. `inherit`: to this process's own stdout and stderr; `ignore`: nowhere.
   *
   * @defaultValue `'inherit'`
   */
  readonly log?: 'inherit' | 'ignore'
  /**
   * The copy of Arrow JavaScript whose tables, batches and vectors results are made of: `import * as arrow from
   * 'apache-arrow'`, where that is another one than Volley finds, such as its CommonJS build.
   *
   * @defaultValue the `apache-arrow` that Volley imports
   */
  readonly arrow?: ArrowModule
  /**
   * A file for a timeline of this process and its workers, as a Chrome trace: see docs/guide/looking-at-jobs.md. A file
   * that is there is replaced; it is complete once the session is closed. With a pool's `backend`, it is the pool's to say.
   *
   * @defaultValue none
   */
  readonly trace?: string | URL
}

const sessionOptions: Readonly<Record<keyof SessionOptions, true>> = {
  backend: true,
  workers: true,
  spareWorkers: true,
  workerContext: true,
  onWorkerStart: true,
  initArgs: true,
  execArgv: true,
  env: true,
  cwd: true,
  entry: true,
  log: true,
  arrow: true,
  trace: true,
}
const jsonOptions: Readonly<Record<keyof JsonOptions, true>> = { schema: true, sampleRows: true }
const csvOptions: Readonly<Record<keyof CsvOptions, true>> = {
  ...jsonOptions,
  delimiter: true,
  header: true,
  quote: true,
  nullValues: true,
}

const insteadOfSession =
  'it holds workers of this process; make one where it is needed, and send expressions and DataFrames'

/** What a context and those derived from it have in common. */
interface SharedState {
  readonly options: SessionOptions
  readonly registry: Registry
  /** Shared by all jobs from the first one on, even while it is being made. */
  backend: Promise<Backend> | undefined
  closed: boolean
}

/**
 * The entry to everything: sources, registered functions and tables, and the workers that jobs run on.
 *
 * Making one is cheap: workers start with the first job. Close it, or declare it with `await using`, to end them.
 *
 * @example
 * import { col, SessionContext } from 'volley'
 *
 * await using ctx = new SessionContext({ workers: 2 })
 * const table = await ctx.readParquet('sales.parquet').filter(col('net').gt(0)).collect()
 * table.numRows // => 2
 *
 * @see DataFusion `SessionContext`
 */
export class SessionContext implements CodecContext, DataFrameHost, AsyncDisposable {
  /** @internal */
  readonly uncloneable: symbol = uncloneable('SessionContext', insteadOfSession)
  /** Whether function bodies travel by value, see `withUdfInlining`. */
  readonly udfInlining: boolean
  readonly #shared: SharedState

  /**
   * @param options - Where jobs run, and what workers load.
   * @throws {PlanError} `invalid_argument` for an option that there is not, or that is out of its range.
   */
  constructor(options?: SessionOptions)
  /** @internal For `withUdfInlining`: the policy of this context, and the state of the one it comes from. */
  constructor(options: SessionOptions, derived: { readonly udfInlining: boolean; readonly shared: SharedState })
  constructor(options: SessionOptions = {}, derived?: { readonly udfInlining: boolean; readonly shared: SharedState }) {
    checkSessionOptions(options)
    this.udfInlining = derived?.udfInlining ?? true
    this.#shared = derived?.shared ?? { options, registry: new Registry(), backend: undefined, closed: false }
  }

  /**
   * The context of this process, made on first use: what expressions are decoded under when no other context is given
   * or set.
   *
   * @example
   * import { SessionContext } from 'volley'
   *
   * SessionContext.global() === SessionContext.global() // => true
   *
   * @see datafusion-python `SessionContext.global_ctx`
   */
  static global(): SessionContext {
    return globalCtx(() => new SessionContext()) as SessionContext
  }

  /**
   * Parquet files. Row groups are read in parallel; those that a filter rules out are skipped.
   *
   * @param paths - Paths or patterns (`*`, `?`, `[ab]`, `{a,b}`, `**` for any directories), relative to the working
   * directory. Whether they exist shows when the job is planned: `source_not_found`, `source_unreadable`.
   * @throws {PlanError} `invalid_argument` for what is no path; `not_implemented` for URLs of anything but files.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.readParquet('*.parquet').filter("region = 'south'").toRows() // => [{ region: 'south', net: 20 }]
   *
   * @see DataFusion `SessionContext::read_parquet`
   */
  readParquet(paths: string | URL | readonly (string | URL)[]): DataFrame {
    return this.#read({ kind: 'parquet', paths: resolvePaths(paths) })
  }

  /**
   * Arrow IPC files or streams.
   *
   * @param paths - Paths or patterns, as for `readParquet`.
   * @throws {PlanError} `invalid_argument` for what is no path; `not_implemented` for URLs of anything but files.
   * @example
   * import { writeFileSync } from 'node:fs'
   * import { tableFromArrays, tableToIPC } from 'apache-arrow'
   * import { SessionContext } from 'volley'
   *
   * writeFileSync('numbers.arrow', tableToIPC(tableFromArrays({ n: Int32Array.of(1, 2) }), 'file'))
   * await using ctx = new SessionContext()
   * await ctx.readArrow('numbers.arrow').toRows() // => [{ n: 1 }, { n: 2 }]
   *
   * @see DataFusion `SessionContext::read_arrow`
   */
  readArrow(paths: string | URL | readonly (string | URL)[]): DataFrame {
    return this.#read({ kind: 'arrow', paths: resolvePaths(paths) })
  }

  /**
   * CSV files. Types are inferred from a sample of rows unless they are declared.
   *
   * @param paths - Paths or patterns, as for `readParquet`.
   * @param options - Delimiter, header, types.
   * @throws {PlanError} `invalid_argument` for what is no path, and for an option that there is not; `not_implemented` for
   * URLs of anything but files. What is in the files shows when the job runs: `source_unreadable`, `invalid_value`.
   * @example
   * import { writeFileSync } from 'node:fs'
   * import { SessionContext } from 'volley'
   *
   * writeFileSync('prices.csv', 'code,price\n01,1.5\n02,\n')
   * await using ctx = new SessionContext()
   * await ctx.readCsv('prices.csv', { schema: { code: 'utf8' } }).toRows()
   * // => [{ code: '01', price: 1.5 }, { code: '02', price: null }]
   *
   * @see DataFusion `SessionContext::read_csv`
   */
  readCsv(paths: string | URL | readonly (string | URL)[], options?: CsvOptions): DataFrame {
    if (options === undefined) return this.#read({ kind: 'csv', paths: resolvePaths(paths) })
    checkOptionNames(options, csvOptions, 'CSV files')
    return this.#read({ kind: 'csv', paths: resolvePaths(paths), options: plainTypes(options) })
  }

  /**
   * Files of one JSON object per line. Types are inferred from a sample of lines unless they are declared.
   *
   * @param paths - Paths or patterns, as for `readParquet`.
   * @param options - Types.
   * @throws {PlanError} `invalid_argument` for what is no path, and for an option that there is not; `not_implemented` for
   * URLs of anything but files. What is in the files shows when the job runs: `source_unreadable`, `invalid_value`.
   * @example
   * import { writeFileSync } from 'node:fs'
   * import { SessionContext } from 'volley'
   *
   * writeFileSync('events.ndjson', '{"id":1,"tags":["a"]}\n{"id":2}\n')
   * await using ctx = new SessionContext()
   * await ctx.readJson('events.ndjson').toRows() // => [{ id: 1n, tags: ['a'] }, { id: 2n, tags: null }]
   *
   * @see DataFusion `SessionContext::read_json`
   */
  readJson(paths: string | URL | readonly (string | URL)[], options?: JsonOptions): DataFrame {
    if (options === undefined) return this.#read({ kind: 'json', paths: resolvePaths(paths) })
    checkOptionNames(options, jsonOptions, 'JSON files')
    return this.#read({ kind: 'json', paths: resolvePaths(paths), options: plainTypes(options) })
  }

  /**
   * Arrow data that this process holds, or that comes to it. Tasks carry the rows they need.
   *
   * @param data - A table, a record batch or batches of one schema, of any copy of Arrow JavaScript; the bytes of an
   * Arrow IPC stream or file, which must not change afterwards; a table of Arquero or a data frame of nodejs-polars; a
   * promise, a `ReadableStream`, a Node stream or another async iterable of batches or of the bytes of an Arrow stream.
   * Streams are gathered in memory, once, when the first job asks for them.
   * @throws {PlanError} `invalid_argument` when it is none of these, or batches differ in their columns: at once, or for a
   * stream by the job. Bytes that are no Arrow data are `source_unreadable`, by the job.
   * @example
   * import { tableFromArrays } from 'apache-arrow'
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromArrow(tableFromArrays({ n: Int32Array.of(1, 2) })).count() // => 2
   *
   * @see DataFusion `SessionContext::read_batches`; docs/guide/arrow.md
   */
  fromArrow(data: ArrowInput): DataFrame {
    return this.#read(arrowSource(data))
  }

  /**
   * Columns of JavaScript values or typed arrays.
   *
   * @param columns - Values by column, all of one length. Null and undefined are null.
   * @param types - Types, or their names, by column; Default: inferred from the values; whole numbers are Int64, typed
   * arrays what they hold.
   * @throws {DataError} `invalid_value` for a value that is not of its column's type, naming column and row.
   * @throws {PlanError} `invalid_argument` for columns of different lengths.
   * @example
   * import { date32, SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * const frame = ctx.fromColumns({ n: Int8Array.of(1), day: ['2024-02-29'] }, { day: date32 })
   * await frame.toRows({ json: true }) // => [{ n: 1, day: '2024-02-29' }]
   *
   * @see datafusion-python `SessionContext.from_pydict`
   */
  fromColumns<Columns extends { readonly [Name in keyof Columns]: ColumnValues }>(
    columns: Columns,
    types: { readonly [Name in keyof Columns]?: TypeInput | undefined } = {},
  ): DataFrame {
    const { schema, values } = columnValues(columns, types as Readonly<Record<string, TypeInput>>)
    return this.#read({ kind: 'memory', bytes: encodeColumns(schema, values) })
  }

  /**
   * Rows as objects.
   *
   * @param rows - A missing entry is null.
   * @param schema - The columns. Default: all that any row has, with the types of their values.
   * @throws {DataError} `invalid_value` for a value that is not of its column's type, naming column and row.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * await ctx.fromRows([{ a: 1 }, { a: 2, b: 'x' }]).toRows() // => [{ a: 1n, b: null }, { a: 2n, b: 'x' }]
   *
   * @see datafusion-python `SessionContext.from_pylist`
   */
  fromRows(rows: readonly object[], schema?: Schema | ArrowSchemaLike): DataFrame {
    checkRows(rows)
    const declared = schema === undefined ? undefined : asSchema(schema)
    const names = declared?.map((column) => column.name) ?? [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const columns = Object.fromEntries(names.map((name) => [name, rows.map((row) => ownValue(row, name))]))
    if (Object.keys(columns).length < names.length) throw sameName(names)
    return this.fromColumns(columns, Object.fromEntries((declared ?? []).map(({ name, type }) => [name, type])))
  }

  /**
   * Gives a table a name, for `table(name)` and SQL text; a later table replaces an earlier one of that name. Nothing
   * is read.
   *
   * @param name - The name.
   * @param frame - The table: a source, or whatever steps over one.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * ctx.registerTable('sales', ctx.readParquet('sales.parquet'))
   * ctx.registerTable('north', ctx.table('sales').filter("region = 'north'"))
   * await ctx.sql('select count(*) as n from north').toRows() // => [{ n: 2n }]
   *
   * @see DataFusion `SessionContext::register_table`
   */
  registerTable(name: string, frame: DataFrame): void {
    const hint = "write registerTable('name', frame), where the frame comes from readParquet(), fromRows(), …"
    if (typeof name !== 'string') throw invalidArgument(`Cannot name a table with ${describeValue(name)}: ${hint}`)
    if (typeof frame?.job !== 'object') {
      throw invalidArgument(`Cannot register ${describeValue(frame)} as table "${name}": ${hint}`)
    }
    this.#shared.registry.addTable(name, frame.job)
  }

  /**
   * Takes a table's name back. Data frames made of it stay as they are.
   *
   * @param name - The name it was given.
   * @returns Whether there was one.
   * @example
   * import { SessionContext } from 'volley'
   *
   * const ctx = new SessionContext()
   * ctx.registerTable('numbers', ctx.fromColumns({ n: [1, 2] }))
   * ctx.deregisterTable('numbers') // => true
   * ctx.deregisterTable('numbers') // => false
   *
   * @see DataFusion `SessionContext::deregister_table`
   */
  deregisterTable(name: string): boolean {
    return this.#shared.registry.removeTable(name)
  }

  /**
   * A registered table.
   *
   * @param name - The name it was given.
   * @throws {PlanError} `unknown_table` with the nearest name.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * ctx.registerTable('sales', ctx.readParquet('sales.parquet'))
   * await ctx.table('sales').count() // => 3
   *
   * @see DataFusion `SessionContext::table`
   */
  table(name: string): DataFrame {
    return new DataFrame(this, this.#shared.registry.table(name))
  }

  /**
   * A query over one registered table: `SELECT … FROM name WHERE … GROUP BY … HAVING … ORDER BY … LIMIT …`, or over the
   * rows of a registered table function: `SELECT … FROM name(1, 'a')`. Without FROM it gives one row of its own:
   * `SELECT 1 + 1`.
   *
   * @param text - The query.
   * @throws {PlanError} `unknown_table` with the nearest name; `syntax_error` with the position; `not_implemented` for
   * joins, subqueries and set operations.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext()
   * ctx.registerTable('sales', ctx.readParquet('sales.parquet'))
   * await ctx.sql('select region, sum(net) as total from sales group by region order by total').toRows()
   * // => [{ region: 'north', total: 9 }, { region: 'south', total: 20 }]
   *
   * @see DataFusion `SessionContext::sql`; docs/reference/deviations.md
   */
  sql(text: string): DataFrame {
    const { from, args, steps } = parseQuery(text, this.sqlOptions())
    if (from !== undefined && args !== undefined) {
      return new DataFrame(this, { source: this.#namedTable(from, args), steps })
    }
    const { source, steps: own } = from === undefined ? placeholderRow() : this.#shared.registry.table(from)
    return new DataFrame(this, { source, steps: [...own, ...steps] })
  }

  /**
   * Registers a scalar function under its name: SQL text and expressions that travel by name find it. It takes
   * precedence over a built-in of that name; an aggregate and a window function may share its name.
   *
   * @param udf - What `udf()` or `nativeUdf()` gave.
   * @example
   * import { float64, SessionContext, udf } from 'volley'
   *
   * await using ctx = new SessionContext()
   * ctx.registerUdf(udf((net: number) => net * 1.19, [float64], float64, { name: 'gross' }))
   * await ctx.fromColumns({ net: [100] }).select('gross(net) as gross').toRows() // => [{ gross: 119 }]
   *
   * @see DataFusion `SessionContext::register_udf`
   */
  registerUdf(udf: ScalarUDF): void {
    checkRegistered(udf, 'scalar', 'registerUdf')
    this.#shared.registry.addUdf(udf.definition)
  }

  /**
   * A registered scalar function.
   *
   * @param name - The name it was registered under.
   * @throws {PlanError} `unknown_function` with the nearest name.
   * @example
   * import { col, float64, SessionContext, udf } from 'volley'
   *
   * const ctx = new SessionContext()
   * ctx.registerUdf(udf((net: number) => net * 1.19, [float64], float64, { name: 'gross' }))
   * ctx.udf('gross')(col('net')).toString() // => 'gross(net)'
   *
   * @see DataFusion `FunctionRegistry::udf`
   */
  udf(name: string): ScalarUDF<readonly Operand[]> {
    return callable(this.#shared.registry.udf('scalar', name))
  }

  /**
   * The names of the registered scalar functions, sorted. The built-ins are in `catalogue`.
   *
   * @example
   * import { float64, SessionContext, udf } from 'volley'
   *
   * const ctx = new SessionContext()
   * ctx.registerUdf(udf((net: number) => net * 1.19, [float64], float64, { name: 'gross' }))
   * ctx.udfs() // => ['gross']
   *
   * @see datafusion-python `SessionContext.udfs`
   */
  udfs(): readonly string[] {
    return [...this.#shared.registry.udfNames(['scalar'])].sort()
  }

  /**
   * Takes a scalar function out again. Expressions that hold it keep it; names in SQL text, and what travels by name, no longer
   * find it.
   *
   * @param name - The name it was registered under.
   * @returns Whether there was one.
   * @example
   * import { float64, SessionContext, udf } from 'volley'
   *
   * const ctx = new SessionContext()
   * ctx.registerUdf(udf((net: number) => net * 1.19, [float64], float64, { name: 'gross' }))
   * ctx.deregisterUdf('gross') // => true
   * ctx.udfs() // => []
   *
   * @see datafusion-python `SessionContext.deregister_udf`
   */
  deregisterUdf(name: string): boolean {
    return this.#shared.registry.removeUdf('scalar', name)
  }

  /**
   * Registers an aggregate function under its name: SQL text and expressions that travel by name find it.
   *
   * @param udaf - What `udaf()` gave.
   * @example
   * import { float64, SessionContext, udaf } from 'volley'
   *
   * class Product {
   *   product = 1
   *   add(x: number | null) { this.product *= x ?? 1 }
   *   merge(products: number[]) { for (const x of products) this.product *= x }
   *   state() { return [this.product] }
   *   evaluate() { return this.product }
   * }
   * await using ctx = new SessionContext()
   * ctx.registerUdaf(udaf(Product, [float64], float64, [float64], { name: 'product', nulls: 'skip' }))
   * await ctx.fromColumns({ x: [2, 3, 4] }).aggregate([], ['product(x) as p']).toRows() // => [{ p: 24 }]
   *
   * @see DataFusion `SessionContext::register_udaf`
   */
  registerUdaf(udaf: AggregateUDF): void {
    checkRegistered(udaf, 'aggregate', 'registerUdaf')
    this.#shared.registry.addUdf(udaf.definition)
  }

  /**
   * A registered aggregate function.
   *
   * @param name - The name it was registered under.
   * @throws {PlanError} `unknown_function` with the nearest name.
   * @example
   * import { col, float64, SessionContext, udaf } from 'volley'
   *
   * class Product {
   *   product = 1
   *   add(x: number | null) { this.product *= x ?? 1 }
   *   merge(products: number[]) { for (const x of products) this.product *= x }
   *   state() { return [this.product] }
   *   evaluate() { return this.product }
   * }
   * const ctx = new SessionContext()
   * ctx.registerUdaf(udaf(Product, [float64], float64, [float64], { name: 'product', nulls: 'skip' }))
   * ctx.udaf('product')(col('x')).toString() // => 'product(x)'
   *
   * @see DataFusion `FunctionRegistry::udaf`
   */
  udaf(name: string): AggregateUDF<readonly Operand[]> {
    return aggregateCallable(this.#shared.registry.udf('aggregate', name))
  }

  /**
   * The names of the registered aggregate functions, sorted. The built-ins are in `catalogue`.
   *
   * @example
   * import { float64, SessionContext, udaf } from 'volley'
   *
   * class Product {
   *   product = 1
   *   add(x: number | null) { this.product *= x ?? 1 }
   *   merge(products: number[]) { for (const x of products) this.product *= x }
   *   state() { return [this.product] }
   *   evaluate() { return this.product }
   * }
   * const ctx = new SessionContext()
   * ctx.registerUdaf(udaf(Product, [float64], float64, [float64], { name: 'product' }))
   * ctx.udafs() // => ['product']
   *
   * @see datafusion-python `SessionContext.udafs`
   */
  udafs(): readonly string[] {
    return [...this.#shared.registry.udfNames(['aggregate'])].sort()
  }

  /**
   * Takes an aggregate function out again. Expressions that hold it keep it; names in SQL text, and what travels by name, no longer
   * find it.
   *
   * @param name - The name it was registered under.
   * @returns Whether there was one.
   * @example
   * import { float64, SessionContext, udaf } from 'volley'
   *
   * class Product {
   *   product = 1
   *   add(x: number | null) { this.product *= x ?? 1 }
   *   merge(products: number[]) { for (const x of products) this.product *= x }
   *   state() { return [this.product] }
   *   evaluate() { return this.product }
   * }
   * const ctx = new SessionContext()
   * ctx.registerUdaf(udaf(Product, [float64], float64, [float64], { name: 'product' }))
   * ctx.deregisterUdaf('product') // => true
   * ctx.udafs() // => []
   *
   * @see datafusion-python `SessionContext.deregister_udaf`
   */
  deregisterUdaf(name: string): boolean {
    return this.#shared.registry.removeUdf('aggregate', name)
  }

  /**
   * Registers a window function under its name: SQL text and expressions that travel by name find it.
   *
   * @param udwf - What `udwf()` gave.
   * @example
   * import { float64, SessionContext, udwf } from 'volley'
   *
   * class Reversed {
   *   evaluateAll([values]: [(number | null)[]]) { return values.toReversed() }
   * }
   * await using ctx = new SessionContext()
   * ctx.registerUdwf(udwf(Reversed, [float64], float64, { name: 'reversed' }))
   * await ctx.fromColumns({ x: [1, 2] }).select('reversed(x) over () as y').collectColumns() // => { y: [2, 1] }
   *
   * @see DataFusion `SessionContext::register_udwf`
   */
  registerUdwf(udwf: WindowUDF): void {
    checkRegistered(udwf, 'window', 'registerUdwf')
    this.#shared.registry.addUdf(udwf.definition)
  }

  /**
   * A registered window function.
   *
   * @param name - The name it was registered under.
   * @throws {PlanError} `unknown_function` with the nearest name.
   * @example
   * import { float64, SessionContext, udwf } from 'volley'
   *
   * class Reversed {
   *   evaluateAll([values]: [(number | null)[]]) { return values.toReversed() }
   * }
   * const ctx = new SessionContext()
   * ctx.registerUdwf(udwf(Reversed, [float64], float64, { name: 'reversed' }))
   * ctx.udwf('reversed').name // => 'reversed'
   *
   * @see DataFusion `FunctionRegistry::udwf`
   */
  udwf(name: string): WindowUDF<readonly Operand[]> {
    return windowCallable(this.#shared.registry.udf('window', name))
  }

  /**
   * The names of the registered window functions, sorted. The built-ins are in `catalogue`.
   *
   * @example
   * import { float64, SessionContext, udwf } from 'volley'
   *
   * class Reversed {
   *   evaluateAll([values = []]: (number | null)[][]) { return values.toReversed() }
   * }
   * const ctx = new SessionContext()
   * ctx.registerUdwf(udwf(Reversed, [float64], float64, { name: 'reversed' }))
   * ctx.udwfs() // => ['reversed']
   *
   * @see datafusion-python `SessionContext.udwfs`
   */
  udwfs(): readonly string[] {
    return [...this.#shared.registry.udfNames(['window'])].sort()
  }

  /**
   * Takes a window function out again. Expressions that hold it keep it; names in SQL text, and what travels by name, no longer
   * find it.
   *
   * @param name - The name it was registered under.
   * @returns Whether there was one.
   * @example
   * import { float64, SessionContext, udwf } from 'volley'
   *
   * class Reversed {
   *   evaluateAll([values = []]: (number | null)[][]) { return values.toReversed() }
   * }
   * const ctx = new SessionContext()
   * ctx.registerUdwf(udwf(Reversed, [float64], float64, { name: 'reversed' }))
   * ctx.deregisterUdwf('reversed') // => true
   * ctx.udwfs() // => []
   *
   * @see datafusion-python `SessionContext.deregister_udwf`
   */
  deregisterUdwf(name: string): boolean {
    return this.#shared.registry.removeUdf('window', name)
  }

  /**
   * Registers a table function under its name: FROM in SQL text finds it, and calls that travel by name.
   *
   * @param udtf - What `udtf()` gave.
   * @example
   * import { field, int32, SessionContext, udtf } from 'volley'
   *
   * const countdown = udtf(
   *   function* (from) {
   *     for (let n = from ?? 0; n > 0; n--) yield { n }
   *   },
   *   [int32],
   *   [field('n', int32)],
   *   { name: 'countdown' },
   * )
   * await using ctx = new SessionContext()
   * ctx.registerUdtf(countdown)
   * await ctx.sql('select n from countdown(5) where n % 2 = 1').collectColumns() // => { n: [5, 3, 1] }
   *
   * @see DataFusion `SessionContext::register_udtf`
   */
  registerUdtf(udtf: TableUDF): void {
    checkRegistered(udtf, 'table', 'registerUdtf')
    this.#shared.registry.addUdf(udtf.definition)
  }

  /**
   * A registered table function.
   *
   * @param name - The name it was registered under.
   * @throws {PlanError} `unknown_function` with the nearest name.
   * @example
   * import { field, int32, SessionContext, udtf } from 'volley'
   *
   * const countdown = udtf(
   *   function* (from) {
   *     for (let n = from ?? 0; n > 0; n--) yield { n }
   *   },
   *   [int32],
   *   [field('n', int32)],
   *   { name: 'countdown' },
   * )
   * const ctx = new SessionContext()
   * ctx.registerUdtf(countdown)
   * ctx.udtf('countdown').name // => 'countdown'
   *
   * @see DataFusion `SessionContext::table_function`
   */
  udtf(name: string): TableUDF {
    return tableCallable(this.#shared.registry.udf('table', name))
  }

  /**
   * The names of the registered table functions, sorted.
   *
   * @example
   * import { field, int32, SessionContext, udtf } from 'volley'
   *
   * const countdown = udtf(
   *   function* (from) {
   *     for (let n = from ?? 0; n > 0; n--) yield { n }
   *   },
   *   [int32],
   *   [field('n', int32)],
   *   { name: 'countdown' },
   * )
   * const ctx = new SessionContext()
   * ctx.registerUdtf(countdown)
   * ctx.udtfs() // => ['countdown']
   *
   * @see DataFusion `SessionState::table_functions`
   */
  udtfs(): readonly string[] {
    return [...this.#shared.registry.udfNames(['table'])].sort()
  }

  /**
   * Takes a table function out again. Data frames made of it keep it.
   *
   * @param name - The name it was registered under.
   * @returns Whether there was one.
   * @example
   * import { SessionContext } from 'volley'
   *
   * new SessionContext().deregisterUdtf('countdown') // => false
   *
   * @see datafusion-python `SessionContext.deregister_udtf`
   */
  deregisterUdtf(name: string): boolean {
    return this.#shared.registry.removeUdf('table', name)
  }

  /**
   * The rows that a table function gives. It runs in a worker, when the job does.
   *
   * @param fn - What `udtf()` gave, or the name of a registered one, or of a built-in: `range`, `generate_series`.
   * @param args - Constants: JavaScript values, or expressions without columns.
   * @throws {PlanError} `unknown_function` with the nearest name; `type_mismatch` for arguments that do not fit.
   * @example
   * import { field, int32, SessionContext, udtf } from 'volley'
   *
   * const countdown = udtf(
   *   function* (from) {
   *     for (let n = from ?? 0; n > 0; n--) yield { n }
   *   },
   *   [int32],
   *   [field('n', int32)],
   *   { name: 'countdown' },
   * )
   * await using ctx = new SessionContext()
   * await ctx.tableFunction(countdown, 2).toRows() // => [{ n: 2 }, { n: 1 }]
   *
   * @see DataFusion's table functions; docs/guide/user-defined-functions.md
   */
  tableFunction<Args extends readonly unknown[]>(fn: TableUDF<Args> | string, ...args: NoInfer<Args>): DataFrame {
    if (typeof fn === 'string') return this.#read(this.#namedTable(fn, (args as readonly Operand[]).map(toNode)))
    checkRegistered(fn, 'table', 'tableFunction')
    return this.#read(this.#tableSource(fn, args))
  }

  /**
   * SQL text as an expression: built-ins and registered functions are found by name.
   *
   * @param text - One expression.
   * @param schema - The columns there are, so that a wrong name is found at once. Default: unknown, any name will do.
   * @throws {PlanError} `syntax_error` with the position; `unknown_function` or `unknown_column` with the nearest name.
   * @example
   * import { SessionContext } from 'volley'
   *
   * new SessionContext().parseExpr("upper(name) = 'ANN'").toString() // => 'upper(name) = Utf8("ANN")'
   *
   * @see DataFusion `SessionContext::parse_sql_expr`
   */
  parseExpr(text: string, schema?: Schema | ArrowSchemaLike): Expr {
    const columns = schema === undefined ? undefined : asSchema(schema).map((column) => column.name)
    return make(parseExpr(text, { ...this.sqlOptions(), ...(columns === undefined ? {} : { columns }) }))
  }

  /**
   * The same registrations, tables and workers under another policy: without inlining, functions travel by name only,
   * and bodies from outside are refused. This context stays as it is. What that protects: docs/security.md.
   *
   * @param policy - `enabled`: whether function bodies travel by value.
   * @throws {PlanError} `invalid_argument` for a policy that does not say it.
   * @example
   * import { float64, inspectUdf, SessionContext, udf } from 'volley'
   *
   * const square = udf((x: number) => x * x, [float64], float64, { name: 'square' })
   * const strict = new SessionContext().withUdfInlining({ enabled: false })
   * inspectUdf(square, strict).kind // => 'by-name'
   *
   * @see datafusion-python `SessionContext.with_python_udf_inlining`
   */
  withUdfInlining(policy: { readonly enabled: boolean }): SessionContext {
    checkOptionNames(policy, { enabled: true }, 'withUdfInlining')
    // Left out it is refused as well: whoever means to be strict must not be understood otherwise.
    if (typeof policy.enabled !== 'boolean') throw wrongOption('enabled', policy.enabled, 'it is true or false')
    return new SessionContext(this.#shared.options, { udfInlining: policy.enabled, shared: this.#shared })
  }

  /**
   * A registered function, if there is one: what the codec asks for.
   *
   * @internal
   * @param family - Scalar, aggregate or window.
   * @param name - The name it was registered under.
   */
  findUdf(family: Udf['family'], name: string): Udf | undefined {
    return this.#shared.registry.findUdf(family, name)
  }

  /**
   * The names of the registered functions of all families, each once.
   *
   * @example
   * import { float64, SessionContext, udf } from 'volley'
   *
   * const ctx = new SessionContext()
   * ctx.registerUdf(udf((net: number) => net * 1.19, [float64], float64, { name: 'gross' }))
   * ;[...ctx.udfNames()] // => ['gross']
   */
  udfNames(): Iterable<string> {
    return this.#shared.registry.udfNames()
  }

  /** The copy of Arrow JavaScript that results are made of; undefined for the one that Volley imports. */
  get arrow(): ArrowModule | undefined {
    return this.#shared.options.arrow
  }

  /**
   * A registered table, if there is one, and the names of all: what surfaces with words of their own ask for.
   *
   * @internal
   */
  findTable(name: string): Job | undefined {
    return this.#shared.registry.findTable(name)
  }

  /** @internal */
  tableNames(): Iterable<string> {
    return this.#shared.registry.tableNames()
  }

  /**
   * How many tasks its jobs are cut into at most, unless they say otherwise. Starts no workers.
   *
   * @internal
   */
  taskTarget(): number {
    const { backend, workers } = this.#shared.options
    const concurrency = typeof backend === 'object' ? backend.concurrency : backend === 'in-process' ? 1 : workers
    return 4 * (concurrency ?? availableParallelism())
  }

  /** @internal */
  toJSON(): never {
    return refuseJson('a SessionContext', insteadOfSession)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { backend = 'fork', workers } = this.#shared.options
    const { closed, registry } = this.#shared
    const parts = [
      `backend: ${typeof backend === 'object' ? backend.constructor.name : backend}`,
      ...(workers === undefined ? [] : [`workers: ${workers}`]),
      `tables: [${[...registry.tableNames()].join(', ')}]`,
      `functions: [${[...this.udfNames()].join(', ')}]`,
      ...(this.udfInlining ? [] : ['udfInlining: false']),
      ...(closed ? ['closed'] : []),
    ]
    return `SessionContext { ${parts.join(', ')} }`
  }

  /**
   * What parsing SQL text needs to know about this session.
   *
   * @internal
   */
  sqlOptions(): SqlOptions {
    return { functions: this.#shared.registry.functionNames(), functionAdvice: 'Register it with registerUdf' }
  }

  /**
   * Runs a job on this session's workers; `DataFrame.run` is the usual way.
   *
   * @internal
   * @param job - A source and steps over it.
   * @param options - Limits, a signal, and callbacks for progress and logs.
   * @throws {VolleyError} Whatever is wrong before a row is read; `closed` once the session is closed.
   */
  async submit(job: Job, options: RunOptions & Pick<SubmitOptions, 'onStart' | 'share' | 'recorder'>): Promise<JobRun> {
    const backend = await this.backend()
    const log = options.onLog ?? (this.#shared.options.log === 'ignore' ? undefined : inheritLog)
    return submitJob(job, backend, { ...options, context: this, ...(log === undefined ? {} : { onLog: log }) })
  }

  /**
   * Where this session's jobs run; made on first use.
   *
   * @throws {PlanError} `closed` once the session is closed.
   * @example
   * import { SessionContext } from 'volley'
   *
   * await using ctx = new SessionContext({ workers: 2 })
   * const backend = await ctx.backend()
   * backend.concurrency >= 1 // => true
   */
  async backend(): Promise<Backend> {
    if (this.#shared.closed) throw new PlanError('closed', 'Cannot run a job: the session context is closed')
    this.#shared.backend ??= this.#makeBackend()
    return this.#shared.backend
  }

  /**
   * Ends the workers. Jobs that are running are cancelled.
   *
   * @example
   * import { SessionContext } from 'volley'
   *
   * const ctx = new SessionContext({ workers: 1 })
   * await ctx.fromColumns({ n: [1, 2] }).count() // => 2
   * await ctx.close()
   */
  async close(): Promise<void> {
    this.#shared.closed = true
    // Why there is none, the job that wanted it was told.
    const backend = await this.#shared.backend?.catch(() => undefined)
    await backend?.close()
  }

  /** What `await using` calls: `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #namedTable(name: string, args: readonly ExprNode[]): SourceSpec {
    return namedTableSource(name, args, tableFunctionsOf([this], 'Register it with registerUdtf'))
  }

  #tableSource({ definition }: TableUDF, args: readonly unknown[]): SourceSpec {
    return tableSource(definition, (args as readonly Operand[]).map(toNode))
  }

  #read(source: SourceSpec): DataFrame {
    return new DataFrame(this, { source, steps: [] })
  }

  async #makeBackend(): Promise<Backend> {
    const { backend = 'fork', log, arrow: _, ...pool } = this.#shared.options
    if (typeof backend === 'object') return backend
    if (backend === 'in-process' || process.env.VOLLEY_WORKER === '1')
      return new InProcessBackend(this.withUdfInlining({ enabled: true }), pool.trace)
    const { forkPool } = await import('../calls/fork-pool.ts')
    return forkPool(pool, log)
  }
}

installGlobalHost(() => SessionContext.global())
installFrameRuntime({
  toBytes: (frame, context) => (frame as DataFrame).toBytes(context),
  // A context that runs no jobs still says what names stand for, and whether code is taken.
  fromBytes: (bytes, context) =>
    new DataFrame(context instanceof SessionContext ? context : SessionContext.global(), decodeJob(bytes, context)),
})

/** Options travel with a job: Arrow's types become ours. */
function plainTypes<Options extends JsonOptions>(options: Options): Options {
  const { schema } = options
  if (schema === undefined || Array.isArray(schema)) return options
  if (isSchema(schema)) return { ...options, schema: asSchema(schema) }
  const types = Object.entries(schema).map(([name, type]) => [name, typeof type === 'string' ? type : asType(type)])
  return { ...options, schema: Object.fromEntries(types) }
}

function checkSessionOptions(options: SessionOptions): void {
  checkOptionNames(options, sessionOptions, 'a session context')
  const { backend } = options
  if (typeof (backend as { readonly run?: unknown } | undefined)?.run !== 'function') {
    checkChoice('backend', backend, ['fork', 'in-process'])
  }
  checkWhole('workers', options.workers, 1, mostWorkers)
  checkWhole('spareWorkers', options.spareWorkers, 0, mostWorkers)
  checkUrl('workerContext', options.workerContext)
  checkWorkerStart(options)
  if (options.onWorkerStart !== undefined && backend !== undefined && backend !== 'fork') {
    const hint = 'this session starts no workers; with a pool, give it to WorkerPool.fork'
    throw wrongOption('onWorkerStart', options.onWorkerStart, hint)
  }
  checkTexts('execArgv', options.execArgv)
  checkTextsByName('env', options.env)
  if (options.cwd !== undefined && typeof options.cwd !== 'string') {
    throw wrongOption('cwd', options.cwd, 'it is the path of a directory')
  }
  checkChoice('log', options.log, ['inherit', 'ignore'])
  checkFile('trace', options.trace)
  if (options.trace !== undefined && typeof backend === 'object') {
    throw wrongOption(
      'trace',
      options.trace,
      'with a backend of your own, give it to the pool: WorkerPool.fork({ trace })',
    )
  }
  if (options.arrow !== undefined) libraryOf(options.arrow)
}

function checkRows(rows: readonly unknown[]): void {
  const isRow = (row: unknown): boolean => typeof row === 'object' && row !== null && !Array.isArray(row)
  if (!Array.isArray(rows)) {
    throw invalidArgument(`Cannot read ${describeValue(rows)} as rows: give an array of objects, one for each row`)
  }
  const wrong = rows.findIndex((row) => !isRow(row))
  if (wrong === -1) return
  throw new PlanError(
    'invalid_argument',
    `Cannot read row ${wrong}, ${describeValue(rows[wrong])}: a row is an object of values by column`,
  )
}

function sameName(names: readonly string[]): PlanError {
  const name = names.find((candidate, i) => names.indexOf(candidate) < i)
  return new PlanError('ambiguous_column', `Cannot make a table of two columns named "${name}": give each its own name`)
}
