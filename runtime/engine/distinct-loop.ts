// DISTINCT for any aggregate: of the rows that come, those that are new to their group go through the aggregate's own
// loop. Partial states are lists of distinct rows, which go the same way when they are merged.

import type { AggregateKernel } from '../../functions/aggregate/contract.ts'
import { itemOfRow, rowOfItem } from '../../functions/aggregate/distinct.ts'
import type { BoundAggregate } from '../../functions/bind/aggregate.ts'
import type { Bound } from '../../functions/bind/bound.ts'
import type { Column, PlainColumn } from '../../functions/column/column.ts'
import { resolveDictionary } from '../../functions/column/take.ts'
import { columnOf } from '../../functions/column/target.ts'
import type { Value } from '../../functions/expr/node.ts'
import { AggregateLoop, type LoopTargets } from './aggregate-loop.ts'
import { DistinctRows } from './distinct-rows.ts'
import { PreparedBatch, type Selection } from './prepared-batch.ts'
import { Projection } from './projection.ts'
import { valueReader } from './value-reader.ts'

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
  update(prepared: PreparedBatch, selection: Selection | undefined, rows: DistinctRows, targets: LoopTargets): void {
    const passing = this.#pass(prepared, selection, targets.groups)
    const count = passing.selection?.count ?? prepared.length
    const read = this.#args.flatMap((arg) => (arg.kind === 'input' ? [prepared.column(arg.index)] : []))
    const rowOfPartition = (row: number): number => prepared.rowOfPartition(row)
    if (read.length === this.#args.length) {
      // Columns are read where they stand.
      this.#add({ columns: read, count, selection: passing.selection, rowOfPartition }, rows, {
        ...targets,
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
    this.#add(computed, rows, { ...targets, ...passing })
  }

  /** Takes in partial states: lists of distinct rows, one for each row of the column. */
  merge(states: Column, rows: DistinctRows, targets: LoopTargets): void {
    const list = valueReader(resolveDictionary(states))
    const values = this.#args.map((): Value[] => [])
    const groups: number[] = []
    for (let row = 0; row < states.length; row++) {
      for (const item of (list(row) ?? []) as readonly Value[]) {
        rowOfItem(item, values.length).forEach((value, i) => {
          values[i]?.push(value)
        })
        groups.push(targets.groups?.[row] ?? 0)
      }
    }
    const columns = this.#args.map(({ type }, i) => columnOf(values[i] ?? [], type))
    const merged: ArgumentRows = { columns, count: groups.length, selection: undefined, rowOfPartition: (row) => row }
    this.#add(merged, rows, { ...targets, groups: targets.groups && Int32Array.from(groups) })
  }

  /** The partial states of `size` groups. */
  states(rows: DistinctRows, size: number, type: PlainColumn['type']): PlainColumn {
    const lists = Array.from({ length: size }, (): Value[] => [])
    rows.forEach((group, row) => {
      if (!this.#skipsNulls || !row.includes(null)) lists[group]?.push(itemOfRow(row))
    })
    return columnOf(lists, type)
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

  #add({ columns, count, selection, rowOfPartition }: ArgumentRows, rows: DistinctRows, targets: LoopTargets): void {
    const fresh = rows.add(columns, count, targets.groups, selection)
    const positions = new Int32Array(fresh.length)
    const groups = new Int32Array(targets.groups === undefined ? 0 : fresh.length)
    let found = 0
    for (const j of fresh) {
      const position = selection?.positions[j] ?? j
      if (this.#skipsNulls && columns.some((column) => isNull(column, position))) continue
      positions[found] = position
      groups[found++] = targets.groups?.[j] ?? 0
    }
    if (found === 0) return
    const prepared = new PreparedBatch(columns[0]?.length ?? 0, (index) => columns[index], rowOfPartition)
    this.#loop.run(prepared, { positions, count: found }, { ...targets, groups: targets.groups && groups })
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

function isNull(column: Column, row: number): boolean {
  if (column.storage === 'null' || column.valid?.[row] === 0) return true
  return column.storage === 'dictionary' && isNull(column.dictionary, column.codes[row] ?? 0)
}
