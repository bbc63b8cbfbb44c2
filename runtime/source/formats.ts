// The table of source formats: what each is called, how its options are written in JSON, how it is opened (in the parent:
// footers, headers and samples only) and how one partition of it is read (in a worker). Each format's code is loaded when
// it is first needed: opening never loads a reader, and a worker starts without any. Never decides which paths may be
// read: data roots are the concern of the callers.

import type { RecordBatch } from 'apache-arrow'
import { createError } from '../../functions/errors.ts'
import { columnsOfTable } from '../../functions/udf/table-rows.ts'
import type {
  DeclaredTypes,
  FileSpec,
  FormatOptions,
  OpenedSource,
  ReadOptions,
  SourcePartition,
  SourceSpec,
} from './source.ts'

type Kind = SourceSpec['kind']
type SpecOf<Format extends Kind> = Extract<SourceSpec, { readonly kind: Format }>

/** A format of files, or of bytes in memory. */
export interface SourceFormat<Format extends Kind = Kind> {
  readonly kind: Format
  /** Extensions of its files, in lower case and without the dot. */
  readonly extensions: readonly string[]
  /** How its options are written in JSON; absent where it takes none. */
  readonly fromJson?: Format extends keyof FormatOptions ? JsonForms<NonNullable<FormatOptions[Format]>> : never
  open(spec: SpecOf<Format>): Promise<OpenedSource>
  read(spec: SpecOf<Format>, partition: SourcePartition, options: ReadOptions): Promise<AsyncIterable<RecordBatch>>
  /** Cuts the spec down to what one partition needs; absent, the whole spec travels with every task. */
  narrow?(spec: SpecOf<Format>, partition: SourcePartition): Promise<NarrowSource>
}

/** `character`: one ASCII character; `count`: a whole number from 1; `types`: names of types by column. */
export type JsonForm = 'boolean' | 'character' | 'count' | 'texts' | 'types'

/** The form of every option, derived from its type: an option without a form does not compile. */
type JsonForms<Options> = { readonly [Name in keyof Options]-?: JsonFormOf<NonNullable<Options[Name]>> }

type JsonFormOf<Option> = [Option] extends [boolean]
  ? 'boolean'
  : [Option] extends [string]
    ? 'character'
    : [Option] extends [number]
      ? 'count'
      : [Option] extends [readonly string[]]
        ? 'texts'
        : [Option] extends [DeclaredTypes]
          ? 'types'
          : never

/** A spec and a partition to give to `readPartition` together. */
interface NarrowSource {
  readonly spec: SourceSpec
  readonly partition: SourcePartition
}

type Table = { readonly [Format in keyof FormatOptions]: SourceFormat<Format> } & {
  readonly memory: SourceFormat<'memory'>
  readonly pending: SourceFormat<'pending'>
  readonly function: SourceFormat<'function'>
  readonly series: SourceFormat<'series'>
}

const table: Table = {
  arrow: {
    kind: 'arrow',
    extensions: ['arrow', 'arrows', 'feather', 'ipc'],
    open: async ({ paths }) => (await import('./arrow/open-arrow.ts')).openArrow(paths),
    read: async (_, partition, options) => (await import('./arrow/read-arrow.ts')).readArrow(partition, options),
  },
  parquet: {
    kind: 'parquet',
    extensions: ['parquet'],
    open: async ({ paths }) => (await import('./parquet/open-parquet.ts')).openParquet(paths),
    read: async (_, partition, options) => (await import('./parquet/read-parquet.ts')).readParquet(partition, options),
  },
  csv: {
    kind: 'csv',
    extensions: ['csv', 'tsv'],
    fromJson: {
      delimiter: 'character',
      header: 'boolean',
      quote: 'character',
      nullValues: 'texts',
      schema: 'types',
      sampleRows: 'count',
    },
    open: async ({ paths, options }) => (await import('./csv/open-csv.ts')).openCsv(paths, options),
    read: async ({ options: csv }, partition, options) =>
      (await import('./csv/read-csv.ts')).readCsv(partition, csv ?? {}, options),
  },
  json: {
    kind: 'json',
    extensions: ['ndjson', 'jsonl'],
    fromJson: { schema: 'types', sampleRows: 'count' },
    open: async ({ paths, options }) => (await import('./json/open-json.ts')).openJson(paths, options),
    read: async (_, partition, options) => (await import('./json/read-json.ts')).readJson(partition, options),
  },
  memory: {
    kind: 'memory',
    extensions: [],
    open: async ({ bytes }) => (await import('./arrow/open-arrow.ts')).openMemory(bytes),
    read: async ({ bytes }, partition, options) =>
      (await import('./arrow/read-arrow.ts')).readMemory(bytes, partition, options),
    narrow: ({ bytes }, partition) => narrowBytes(bytes, partition),
  },
  pending: {
    kind: 'pending',
    extensions: [],
    open: async ({ bytes }) => (await import('./arrow/open-arrow.ts')).openMemory(await bytes()),
    read: async ({ bytes }, partition, options) =>
      (await import('./arrow/read-arrow.ts')).readMemory(await bytes(), partition, options),
    narrow: async ({ bytes }, partition) => narrowBytes(await bytes(), partition),
  },
  function: {
    kind: 'function',
    extensions: [],
    open: async ({ udf }) => ({
      schema: columnsOfTable(udf),
      partitions: () => [{ slices: [], bytes: 0 }],
    }),
    read: async (spec, _, options) => (await import('./function/read-function.ts')).readFunction(spec, options),
  },
  series: {
    kind: 'series',
    extensions: [],
    open: async (spec) => (await import('./series/open-series.ts')).openSeries(spec),
    read: async (spec, partition, options) =>
      (await import('./series/read-series.ts')).readSeries(spec, partition, options),
  },
}

