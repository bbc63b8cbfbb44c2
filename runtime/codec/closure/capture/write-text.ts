// The text of a closure: records as JSON, because nothing writes and reads that as fast as V8. What JSON has no word for
// is a list that begins with a mark; see format.ts. The order of records and parts is the order of discovery, so that equal
// graphs give equal text.

import { stringify } from 'devalue'
import { longString, textMarks } from '../format.ts'
import { GraphNode, type Record } from './graph.ts'

export interface TextTables {
  readonly root: unknown
  readonly places: readonly unknown[]
  readonly groups: readonly (readonly number[])[]
  /** Lengths of the attachments. */
  readonly lengths: readonly number[]
  readonly records: readonly Record[]
}

/** @throws {DevalueError} When the plain data of a shipped type is not plain. */
export function writeText({ root, places, groups, lengths, records }: TextTables): string {
  const strings = new Map<string, number>()
  const write = (part: unknown) => (typeof part === 'string' && part.length < longString ? part : mark(part, strings))
  const written = records.map((record) => (record[0] === 't' ? markData(record, strings) : record.map(write)))
  return JSON.stringify([write(root), places, groups, lengths, written, [...strings.keys()]])
}

function mark(part: unknown, strings: Map<string, number>): unknown {
  switch (typeof part) {
    case 'boolean':
      return part
    case 'number':
      return Number.isFinite(part) && !Object.is(part, -0)
        ? part
        : [textMarks.number, Object.is(part, -0) ? '-0' : `${part}`]
    case 'string':
      return part.length < longString ? part : [textMarks.string, positionOf(part, strings)]
    case 'undefined':
      return [textMarks.undefined]
    case 'bigint':
      return [textMarks.bigint, String(part)]
  }
  if (part === null) return null
  if (part instanceof GraphNode) return [part.index]
  if (Array.isArray(part)) return [textMarks.list, ...part.map((item) => mark(item, strings))]
  return [textMarks.data, stringify(part)]
}

function markData([kind, name, data]: Record, strings: Map<string, number>): unknown[] {
  return [kind, mark(name, strings), [textMarks.data, stringify(data)]]
}

// Code and other long strings are often the same: each is written once.
function positionOf(text: string, strings: Map<string, number>): number {
  const known = strings.get(text)
  if (known !== undefined) return known
  strings.set(text, strings.size)
  return strings.size - 1
}
