// The vocabulary of sources: what a source is, how it is cut and what reading one takes, as plain data and interfaces. How
// each kind is opened and read, and what it is called, is the table of formats' concern (formats.ts).

import type { ArrowSchemaLike } from '../../functions/arrow/like.ts'
import type { TableUdf } from '../../functions/contract/udf.ts'
import type { IntervalValue } from '../../functions/types/js-values.ts'
import type { TypeInput } from '../../functions/types/parse-type.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'

/**
 * The formats of files, and the options that reading each takes. Code that registers another format declares it by merging
 * an optional member into this interface; optional, because the built-in table has no row for it.
 */
export interface FormatOptions {
  readonly arrow: never
  readonly parquet: never
  readonly csv: CsvOptions
  readonly json: JsonOptions
}

/** Files of one format. Paths may be globs. */
export type FileSpec = {
  readonly [Kind in keyof FormatOptions]-?: {
    readonly kind: Kind
    readonly paths: readonly string[]
    readonly options?: FormatOptions[Kind]
  }
}[keyof FormatOptions]

/** Where rows come from: plain data, which travels inside tasks and JSON jobs, but for what is still to come. */
export type SourceSpec = FileSpec | MemorySpec | PendingSpec | FunctionSpec | SeriesSpec

/** The bytes of an Arrow stream or file. */
export interface MemorySpec {
  /** That it is in memory. */
  readonly kind: 'memory'
  /** An IPC stream or file. */
  readonly bytes: Uint8Array
}

/** Bytes as of `memory` that somebody still writes: opening the source waits for them, and its tasks carry them. */
export interface PendingSpec {
  /** That it is still to come. */
  readonly kind: 'pending'
  /** Waits for the bytes: an IPC stream or file, the same for every call. */
  readonly bytes: () => Promise<Uint8Array>
}

/** The rows that a table function gives, where the task of it runs. */
export interface FunctionSpec {
  /** That it is a function's. */
  readonly kind: 'function'
  /** The function. */
  readonly udf: TableUdf
  /** What it is called with, of the types of its inputs. */
  readonly args: readonly Value[]
}

/** What `range` and `generate_series` give in FROM. */
export type SeriesSpec = NumbersSpec | MomentsSpec

/** Whole numbers at equal distances. */
export interface NumbersSpec {
  /** That it is a series. */
  readonly kind: 'series'
  /** What it is a series of. */
  readonly of: 'numbers'
  /** The first one. */
  readonly first: bigint
  /** From each one to the next. */
  readonly step: bigint
  /** How many there are. */
  readonly count: number
}

/** Moments, each of which is the one before moved by a step. */
export interface MomentsSpec {
  /** That it is a series. */
  readonly kind: 'series'
  /** What it is a series of. */
  readonly of: 'moments'
  /** The first one, in nanoseconds since 1970. */
  readonly first: bigint
  /** Where it ends, in nanoseconds since 1970. */
  readonly end: bigint
  /** Whether the end belongs to it. */
  readonly isClosed: boolean
  /** From each one to the next. */
  readonly step: IntervalValue
  /** Of the moments; absent where they have none. */
  readonly timezone?: string
}

/** Types of some or all columns: a whole schema, or types (or their names) by column; other columns are inferred. */
export type DeclaredTypes = Schema | ArrowSchemaLike | Readonly<Record<string, TypeInput>>

/** How CSV files are read. */
export interface CsvOptions {
  /**
   * What stands between fields: one ASCII character.
   *
   * @defaultValue `,`; a tab for files named `.tsv`
   */
  readonly delimiter?: string
  /**
   * Whether the first line names the columns; without it they are `column_1`, `column_2`, …
   *
   * @defaultValue `true`
   */
  readonly header?: boolean
  /**
   * What encloses a field that has delimiters or line breaks in it: one ASCII character. Doubled inside a quoted field
   * it stands for itself.
   *
   * @defaultValue `"`
   */
  readonly quote?: string
  /**
   * Unquoted texts that mean null.
   *
   * @defaultValue the empty text, for every type but utf8, where it is the empty text
   */
  readonly nullValues?: readonly string[]
  /**
   * The types of some or all columns, or their names. Types that are declared are not guessed.
   *
   * @defaultValue all are inferred from the sample
   */
  readonly schema?: DeclaredTypes
  /**
   * How many rows are looked at to infer types. A later value of another type fails the job with `invalid_value`.
   *
   * @defaultValue 1,000
   */
  readonly sampleRows?: number
}