async function narrowBytes(bytes: Uint8Array, partition: SourcePartition): Promise<NarrowSource> {
  const narrow = await (await import('./arrow/narrow-memory.ts')).narrowMemory(bytes, partition)
  return { spec: { kind: 'memory', bytes: narrow.bytes }, partition: narrow.partition }
}

const formats = new Map<string, SourceFormat>(Object.entries(table))

/**
 * Adds a file format to this process's table. Workers have tables of their own, so a worker context has to register the
 * format as well.
 *
 * @throws {PlanError} `invalid_argument` when there is one of that kind.
 */
export function registerFormat<Format extends keyof FormatOptions>(format: SourceFormat<Format>): void {
  if (formats.has(format.kind)) {
    throw createError('invalid_argument', `Cannot register the format "${format.kind}": there is one of that name`)
  }
  formats.set(format.kind, format)
}

const withoutFiles: ReadonlySet<string> = new Set(['memory', 'pending', 'function', 'series'])

/** The file formats: all but what is in memory, or will be. */
export const fileFormats = (): readonly SourceFormat<FileSpec['kind']>[] => [...formats.values()].filter(isOfFiles)

const isOfFiles = (format: SourceFormat): format is SourceFormat<FileSpec['kind']> => !withoutFiles.has(format.kind)

/** The source that a path's extension tells; undefined when it tells none. */
export function sourceOfPath(path: string): FileSpec | undefined {
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const format = fileFormats().find(({ extensions }) => extensions.includes(extension))
  return format === undefined ? undefined : { kind: format.kind, paths: [path] }
}

/**
 * Finds a source's columns and how it can be cut, reading footers, headers or a sample only.
 *
 * @throws {DataError} `source_not_found` when a path or glob names no file; `source_unreadable` when a file is not what
 * the kind says; `schema_mismatch` when files differ in their columns.
 */
export async function openSource(spec: SourceSpec): Promise<OpenedSource> {
  return formatOf(spec).open(spec)
}

/**
 * Reads one partition as record batches.
 *
 * @param partition - One of those that `openSource` of the same `spec` gave.
 * @throws {DataError} `source_not_found`, `source_unreadable`, `invalid_value`. Files that change meanwhile are
 * `source_unreadable`: at the latest when the last batch has been read.
 * @throws {CancelledError} `cancelled`, between batches, once `options.signal` is aborted.
 * @throws {InternalError} When `options.columns` names a column the source does not have.
 */
export async function* readPartition(
  spec: SourceSpec,
  partition: SourcePartition,
  options: ReadOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  await checkFiles(partition)
  try {
    yield* await formatOf(spec).read(spec, partition, options)
  } finally {
    // In place of whatever went wrong in between: half a file of each kind explains every other error.
    await checkFiles(partition)
  }
}

/** What is in memory has no files; what looks at them is loaded when there are some, as the readers are. */
async function checkFiles({ slices }: SourcePartition): Promise<void> {
  if (slices.every(({ path }) => path === undefined)) return
  const { checkVersions } = await import('./files.ts')
  await checkVersions(slices)
}

/** The part of a source that one task needs: of bytes in memory its own batches; a file spec stays as it is. */
export async function narrowSource(spec: SourceSpec, partition: SourcePartition): Promise<NarrowSource> {
  return (await formatOf(spec).narrow?.(spec, partition)) ?? { spec, partition }
}

function formatOf({ kind }: SourceSpec): SourceFormat {
  const format = formats.get(kind)
  if (format !== undefined) return format
  throw createError(
    'invalid_argument',
    `Cannot read a source of kind "${kind}": this process has no such format, register it here`,
  )
}
