// Text to records, without running anything: the inverse of write-text.ts. Whatever the text claims, what is read takes
// memory in proportion to it, and every reference is to a record that exists.

import { parse } from 'devalue'
import { malformed } from '../errors.ts'
import { textMarks } from '../format.ts'

/** Stands in a record for another record. */
export class Ref {
  readonly index: number
  constructor(index: number) {
    this.index = index
  }
}

export interface ReadTables {
  readonly root: unknown
  readonly places: unknown
  readonly groups: unknown
  readonly lengths: unknown
  readonly records: readonly unknown[][]
}

/** @throws {WireError} `wire_closure_malformed` when `writeText` cannot have written it. */
export function readText(text: string): ReadTables {
  const [root, places, groups, lengths, records, strings] = parseTables(text)
  if (!Array.isArray(records) || !records.every(Array.isArray)) throw malformed('its records are malformed')
  if (!Array.isArray(strings)) throw malformed('its strings are malformed')
  const decoder = new OperandDecoder(records.length, strings)
  for (const record of records as unknown[][]) decoder.decodeAll(record)
  return { root: decoder.decode(root), places, groups, lengths, records }
}

function parseTables(text: string): unknown[] {
  try {
    const tables: unknown = JSON.parse(text)
    if (Array.isArray(tables) && tables.length === 6) return tables
  } catch (error) {
    throw malformed('its text cannot be parsed', error)
  }
  throw malformed('its text is not a closure')
}

class OperandDecoder {
  readonly #count: number
  readonly #strings: readonly unknown[]

  constructor(count: number, strings: readonly unknown[]) {
    this.#count = count
    this.#strings = strings
  }

  /** Replaces every operand that is marked by what it stands for. */
  decodeAll(operands: unknown[], from = 0): unknown[] {
    for (let at = from; at < operands.length; at++) {
      const operand = operands[at]
      if (typeof operand === 'object' && operand !== null) operands[at] = this.decode(operand)
    }
    return operands
  }

  decode(operand: unknown): unknown {
    if (typeof operand !== 'object' || operand === null) return operand
    if (!Array.isArray(operand)) throw malformed('an operand has no mark')
    const [mark, content]: unknown[] = operand
    if (typeof mark === 'number') return this.#reference(mark)
    switch (mark) {
      case textMarks.undefined:
        return undefined
      case textMarks.number:
        return Number(content)
      case textMarks.bigint:
        return BigInt(String(content))
      case textMarks.string:
        return this.#string(Number(content))
      case textMarks.list:
        return this.decodeAll(operand, 1).slice(1)
      case textMarks.data:
        return parse(String(content))
    }
    throw malformed(`it holds an operand of unknown mark "${String(mark)}"`)
  }

  #reference(index: number): Ref {
    if (Number.isInteger(index) && index >= 0 && index < this.#count) return new Ref(index)
    throw malformed('it refers to a record that does not exist')
  }

  #string(position: number): string {
    const text = this.#strings[position]
    if (typeof text !== 'string') throw malformed('it refers to a string that does not exist')
    return text
  }
}
