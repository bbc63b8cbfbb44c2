/**
 * What the methods `writeParquet`, `writeCsv`, `writeJson` and `writeArrow` of a DataFrame take and give.
 *
 * docs/guide/writing-files.md tells how files are written.
 *
 * @module Writing files
 */

export type {
  ArrowWriteOptions,
  CsvWriteOptions,
  ParquetWriteOptions,
  SinkFormatOptions,
  SinkSpec,
  WriteOptions,
  WriteSummary,
  WrittenFile,
} from '../../runtime/index.ts'