/** How NDJSON files are read. */
export interface JsonOptions {
  /**
   * The types of some or all columns, or their names. Types that are declared are not guessed.
   *
   * @defaultValue all are inferred from the sample
   */
  readonly schema?: DeclaredTypes
  /**
   * How many lines are looked at to infer types. A later value of another type fails the job with `invalid_value`.
   *
   * @defaultValue 1,000
   */
  readonly sampleRows?: number
}

/** One slice of a source that one task reads, as plain data. */
export interface SourcePartition {
  readonly slices: readonly SourceSlice[]
  /** The columns as `openSource` settled them, for kinds whose files do not carry their types. */
  readonly schema?: Schema
  /** Rows, where the metadata tells. */
  readonly rows?: number
  /** Bytes to be read, compressed: what partitions are balanced by. */
  readonly bytes: number
}

/**
 * A part of one file (`path` is absent for `memory`). `range` counts row groups (parquet), record batches (arrow file,
 * memory) or bytes (csv, json), end exclusive; absent, it is the whole file.
 */
export interface SourceSlice {
  readonly path?: string
  /** What the file was when the source was opened; whoever reads it later must find the same. */
  readonly version?: FileVersion
  readonly range?: readonly [start: number, end: number]
}

/**
 * What tells one state of a file from another: its size, the time of its last change in nanoseconds, and which file it is,
 * should another one be put in its place.
 */
export interface FileVersion {
  readonly bytes: number
  readonly modified: string
  readonly inode: string
}

/** Columns that a source may have, fields of structs included, and that the steps of a job may make of them. */
export const mostColumns = 30_000

/** What is known of a source without reading it. */
export interface OpenedSource {
  readonly schema: Schema
  /** Rows in all, where the metadata tells. */
  readonly rows?: number
  /**
   * Cuts the source into at most `target` partitions of about equal size, in order. Without a target: one per row group,
   * record batch or file.
   */
  partitions(target?: number): readonly SourcePartition[]
}

/** A bound of a range, in the column's own unit: timestamps and dates as counts, texts compared by their UTF-8 bytes. */
export type RangeBound = number | bigint | string | boolean

/**
 * Rows that a filter can keep have `column` within these bounds (both inclusive) and, unless `nulls` is true, not null.
 * Readers may skip whatever cannot hold such a row and may return rows outside: the filter still has to run.
 */
export interface ColumnRange {
  readonly column: string
  readonly min?: RangeBound
  readonly max?: RangeBound
  /** True when rows whose value is null may be kept too. */
  readonly nulls?: boolean
}

export interface ReadProgress {
  readonly rows: number
  /** Bytes of the partition dealt with so far, skipped ones included; ends at the partition's `bytes`. */
  readonly bytes: number
}

export interface ReadOptions {
  /** Only these columns, in this order. Default: all, in the schema's order. */
  readonly columns?: readonly string[]
  /** Rows per batch; a batch never spans row groups, so the last of each may be shorter. Default 65,536. */
  readonly batchRows?: number
  readonly signal?: AbortSignal
  readonly predicate?: readonly ColumnRange[]
  /**
   * `keep`: a utf8 or binary column may arrive as dictionary<int32, …>, as it is stored; whether it does may change from
   * one batch to the next. `decode` (the default): columns have exactly the type that the schema states.
   */
  readonly dictionaries?: 'keep' | 'decode'
  readonly onProgress?: (progress: ReadProgress) => void
}
