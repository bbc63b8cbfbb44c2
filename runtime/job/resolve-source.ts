// Where the names in a job document lead: tables, files, parts and table functions become sources. What there is, and what
// may be read of it, the context says.

import type { ExprNode } from '../../functions/expr/node.ts'
import { sourceOfPath } from '../source/formats.ts'
import type { Job } from './job.ts'
import { at, below } from './json-checks.ts'
import { type JobParts, partSource } from './json-part.ts'
import type { JsonSource } from './json-source.ts'
import { type DocumentTables, findDocumentTable } from './json-tables.ts'
import { namedTableSource, type TableFunctions, tableFunctionsOf } from './table-call.ts'

/** What sources may name. */
export interface SourceContext {
  /** A registered table. @throws {PlanError} `unknown_table`. */
  table(name: string): Job
  /** The files that paths mean here, absolute. @throws {DataError} `source_forbidden`, `source_not_found`. */
  files(paths: readonly string[]): Promise<readonly string[]>
  /** What came with the document; absent, it stands alone. */
  readonly parts?: JobParts | undefined
  /** The table functions that SQL text may call. Default: none. */
  readonly tableFunctions?: TableFunctions
}

/** What a call of a table function in FROM, or as a source, reads. @throws {PlanError} `unknown_function`, `type_mismatch`. */
export function tableCallOf(name: string, args: readonly ExprNode[], { tableFunctions }: SourceContext): Job {
  const known = tableFunctions ?? tableFunctionsOf([], 'There are none here')
  return { source: namedTableSource(name, args, known), steps: [] }
}

/** What FROM names: a table of the document, a registered one, or if there is none, a file by its path. */
export async function resolveTable(
  name: string,
  pointer: string,
  tables: DocumentTables,
  context: SourceContext,
): Promise<Job> {
  const own = findDocumentTable(tables, name)
  if (own !== undefined) return resolveSource(own.source, own.pointer, context)
  try {
    return at(pointer, () => context.table(name))
  } catch (error) {
    const file = sourceOfPath(name)
    if (file === undefined) throw error
    return resolveSource(file, pointer, context)
  }
}

/** A source with its names and paths looked up: a job, as registered tables are. */
export async function resolveSource(source: JsonSource, pointer: string, context: SourceContext): Promise<Job> {
  if (source.kind === 'call') return at(pointer, () => tableCallOf(source.name, source.args, context))
  if (source.kind === 'table') return at(below(pointer, 'table'), () => context.table(source.name))
  if (source.kind === 'part') return { source: partSource(source, pointer, context.parts), steps: [] }
  if (!('paths' in source)) return { source, steps: [] }
  return { source: { ...source, paths: await context.files(source.paths) }, steps: [] }
}
