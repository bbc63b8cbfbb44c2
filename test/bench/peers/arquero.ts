// Arquero as a yardstick: tables of typed arrays and arrays of strings, the form its generated loops are fastest on.

import { type ColumnTable, table } from 'arquero'
import { type Cells, cellsOfColumns } from '../measure/cells.ts'
import type { MemoryTable } from '../measure/engine.ts'
import { type Variant, variant } from '../measure/workload.ts'

const made = new WeakMap<MemoryTable, Map<string, ArrayLike<unknown>>>()

/** A table with these columns of ours; each column is converted once. */
export function arqueroTable(source: MemoryTable, columns: readonly string[]): ColumnTable {
  const known = made.get(source) ?? new Map<string, ArrayLike<unknown>>()
  made.set(source, known)
  for (const name of columns) if (!known.has(name)) known.set(name, flatten(source, name))
  return table(columns.map((name): [string, ArrayLike<unknown>] => [name, known.get(name) ?? []]))
}

/** A query whose result is a table of arrays. */
export const arqueroQuery = (query: () => ColumnTable, label = 'Arquero'): Variant =>
  variant('arquero', label, query, cellsOfArquero)

/** `reify` turns filters and orders, which Arquero keeps as masks and indices, into rows. */
function cellsOfArquero(result: ColumnTable): Cells {
  const rows = result.reify()
  return cellsOfColumns(rows.columnNames().map((name) => rows.array(name) as ArrayLike<unknown>))
}

function flatten({ schema, batches, rows }: MemoryTable, name: string): ArrayLike<unknown> {
  const at = schema.findIndex((field) => field.name === name)
  const [first] = batches
  const values = first?.data.children[at]?.values as Float64Array
  if (schema[at]?.type.kind === 'utf8') return batches.flatMap((batch) => [...(batch.getChildAt(at) ?? [])])
  const flat = new (values.constructor as Float64ArrayConstructor)(rows)
  let start = 0
  for (const batch of batches) {
    flat.set(batch.data.children[at]?.values as Float64Array, start)
    start += batch.numRows
  }
  return flat
}
