// DISTINCT for any aggregate: of the rows that come, those that are new to their group go through the aggregate's own
// loop. Partial states are lists of distinct rows, which go the same way when they are merged.

import { itemOfRow, rowOfItem } from '../../../functions/aggregate/distinct.ts'
import type { BoundAggregate } from '../../../functions/bind/aggregate.ts'
import type { Bound } from '../../../functions/bind/bound.ts'
import type { Column, PlainColumn } from '../../../functions/column/column.ts'
import { listColumn, listItems } from '../../../functions/column/lists.ts'
import { columnOf } from '../../../functions/column/output-buffer.ts'
import { sliceColumn } from '../../../functions/column/slice.ts'
import { resolveDictionary, takeRows } from '../../../functions/column/take.ts'
import type { AggregateKernel } from '../../../functions/contract/aggregate.ts'
import type { DataType } from '../../../functions/types/type.ts'
import type { Value } from '../../../functions/types/value.ts'
import { PreparedBatch, type Selection } from '../prepared-batch.ts'
import { Projection } from '../projection.ts'
import { valueReader } from '../value-reader.ts'
import { AggregateLoop, type LoopBuffers } from './aggregate-loop.ts'
import { DistinctRows } from './distinct-rows.ts'

/** Rows to look up: their arguments, and how they are called in the partition. */
interface ArgumentRows {
  readonly columns: readonly Column[]
  readonly count: number
  /** Where each row's values are in the columns; at its own place without. */
  readonly selection: Selection | undefined
  readonly rowOfPartition: (row: number) => number
}

export class DistinctLoop {
  readonly #args: readonly Bound[]
  readonly #skipsNulls: boolean
  readonly #projection: Projection
  readonly #filter: Projection | undefined
  readonly #loop: AggregateLoop

