// The value table of a closure: what each record stands for, by the record's index. Objects are allocated empty, so that
// anything may refer to anything, and filled once what they refer to exists. Those that need a function first are the
// fix-ups, filled last.

import { malformed } from '../errors.ts'
import { integrityLevels, propertyFlags } from '../format.ts'
import type { ShippedType } from '../shipped-type.ts'
import { type AllocationContext, allocateBuiltin } from './allocate.ts'
import type { DecodedClosure } from './decode.ts'
import { Ref } from './read-text.ts'

export class ValueTable {
  readonly #closure: DecodedClosure
  readonly #values: unknown[] = []
  readonly #made: boolean[] = []
  readonly #fixUps = new Set<number>()

  constructor(closure: DecodedClosure, imports: ReadonlyMap<number, unknown>, types: readonly ShippedType[]) {
    this.#closure = closure
    const context: AllocationContext = {
      types,
      attachment: (index) => this.#attachment(index),
      resolve: (operand) => this.#allocateAhead(operand, context),
    }
    for (const [index, record] of closure.records.entries()) {
      const [kind] = record
      if (kind === 'f' || kind === 'p' || kind === 'x' || this.#made[index]) continue
      this.set(index, kind === 'i' ? imports.get(index) : allocateBuiltin(record, context))
    }
  }

  /** The value that an operand of a record stands for. */
  get(operand: unknown): unknown {
    if (!(operand instanceof Ref)) return operand
    if (!this.has(operand)) throw malformed('a value is used before it is made')
    if (!this.#made[operand.index]) this.set(operand.index, this.#prototype(operand.index))
    return this.#values[operand.index]
  }

  has(operand: unknown): boolean {
    if (!(operand instanceof Ref) || this.#made[operand.index]) return true
    const [kind, owner] = this.#closure.records[operand.index] ?? []
    return kind === 'p' && owner instanceof Ref && this.#made[owner.index] === true
  }

  set(index: number, value: unknown): void {
    this.#values[index] = value
    this.#made[index] = true
  }

  /** Fills what needs no function; classes may look at it while they are defined. */
  fillReady(): void {
    for (const [index, record] of this.#closure.records.entries()) {
      if (record[0] === 'f') continue
      const [kind, target] = record
      const isBlocked = kind === 'x' && target instanceof Ref && this.#fixUps.has(target.index)
      if (isBlocked || !record.every((operand) => this.has(operand))) this.#fixUps.add(index)
      else this.#fill(index, record)
    }
  }

  fillRest(): void {
    for (const index of this.#fixUps) this.#fill(index, this.#closure.records[index] ?? [])
  }

  // A view needs its buffer, and a boxed symbol its symbol, at once: those may stand later in the table.
  #allocateAhead(operand: unknown, context: AllocationContext): unknown {
    if (!(operand instanceof Ref)) return operand
    const record = this.#closure.records[operand.index] ?? []
    if (!this.#made[operand.index]) {
      if (record[0] !== 'l' && record[0] !== 'y') throw malformed('a view has no buffer')
      this.set(operand.index, allocateBuiltin(record, context))
    }
    return this.#values[operand.index]
  }

  #attachment(index: unknown): Uint8Array {
    const bytes = this.#closure.attachments[Number(index)]
    if (bytes === undefined) throw malformed('an attachment is missing')
    return bytes
  }

  #prototype(index: number): unknown {
    const owner: unknown = this.get(this.#closure.records[index]?.[1])
    const prototype: unknown = typeof owner === 'function' ? owner.prototype : undefined
    if (typeof prototype !== 'object' || prototype === null) throw malformed('a class has no prototype')
    return prototype
  }

  #fill(index: number, record: readonly unknown[]): void {
    const target = this.#values[index]
    switch (record[0]) {
      case 'a':
        for (let at = 1; at < record.length; at++) (target as unknown[]).push(this.get(record[at]))
        return
      case 'A':
        this.#fillSparse(target as unknown[], record)
        return
      case 'o':
      case 'n':
        for (let at = 1; at < record.length; at += 2) {
          define(target as Record<string, unknown>, String(record[at]), this.get(record[at + 1]))
        }
        return
      case 'm':
        for (let at = 1; at < record.length; at += 2) {
          ;(target as Map<unknown, unknown>).set(this.get(record[at]), this.get(record[at + 1]))
        }
        return
      case 's':
        for (const operand of record.slice(1)) (target as Set<unknown>).add(this.get(operand))
        return
      case 'x':
        this.#applyExtras(record)
    }
  }

  // An array may claim a length of billions: only the items that exist may cost anything.
  #fillSparse(array: unknown[], [, length, ...items]: readonly unknown[]): void {
    array.length = Number(length)
    for (let at = 0; at < items.length; at += 2) {
      const index = Number(items[at])
      if (!(index < array.length)) throw malformed('an item lies outside of its array')
      array[index] = this.get(items[at + 1])
    }
  }

  #applyExtras([, owner, prototype, integrity, ...properties]: readonly unknown[]): void {
    const target = this.get(owner)
    if ((typeof target !== 'object' && typeof target !== 'function') || target === null)
      throw malformed('extras of nothing')
    if (prototype !== true) Object.setPrototypeOf(target, this.get(prototype) as object | null)
    for (let at = 0; at < properties.length; ) {
      const key = this.get(properties[at]) as PropertyKey
      const flags = Number(properties[at + 1])
      const first = this.get(properties[at + 2])
      if (flags & propertyFlags.deleted) Reflect.deleteProperty(target, key)
      else {
        const descriptor: PropertyDescriptor = {
          enumerable: (flags & propertyFlags.enumerable) !== 0,
          configurable: (flags & propertyFlags.configurable) !== 0,
        }
        if (flags & propertyFlags.accessor) {
          descriptor.get = first as () => unknown
          descriptor.set = this.get(properties[at + 3]) as (value: unknown) => void
        } else {
          descriptor.value = first
          descriptor.writable = (flags & propertyFlags.writable) !== 0
        }
        Object.defineProperty(target, key, descriptor)
      }
      at += flags & propertyFlags.accessor ? 4 : 3
    }
    if (integrity === integrityLevels.frozen) Object.freeze(target)
    if (integrity === integrityLevels.sealed) Object.seal(target)
    if (integrity === integrityLevels.closed) Object.preventExtensions(target)
  }
}

// What the prototype has under the same name, such as a setter, must not get in the way.
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key in target) Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  else target[key] = value
}
