// The seam between files and the engine: how a source is opened (in the parent: footers, headers and samples only) and how
// one partition of it is read (in a worker). Each kind's code is loaded when it is first needed, so that opening never
// loads a reader. Never decides which paths may be read: data roots are the concern of the callers.

import type { RecordBatch } from 'apache-arrow'
import type { OpenedSource, ReadOptions, SourcePartition, SourceSpec } from './source.ts'

/**
 * Finds a source's columns and how it can be cut, reading footers, headers or a sample only.
 *
 * @throws {DataError} `source_not_found` when a path or glob names no file; `source_unreadable` when a file is not what
 * the kind says; `schema_mismatch` when files differ in their columns.
 */
export async function openSource(spec: SourceSpec): Promise<OpenedSource> {
  switch (spec.kind) {
    case 'parquet':
      return (await import('./parquet/open-parquet.ts')).openParquet(spec.paths)
    case 'arrow':
      return (await import('./arrow/open-arrow.ts')).openArrow(spec.paths)
    case 'memory':
      return (await import('./arrow/open-arrow.ts')).openMemory(spec.bytes)
    case 'csv':
      return (await import('./csv/open-csv.ts')).openCsv(spec.paths, spec.options)
    case 'json':
      return (await import('./json/open-json.ts')).openJson(spec.paths, spec.options)
  }
}

/**
 * Reads one partition as record batches.
 *
 * @param partition - One of those that `openSource` of the same `spec` gave.
 * @throws {DataError} `source_not_found`, `source_unreadable`, `invalid_value`.
 * @throws {CancelledError} `cancelled`, between batches, once `options.signal` is aborted.
 * @throws {InternalError} When `options.columns` names a column the source does not have.
 */
export async function* readPartition(
  spec: SourceSpec,
  partition: SourcePartition,
  options: ReadOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  switch (spec.kind) {
    case 'parquet':
      return yield* (await import('./parquet/read-parquet.ts')).readParquet(partition, options)
    case 'arrow':
      return yield* (await import('./arrow/read-arrow.ts')).readArrow(partition, options)
    case 'memory':
      return yield* (await import('./arrow/read-arrow.ts')).readMemory(spec.bytes, partition, options)
    case 'csv':
      return yield* (await import('./csv/read-csv.ts')).readCsv(partition, spec.options ?? {}, options)
    case 'json':
      return yield* (await import('./json/read-json.ts')).readJson(partition, options)
  }
}

/**
 * What one task needs of a source: for `memory`, only the bytes of its own batches; other kinds stay as they are.
 *
 * @returns A spec and a partition to give to `readPartition` together.
 */
export async function narrowSource(
  spec: SourceSpec,
  partition: SourcePartition,
): Promise<{ spec: SourceSpec; partition: SourcePartition }> {
  if (spec.kind !== 'memory') return { spec, partition }
  const narrow = await (await import('./arrow/narrow-memory.ts')).narrowMemory(spec.bytes, partition)
  return { spec: { kind: 'memory', bytes: narrow.bytes }, partition: narrow.partition }
}