  /** @param inner - What is computed of the distinct rows, and in how many slots. */
  constructor(
    { args, filter, nulls }: Pick<BoundAggregate, 'args' | 'filter' | 'nulls'>,
    inner: { readonly kernel: AggregateKernel; readonly slots: number },
  ) {
    this.#args = args
    this.#skipsNulls = nulls === 'skip'
    this.#projection = new Projection(args)
    this.#filter = filter === undefined ? undefined : new Projection([filter])
    const looksAtNone = inner.kernel.grouped?.ignoresArguments === true
    const inputs = looksAtNone ? [] : args.map(asInput)
    const part = { ...inner, inputs, filter: undefined, skipsNulls: this.#skipsNulls }
    this.#loop = new AggregateLoop([part], false)
  }

  /** What one run remembers. */
  rows(grouped: boolean): DistinctRows {
    return new DistinctRows(
      this.#args.map(({ type }) => type),
      grouped,
    )
  }

  /** Brings the selected rows, as far as they are new, into the slots of their groups. */
  update(prepared: PreparedBatch, selection: Selection | undefined, rows: DistinctRows, buffers: LoopBuffers): void {
    const passing = this.#pass(prepared, selection, buffers.groups)
    const count = passing.selection?.count ?? prepared.length
    const read = this.#args.flatMap((arg) => (arg.kind === 'input' ? [prepared.column(arg.index)] : []))
    const rowOfPartition = (row: number): number => prepared.rowOfPartition(row)
    if (read.length === this.#args.length) {
      // Columns are read where they stand.
      this.#add({ columns: read, count, selection: passing.selection, rowOfPartition }, rows, {
        ...buffers,
        ...passing,
      })
      return
    }
    const { columns } = this.#projection.run(prepared, passing.selection)
    const positions = passing.selection?.positions
    const computed: ArgumentRows = {
      columns,
      count,
      selection: undefined,
      rowOfPartition: (row) => rowOfPartition(positions?.[row] ?? row),
    }
    this.#add(computed, rows, { ...buffers, ...passing })
  }

  /** Takes in partial states: lists of distinct rows, one for each row of the column. */
  merge(states: Column, rows: DistinctRows, buffers: LoopBuffers): void {
    const { offsets, columns } = this.#itemsOf(resolveDictionary(states))
    const count = columns[0]?.length ?? 0
    const merged: ArgumentRows = { columns, count, selection: undefined, rowOfPartition: (row) => row }
    const groups = buffers.groups && new Int32Array(count)
    if (groups !== undefined)
      for (let row = 0; row < states.length; row++)
        groups.fill(buffers.groups?.[row] ?? 0, offsets[row], offsets[row + 1])
    this.#add(merged, rows, { ...buffers, groups })
  }

  /** The arguments in lists of distinct rows. */
  #itemsOf(states: PlainColumn): { readonly offsets: Int32Array; readonly columns: readonly PlainColumn[] } {
    const lists = states.storage === 'object' ? listItems(states) : undefined
    const start = lists?.offsets[0] ?? 0
    if (lists !== undefined && this.#args.length === 1) {
      const items = sliceColumn(lists.items, start, lists.offsets[states.length] ?? start)
      return { offsets: lists.offsets.map((offset) => offset - start), columns: [resolveDictionary(items)] }
    }
    const list = valueReader(states)
    const values = this.#args.map((): Value[] => [])
    const offsets = new Int32Array(states.length + 1)
    for (let row = 0; row < states.length; row++) {
      const items = (list(row) ?? []) as readonly Value[]
      offsets[row + 1] = (offsets[row] ?? 0) + items.length
      for (const item of items)
        for (const [i, value] of rowOfItem(item, values.length).entries()) values[i]?.push(value)
    }
    return { offsets, columns: this.#args.map(({ type }, i) => columnOf(values[i] ?? [], type)) }
  }

  /** The partial states of `size` groups. */
  states(rows: DistinctRows, size: number, type: DataType): PlainColumn {
    const columns = rows.values()
    const keeps = (value: number): boolean => !this.#skipsNulls || !columns.some((column) => isNull(column, value))
    const { offsets, ids } = rows.byGroup(size, keeps)
    const [only, ...others] = columns
    const items =
      only !== undefined && others.length === 0
        ? takeRows(only, ids, ids.length)
        : columnOf(structs(columns, ids), type.kind === 'list' ? type.item.type : type)
    return listColumn(type, size, undefined, { offsets, items })
  }

  /** The rows for which FILTER is true, and their groups. */
  #pass(
    prepared: PreparedBatch,
    selection: Selection | undefined,
    groups: Int32Array | undefined,
  ): { readonly selection: Selection | undefined; readonly groups: Int32Array | undefined } {
    const [mask] = this.#filter?.run(prepared, selection).columns ?? []
    if (mask === undefined) return { selection, groups }
    const passes = valueReader(resolveDictionary(mask))
    const positions = new Int32Array(mask.length)
    const own = new Int32Array(groups === undefined ? 0 : mask.length)
    let count = 0
    for (let j = 0; j < mask.length; j++) {
      if (passes(j) !== true) continue
      positions[count] = selection?.positions[j] ?? j
      own[count++] = groups?.[j] ?? 0
    }
    return { selection: { positions, count }, groups: groups && own }
  }

  #add({ columns, count, selection, rowOfPartition }: ArgumentRows, rows: DistinctRows, buffers: LoopBuffers): void {
    const fresh = rows.add(columns, count, buffers.groups, selection)
    const positions = new Int32Array(fresh.length)
    const groups = new Int32Array(buffers.groups === undefined ? 0 : fresh.length)
    let found = 0
    for (const j of fresh) {
      const position = selection?.positions[j] ?? j
      if (this.#skipsNulls && columns.some((column) => isNull(column, position))) continue
      positions[found] = position
      groups[found++] = buffers.groups?.[j] ?? 0
    }
    if (found === 0) return
    const prepared = new PreparedBatch(columns[0]?.length ?? 0, (index) => columns[index], rowOfPartition)
    this.#loop.run(prepared, { positions, count: found }, { ...buffers, groups: buffers.groups && groups })
  }
}

/** An argument as a column of its own. */
const asInput = ({ type, nullable }: Bound, index: number): Bound => ({
  kind: 'input',
  id: index,
  index,
  name: `a${index}`,
  type,
  nullable,
})

function structs(columns: readonly PlainColumn[], ids: Int32Array): readonly Value[] {
  const readers = columns.map(valueReader)
  return Array.from(ids, (id) => itemOfRow(readers.map((read) => read(id))))
}

function isNull(column: Column, row: number): boolean {
  if (column.storage === 'null' || column.valid?.[row] === 0) return true
  return column.storage === 'dictionary' && isNull(column.dictionary, column.codes[row] ?? 0)
}
