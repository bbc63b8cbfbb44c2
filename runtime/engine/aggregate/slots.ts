// One value per group in an array that grows with the groups.

import type { Slot } from '../../../functions/contract/aggregate.ts'
import type { Value } from '../../../functions/types/value.ts'
import { OBJECT_BYTES } from '../memory-budget.ts'

type SlotValues = Float64Array | BigInt64Array | Uint8Array | Value[]

/** What an array of slots holds. */
export interface SlotSpec {
  readonly storage: Slot['storage']
  /** Makes a new group's value. */
  readonly initial: () => Value
}

export class SlotArray {
  #values: SlotValues
  #size = 0
  readonly #initial: () => Value

  constructor({ storage, initial }: SlotSpec) {
    this.#values = emptyArray(storage)
    this.#initial = initial
  }

  get values(): SlotValues {
    return this.#values
  }

  get byteLength(): number {
    return Array.isArray(this.#values) ? OBJECT_BYTES * this.#values.length : this.#values.byteLength
  }

  at(group: number): Value {
    return this.#values[group] ?? null
  }

  /** Makes room for `size` groups, new ones with the initial value. */
  resize(size: number): void {
    if (size > this.#values.length && !Array.isArray(this.#values)) {
      const longer = new (this.#values.constructor as Float64ArrayConstructor)(Math.max(size, 2 * this.#values.length))
      longer.set(this.#values as Float64Array)
      this.#values = longer
    }
    for (; this.#size < size; this.#size++) this.#values[this.#size] = this.#initial() as never
  }
}

function emptyArray(storage: Slot['storage']): SlotValues {
  switch (storage) {
    case 'float64':
      return new Float64Array(16)
    case 'int64':
      return new BigInt64Array(16)
    case 'mask':
      return new Uint8Array(16)
    case 'object':
      return []
  }
}
