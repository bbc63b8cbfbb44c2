// Tables that are named when a server or a command starts: `flights=data/flights.parquet`. Whoever starts it vouches for
// the paths, so they need not lie under a data root.

import { invalidArgument } from '../functions/options.ts'
import { resolvePaths } from '../runtime/context/paths.ts'
import type { SessionContext } from '../runtime/context/session.ts'
import { DataFrame } from '../runtime/dataframe.ts'
import { fileFormats, sourceOfPath } from '../runtime/source/formats.ts'
import type { SourceSpec } from '../runtime/source/source.ts'

/**
 * The sources of the files that are to become tables.
 *
 * @param tables - Paths by name, relative to the working directory; their extensions say their formats.
 * @throws {PlanError} `invalid_argument` when an extension is not one of a format.
 */
export function tableSources(tables: Readonly<Record<string, string>>): ReadonlyMap<string, SourceSpec> {
  return new Map(Object.entries(tables).map(([name, path]) => [name, sourceOf(name, path)]))
}

function sourceOf(name: string, path: string): SourceSpec {
  const source = sourceOfPath(path)
  if (source !== undefined) return { ...source, paths: resolvePaths(source.paths) }
  const extensions = fileFormats().flatMap((format) => format.extensions)
  throw invalidArgument(
    `Cannot make table "${name}" of "${path}": its name must end in one of .${extensions.join(', .')}`,
  )
}

/** Registers the tables with a session; nothing is opened. */
export function registerTables(session: SessionContext, tables: ReadonlyMap<string, SourceSpec>): void {
  for (const [name, source] of tables) session.registerTable(name, new DataFrame(session, { source, steps: [] }))
}

/** Opens each table once. @throws {DataError} When one does not exist or is not what its name says. */
export async function checkTables(session: SessionContext, names: Iterable<string>): Promise<void> {
  for (const name of names) await session.table(name).schema()
}
