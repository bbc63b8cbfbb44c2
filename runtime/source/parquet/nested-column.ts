// Reads lists, maps and structs of one row group: every leaf below is decoded whole, then definition and repetition
// levels are turned into Arrow offsets and validity, node by node. Rows are handed out as slices.

import { type Data, type DataType, makeData } from 'apache-arrow'
import { toArrowType } from '../../../functions/types/arrow.ts'
import type { ColumnNode, LeafNode, ListNode, StructNode } from './columns.ts'
import { type ColumnReader, readDictionary, readValues } from './flat-column.ts'
import { decodeHybrid } from './hybrid.ts'
import { type Chunk, type DataPage, listPages, openPage } from './pages.ts'
import { joinValues, type Piece, spread, toData, type Values } from './values.ts'

/** A leaf's levels, one entry per value or missing value, and its dense values. */
interface LeafColumn {
  readonly repetition: Int32Array
  readonly definition: Int32Array
  readonly values: Values
}

/** A reader of a column of lists and structs, assembled from its leaves. */
export function createNestedReader(
  node: ListNode | StructNode,
  chunkOf: (leaf: LeafNode) => Chunk,
  rows: number,
): ColumnReader {
  const columns = new Map(leavesOf(node).map((leaf) => [leaf.index, readLeaf(leaf, chunkOf(leaf))]))
  const data = assemble(node, columns)
  if (data.length !== rows) throw new Error(`${data.length} rows where ${rows} are expected`)
  let next = 0
  return {
    take(count) {
      const slice = data.slice(next, count)
      next += count
      return slice
    },
  }
}

export function leavesOf(node: ColumnNode): readonly LeafNode[] {
  switch (node.kind) {
    case 'leaf':
      return [node]
    case 'list':
      return leavesOf(node.item)
    case 'struct':
      return node.children.flatMap(leavesOf)
  }
}

function readLeaf(leaf: LeafNode, chunk: Chunk): LeafColumn {
  const pages = listPages(chunk)
  const dictionary = pages.dictionary === undefined ? undefined : readDictionary(leaf, chunk, pages.dictionary)
  const total = pages.data.reduce((sum, page) => sum + page.count, 0)
  const repetition = new Int32Array(total)
  const definition = new Int32Array(total)
  const parts: { length: number; values: Values }[] = []
  let at = 0
  for (const ref of pages.data) {
    const page = openPage(chunk, ref, leaf.slotRepetition, leaf.definition)
    readLevels(page, leaf, repetition, definition, at)
    let present = 0
    for (let i = at; i < at + page.count; i++) if (definition[i] === leaf.definition) present++
    parts.push({ length: present, values: readValues(leaf, page, present, dictionary) })
    at += page.count
  }
  return { repetition, definition, values: parts.length === 0 ? emptyValues(leaf) : joinValues(parts) }
}

function readLevels(page: DataPage, leaf: LeafNode, repetition: Int32Array, definition: Int32Array, at: number): void {
  if (leaf.slotRepetition > 0) decodeLevels(page.repetition, leaf.slotRepetition, repetition, page.count, at)
  if (leaf.definition > 0) decodeLevels(page.definition, leaf.definition, definition, page.count, at)
  if (at === 0 && (repetition[0] ?? 0) > 0) throw new Error('the first value continues a list')
}

/** Levels have as many bits as the highest needs, so they can be beyond it: then they would tell of values there are none of. */
function decodeLevels(bytes: Uint8Array, highest: number, levels: Int32Array, count: number, at: number): void {
  decodeHybrid(bytes, bitWidth(highest), levels, count, at)
  let most = 0
  for (let i = at; i < at + count; i++) if ((levels[i] ?? 0) > most) most = levels[i] ?? 0
  if (most > highest) throw new Error(`a level of ${most} where ${highest} is the highest`)
}

const bitWidth = (highest: number): number => 32 - Math.clz32(highest)

function emptyValues(leaf: LeafNode): Values {
  const { kind } = leaf.field.type
  if (kind === 'bool') return { kind: 'bits', bits: new Uint8Array(0) }
  if (kind === 'utf8' || kind === 'binary')
    return { kind: 'bytes', offsets: new Int32Array(1), data: new Uint8Array(0) }
  return { kind: 'fixed', width: 8, data: new Uint8Array(0) }
}

function assemble(node: ColumnNode, columns: ReadonlyMap<number, LeafColumn>): Data {
  const [firstLeaf] = leavesOf(node)
  const levels = firstLeaf === undefined ? undefined : columns.get(firstLeaf.index)
  if (levels === undefined) throw new Error(`the struct "${node.field.name}" has no fields`)
  const slots = findSlots(node, levels)
  const type = toArrowType(node.field.type)
  if (node.kind === 'leaf') return leafData(type, slots, levels.values)
  const common = { type, length: slots.length, nullCount: slots.nullCount, nullBitmap: slots.validity ?? null }
  if (node.kind === 'struct') {
    const children = node.children.map((child) => assemble(child, columns))
    const other = children.find((child) => child.length !== slots.length)
    if (other !== undefined) throw new Error(`fields of ${slots.length} and ${other.length} values in one struct`)
    return makeData({ ...common, children } as Parameters<typeof makeData>[0])
  }
  const valueOffsets = listOffsets(node, slots.length, levels)
  const child = assemble(node.item, columns)
  if (child.length !== valueOffsets[slots.length]) throw new Error(`lists of ${child.length} items in all`)
  return makeData({ ...common, valueOffsets, child } as Parameters<typeof makeData>[0])
}

interface Slots {
  readonly length: number
  readonly nullCount: number
  readonly validity?: Uint8Array
}

/** A level entry opens a slot of the node when it starts a new element of the list around it, and that element exists. */
function findSlots(node: ColumnNode, { repetition, definition }: LeafColumn): Slots {
  const bits = new Uint8Array((definition.length + 7) >> 3)
  let length = 0
  let present = 0
  for (let i = 0; i < definition.length; i++) {
    if ((repetition[i] ?? 0) > node.slotRepetition || (definition[i] ?? 0) < node.slotDefinition) continue
    if ((definition[i] ?? 0) >= node.definition) {
      bits[length >> 3] = (bits[length >> 3] ?? 0) | (1 << (length & 7))
      present++
    }
    length++
  }
  const validity = bits.subarray(0, (length + 7) >> 3)
  return { length, nullCount: length - present, ...(present === length ? {} : { validity }) }
}

function leafData(type: DataType, { length, nullCount, validity }: Slots, dense: Values): Data {
  const values = validity === undefined ? dense : spread(dense, validity, length)
  const piece: Piece = { length, nullCount, values, ...(validity === undefined ? {} : { validity }) }
  return toData(type, piece)
}

function listOffsets(node: ListNode, slots: number, { repetition, definition }: LeafColumn): Int32Array {
  const { slotRepetition, slotDefinition } = node.item
  const offsets = new Int32Array(slots + 1)
  let slot = -1
  let elements = 0
  for (let i = 0; i < definition.length; i++) {
    const level = repetition[i] ?? 0
    if (level <= node.slotRepetition && (definition[i] ?? 0) >= node.slotDefinition) offsets[++slot] = elements
    if (level <= slotRepetition && (definition[i] ?? 0) >= slotDefinition) elements++
  }
  offsets[slots] = elements
  return offsets
}
