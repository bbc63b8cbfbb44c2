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
  if (!Array.isArray(records) || !records.every(Array.isArray)) throw malformed('its records are not records')
  if (!Array.isArray(strings)) throw malformed('its strings are no table')
  const reader = new PartReader(records.length, strings)
  for (const record of records as unknown[][]) reader.readAll(record)
  return { root: reader.read(root), places, groups, lengths, records }
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

class PartReader {
  readonly #count: number
  readonly #strings: readonly unknown[]

  constructor(count: number, strings: readonly unknown[]) {
    this.#count = count
    this.#strings = strings
  }

  /** Replaces every part that is marked by what it stands for. */
  readAll(parts: unknown[], from = 0): unknown[] {
    for (let at = from; at < parts.length; at++) {
      const part = parts[at]
      if (typeof part === 'object' && part !== null) parts[at] = this.read(part)
    }
    return parts
  }

  read(part: unknown): unknown {
    if (typeof part !== 'object' || part === null) return part
    if (!Array.isArray(part)) throw malformed('a part has no mark')
    const [mark, content]: unknown[] = part
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
        return this.readAll(part, 1).slice(1)
      case textMarks.data:
        return parse(String(content))
    }
    throw malformed(`it holds a part of unknown mark "${String(mark)}"`)
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
