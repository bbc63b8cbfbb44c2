/**
 * A session reads files and data in memory into DataFrames, knows tables and functions by name, and owns the workers
 * that jobs run in.
 *
 * | you have | call |
 * | --- | --- |
 * | files | `readParquet`, `readCsv`, `readJson`, `readArrow` |
 * | data in memory | `fromArrow`, `fromColumns`, `fromRows` |
 * | a table with a name | `registerTable`, then `table` or `sql` |
 * | a function that SQL text should find | `registerUdf`, `registerUdaf`, `registerUdwf`, `registerUdtf` |
 *
 * What a table can be asked is on the page of DataFrames.
 *
 * @module Session
 */

export {
  type ColumnValues,
  type CsvOptions,
  type DeclaredTypes,
  type FileSpec,
  type FunctionSpec,
  type JsonOptions,
  type MemorySpec,
  type MomentsSpec,
  type NumbersSpec,
  type PendingSpec,
  type SeriesSpec,
  SessionContext,
  type SessionOptions,
  type SourceSpec,
} from '../../runtime/index.ts'
