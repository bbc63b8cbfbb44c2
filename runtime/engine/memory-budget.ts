// How much memory the operators of one run may hold on to: groups and their states, rows waiting to be sorted. What
// passes through batch by batch is not counted.

import type { Batch, Column } from '../../functions/column/column.ts'
import { listItems } from '../../functions/column/lists.ts'
import { ResourceError } from '../../functions/errors.ts'

const MIB = 1024 * 1024

export class MemoryBudget {
  readonly limitBytes: number
  #used = 0

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#used
  }

  /**
   * Notes that an operator holds more, or less, than before.
   *
   * @throws {ResourceError} `memory_limit` when all together hold too much.
   */
  change(bytes: number, what: string): void {
    this.#used += bytes
    if (this.#used <= this.limitBytes) return
    throw new ResourceError(
      'memory_limit',
      `Cannot hold ${what}: ${Math.ceil(this.#used / MIB)} MiB are needed, the limit is ${Math.floor(this.limitBytes / MIB)} MiB. Raise maxMemoryBytes, or use more partitions`,
      { details: { limitBytes: this.limitBytes, usedBytes: this.#used } },
    )
  }
}

/** The memory that the columns of a batch take, about. */
export const batchBytes = ({ columns }: Batch): number => columns.reduce((sum, column) => sum + columnBytes(column), 0)

function columnBytes(column: Column): number {
  const valid = column.valid?.byteLength ?? 0
  switch (column.storage) {
    case 'dictionary':
      return valid + column.codes.byteLength
    case 'null':
      return valid
    case 'object': {
      const lists = listItems(column)
      const values = lists === undefined ? OBJECT_BYTES * column.length : 4 * column.length + columnBytes(lists.items)
      return valid + values
    }
    case 'bytes':
      return valid + column.offsets.byteLength + (column.offsets[column.length] ?? 0) - (column.offsets[0] ?? 0)
    default:
      return valid + column.values.byteLength
  }
}

/** What a value that is kept as a JavaScript object takes, about. */
export const OBJECT_BYTES = 64
