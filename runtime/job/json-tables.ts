// The tables that a document brings along for its SQL text, by name: `"tables": { "t": { "part": "t" } }`. Its own names come
// before those that are registered.

import { asArray, asObject, below } from './json-checks.ts'
import { type JsonSource, parseSource } from './json-source.ts'

/** A table before its paths and names are looked up. */
interface DocumentTable {
  readonly source: JsonSource
  readonly pointer: string
}

export type DocumentTables = ReadonlyMap<string, DocumentTable>

const MAX_TABLES = 100

/** @throws {PlanError} `invalid_job` with `details.pointer`. */
export function parseTables(json: unknown, pointer: string): DocumentTables {
  const entries = Object.entries(asObject(json, pointer))
  asArray(entries, pointer, MAX_TABLES)
  return new Map(
    entries.map(([name, source]) => {
      const here = below(pointer, name)
      return [name, { source: parseSource(source, here), pointer: here }]
    }),
  )
}

/** A table by its name: exactly, or else in any case. */
export function findDocumentTable(tables: DocumentTables, name: string): DocumentTable | undefined {
  const inAnyCase = (): DocumentTable | undefined =>
    [...tables].find(([candidate]) => candidate.toLowerCase() === name.toLowerCase())?.[1]
  return tables.get(name) ?? inAnyCase()
}
