// The vocabulary of sinks: where the rows of a job go instead of to whoever runs it, as plain data. It stands here because
// tasks carry it; how files are written is the concern of the room sink/.

/**
 * The formats of files that are written, and the options that each takes. Every format is also read, under the same name,
 * by `source/formats.ts`.
 */
export interface SinkFormatOptions {
  /** Of Arrow files and streams. */
  readonly arrow: ArrowWriteOptions
  /** Of Parquet files. */
  readonly parquet: ParquetWriteOptions
  /** Of CSV files. */
  readonly csv: CsvWriteOptions
  /** Of NDJSON files, which take none. */
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
   * Rows per row group, fewer where they have more than 64 MiB of text, which is also what a file holds in memory while it is written, from 1.
   *
   * @defaultValue 122,880, fewer from 137 columns on
   */
  readonly rowGroupRows?: number
}

/** How CSV files are written. */
export interface CsvWriteOptions {
  /**
   * One ASCII character between fields.
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
   * One ASCII character around fields that need it; doubled inside of one it stands for itself.
   *
   * @defaultValue `"`
   */
  readonly quote?: string
  /**
   * The text that stands for null, never quoted; the same text as a value is.
   *
   * @defaultValue no text; `""` in a table of one column, whose lines would otherwise be empty
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
   * Whether what is at the path is replaced; otherwise it is `output_exists`. A directory is replaced as a whole, and only
   * if it holds nothing but files that jobs write.
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
    /**
     * The directory, free of links, that it must lie under when it is written, whatever links are made meanwhile; the
     * files that are told of are relative to it. Absent, it may lie anywhere.
     */
    readonly root?: string
  }
}[keyof SinkFormatOptions]

/** What one task writes; travels with it. */
export interface TaskSink {
  readonly spec: SinkSpec
  /** Where its files go until all of the job's are complete, each attempt's below a directory of its own. */
  readonly directory: string
  /**
   * `whole`: files that are complete. `part`: one piece of a file that is put together from those of all tasks, without
   * its end and, but for the first task's, without its beginning.
   */
  readonly writes: 'whole' | 'part'
}

/** A file, or a piece of one, that a task has written. */
export interface TaskFile {
  /** Below the tasks' directory: the attempt's, then what it has in the directory that is written. */
  readonly path: string
  readonly rows: number
  readonly bytes: number
  /** What the end of a file has to know of this piece, in the format's own terms. */
  readonly tail: Uint8Array
}

/** A file that was written. */
export interface WrittenFile {
  /** Absolute; relative to the write root where a server wrote it. */
  readonly path: string
  /** How many rows it has. */
  readonly rows: number
  /** Its size. */
  readonly bytes: number
}

/** What was written. */
export interface WriteSummary {
  /** How many rows, over all files. */
  readonly rows: number
  /** The size of all files together. */
  readonly bytes: number
  /** In the order of their rows. */
  readonly files: readonly WrittenFile[]
}
