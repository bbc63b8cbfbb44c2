// Arquero as a yardstick: tables of typed arrays and arrays of strings, the form its generated loops are fastest on.
// A table lives only while Arquero's turn lasts: millions of strings on the heap would make every other engine in this
// process pay for tracing them.

import { type ColumnTable, table } from 'arquero'
import { type Cells, cellsOfColumns } from '../measure/cells.ts'
import type { MemoryTable } from '../measure/engine.ts'
import { type Variant, variant } from '../measure/workload.ts'

/** A query over some columns of a table of ours; its result is a table of arrays. */
export function arqueroQuery(
  source: MemoryTable,
  columns: readonly string[],
  query: (flat: ColumnTable) => ColumnTable,
  label = 'Arquero',
): Variant {
  let flat: ColumnTable | undefined
  return {
    ...variant('arquero', label, () => query(flat as ColumnTable), cellsOfArquero),
    setUp: () => {
      flat = table(columns.map((name): [string, ArrayLike<unknown>] => [name, flatten(source, name)]))
    },
    tearDown: () => {
      flat = undefined
    },
  }
}

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
