// Columns of lists whose items stand in a column of their own, as Arrow has them. To everybody else they are columns of
// JavaScript values, made when somebody asks; whoever knows better takes the items.

import type { DataType } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { type Column, type ObjectColumn, valueAt } from './column.ts'

/** The items of row `i` are `items[offsets[i]]` up to `items[offsets[i + 1]]`. */
export interface ListItems {
  readonly offsets: Int32Array
  readonly items: Column
}

/** By the column itself: what is made of it by a spread has other rows, and no items. */
const known = new WeakMap<ObjectColumn, ListItems>()

/** A column of lists of these items. */
export function listColumn(
  type: DataType,
  length: number,
  valid: Uint8Array | undefined,
  lists: ListItems,
): ObjectColumn {
  let values: readonly Value[] | undefined
  const column: ObjectColumn = {
    storage: 'object',
    type,
    length,
    valid,
    get values() {
      values ??= Array.from({ length }, (_, row) => (valid?.[row] === 0 ? null : listAt(lists, row)))
      return values
    },
  }
  known.set(column, lists)
  return column
}

/** The items of a column of lists, where they stand in a column. */
export const listItems = (column: ObjectColumn): ListItems | undefined => known.get(column)

function listAt({ offsets, items }: ListItems, row: number): readonly Value[] {
  const start = offsets[row] ?? 0
  return Array.from({ length: (offsets[row + 1] ?? start) - start }, (_, i) => valueAt(items, start + i))
}
