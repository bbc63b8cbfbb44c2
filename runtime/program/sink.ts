// The vocabulary of sinks: where the rows of a job go instead of to whoever runs it, as plain data. It stands here because
// tasks carry it; how files are written is the concern of the room sink/.

/**
 * The formats of files that are written, and the options that each takes. Every format is also read, under the same name,
 * by `source/formats.ts`.
 */
export interface SinkFormatOptions {
  /** Arrow IPC. */
  readonly arrow: ArrowWriteOptions
  /** Parquet. */
  readonly parquet: ParquetWriteOptions
  /** CSV. */
  readonly csv: CsvWriteOptions
  /** NDJSON, which takes no options of its own. */
  readonly json: never
}

/** How Arrow files are written. */
export interface ArrowWriteOptions {
  /**
   * `file`: the random access format, which ends in a table of contents. `stream`: the format that is read from its
   * beginning to its end.
   *
   * @defaultValue `'file'`; `'stream'` for a path that ends in `.arrows`
   */
  readonly format?: 'file' | 'stream'
}

/** How Parquet files are written. */
export interface ParquetWriteOptions {
  /**
   * How pages are compressed.
   *
   * @defaultValue `'snappy'`
   */
  readonly compression?: 'snappy' | 'zstd' | 'gzip' | 'none'
  /**
   * Rows per row group, which is also what a file holds in memory while it is written, from 1.
   *
   * @defaultValue 122,880
   */
  readonly rowGroupRows?: number
}

/** How CSV files are written. */
export interface CsvWriteOptions {
  /**
   * What stands between fields: one ASCII character.
   *
   * @defaultValue `,`; a tab for files named `.tsv`
   */
  readonly delimiter?: string
  /**
   * Whether the first line names the columns.
   *
   * @defaultValue `true`
   */
  readonly header?: boolean
  /**
   * What stands around fields that need it: one ASCII character; doubled inside of one it stands for itself.
   *
   * @defaultValue `"`
   */
  readonly quote?: string
  /**
   * The text that stands for null, never quoted; the same text as a value is.
   *
   * @defaultValue no text at all
   */
  readonly nullValue?: string
}

/** What every format takes. */
export interface WriteOptions {
  /**
   * Columns whose values become directories, in this order: `region=north/year=2024/part-0.parquet`. They are left out
   * of the files.
   *
   * @defaultValue none
   */
  readonly partitionBy?: string | readonly string[]
  /**
   * Whether what is at the path is replaced; if not, it is `output_exists`.
   *
   * @defaultValue `false`
   */
  readonly overwrite?: boolean
}

/** Where rows go, as plain data: part of a job. */
export type SinkSpec = {
  readonly [Kind in keyof SinkFormatOptions]: {
    readonly kind: Kind
    /** Absolute. With an extension it is one file, otherwise a directory of files; see `isDirectory`. */
    readonly path: string
    readonly partitionBy?: readonly string[]
    readonly overwrite?: boolean
    readonly options?: SinkFormatOptions[Kind]
  }
}[keyof SinkFormatOptions]

/** What one task writes; travels with it. */
export interface TaskSink {
  readonly spec: SinkSpec
  /** Where its files go until all of the job's are complete. */
  readonly directory: string
  /**
   * `whole`: files that are complete. `part`: one piece of a file that is put together from those of all tasks, without
   * its end and, but for the first task's, without its beginning.
   */
  readonly writes: 'whole' | 'part'
}

/** A file, or a piece of one, that a task has written. */
export interface TaskFile {
  /** Below the task's directory. */
  readonly path: string
  readonly rows: number
  readonly bytes: number
  /** What the end of a file has to know of this piece, in the format's own terms. */
  readonly tail: Uint8Array
}

/** A file that was written. */
export interface WrittenFile {
  /** Absolute. */
  readonly path: string
  /** Rows in it. */
  readonly rows: number
  /** Its size. */
  readonly bytes: number
}

/** What was written. */
export interface WriteSummary {
  /** Rows in all. */
  readonly rows: number
  /** Their size in all files. */
  readonly bytes: number
  /** In the order of their rows. */
  readonly files: readonly WrittenFile[]
}
