// The text of a closure: records as JSON, because nothing writes and reads that as fast as V8. What JSON cannot express is
// a list that begins with a mark; see format.ts. Records and operands stand in the order of their discovery, so that equal
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
  const write = (operand: unknown) =>
    typeof operand === 'string' && operand.length < longString ? operand : mark(operand, strings)
  const written = records.map((record) => (record[0] === 't' ? markData(record, strings) : record.map(write)))
  return JSON.stringify([write(root), places, groups, lengths, written, [...strings.keys()]])
}

function mark(operand: unknown, strings: Map<string, number>): unknown {
  switch (typeof operand) {
    case 'boolean':
      return operand
    case 'number':
      return Number.isFinite(operand) && !Object.is(operand, -0)
        ? operand
        : [textMarks.number, Object.is(operand, -0) ? '-0' : `${operand}`]
    case 'string':
      return operand.length < longString ? operand : [textMarks.string, positionOf(operand, strings)]
    case 'undefined':
      return [textMarks.undefined]
    case 'bigint':
      return [textMarks.bigint, String(operand)]
  }
  if (operand === null) return null
  if (operand instanceof GraphNode) return [operand.index]
  if (Array.isArray(operand)) return [textMarks.list, ...operand.map((item) => mark(item, strings))]
  return [textMarks.data, stringify(operand)]
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
