// Tables that are named when a server or a command starts: `flights=data/flights.parquet`. Whoever starts it vouches for
// the paths, so they need not lie under a data root.

import { resolvePaths } from '../runtime/context/paths.ts'
import type { SessionContext } from '../runtime/context/session.ts'
import { DataFrame } from '../runtime/dataframe.ts'
import { sourceOfPath } from '../runtime/json-source.ts'

/**
 * Registers files as tables.
 *
 * @param tables - Paths by name, relative to the working directory; their extensions tell what they are.
 * @throws {RangeError} When an extension tells nothing.
 */
export function registerTables(session: SessionContext, tables: Readonly<Record<string, string>>): void {
  for (const [name, path] of Object.entries(tables)) {
    const source = sourceOfPath(path)
    if (source === undefined) {
      throw new RangeError(
        `Cannot make table "${name}" of "${path}": its name must end in .parquet, .arrow, .csv, .tsv, .ndjson or .jsonl`,
      )
    }
    const spec = { ...source, paths: resolvePaths(source.paths) }
    session.registerTable(name, new DataFrame(session, { source: spec, steps: [] }))
  }
}

/** Opens each table once. @throws {DataError} When one is not there or not what it says. */
export async function checkTables(session: SessionContext, names: Iterable<string>): Promise<void> {
  for (const name of names) await session.table(name).schema()
}
