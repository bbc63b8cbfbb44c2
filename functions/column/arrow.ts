// Between Arrow record batches and the engine's columns. Fixed-width values, strings and offsets are shared, never
// copied; validity and booleans are unpacked to bytes and packed again.

import * as arrow from 'apache-arrow'
import { InternalError } from '../errors.ts'
import { toArrowType } from '../types/arrow.ts'
import { plainType } from '../types/coercion.ts'
import type { DataType, Field, Schema } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { packBits, unpackBits } from './bits.ts'
import { type Batch, type Column, type NumberArray, type PlainColumn, storageOf } from './column.ts'
import { concatBatches } from './concat.ts'
import { type ListItems, listColumn, listItems } from './lists.ts'
import { nestedData, nestedValues } from './nested.ts'
import { sliceColumn } from './slice.ts'
import { resolveDictionary } from './take.ts'

/** The columns of a record batch, typed by `schema`; a column may be dictionary-encoded where the schema says its values. */
export function fromRecordBatch(batch: arrow.RecordBatch, schema: Schema): Batch {
  const columns = schema.map((field, i) => {
    const data = batch.data.children[i]
    if (data === undefined)
      throw new InternalError(`A batch of ${batch.data.children.length} columns has no column ${i}`)
    return fromData(data, field.type)
  })
  return { length: batch.numRows, columns }
}

/** One Arrow array as a column of `type`. */
export function fromData(data: arrow.Data, type: DataType): Column {
  const { length } = data
  if (arrow.DataType.isNull(data.type)) return { storage: 'null', type, length, valid: new Uint8Array(length) }
  const valid = data.nullCount === 0 ? undefined : unpackBits(data.nullBitmap, data.offset, length)
  if (arrow.DataType.isDictionary(data.type)) {
    const dictionary = data.dictionary?.data ?? []
    const valueType = type.kind === 'dictionary' ? type.value : type
    const codes = data.values instanceof Int32Array ? data.values : Int32Array.from(data.values as NumberArray, Number)
    return {
      storage: 'dictionary',
      type: valueType,
      length,
      valid,
      codes,
      dictionary: joinChunks(dictionary, valueType),
    }
  }
  return plainFromData(data, type, valid)
}

function plainFromData(data: arrow.Data, type: DataType, valid: Uint8Array | undefined): PlainColumn {
  const { length } = data
  const storage = storageOf(type)
  switch (storage) {
    case 'null':
      return { storage, type, length, valid: new Uint8Array(length) }
    case 'mask':
      return { storage, type, length, valid, values: unpackBits(data.values as Uint8Array, data.offset, length) }
    case 'number':
      return { storage, type, length, valid, values: data.values as NumberArray }
    case 'bigint':
      return { storage, type, length, valid, values: ticksOf(data) }
    case 'decimal':
      return { storage, type, length, valid, values: words64(data.values as Uint32Array) }
    case 'bytes':
      return { storage, type, length, valid, values: data.values as Uint8Array, offsets: offsets32(data.valueOffsets) }
    case 'object': {
      const [items] = data.children
      if (type.kind !== 'list' || items === undefined)
        return { storage, type, length, valid, values: nestedValues(data, type, valid, fromData) }
      const offsets = offsets32(data.valueOffsets)
      return listColumn(type, length, valid, { offsets, items: fromData(items, type.item.type) })
    }
  }
}

/** A dictionary may come in several chunks (deltas); as one column its codes index it directly. */
function joinChunks(chunks: readonly arrow.Data[], type: DataType): PlainColumn {
  const batches = chunks.map((chunk) => {
    const valid = chunk.nullCount === 0 ? undefined : unpackBits(chunk.nullBitmap, chunk.offset, chunk.length)
    return { length: chunk.length, columns: [plainFromData(chunk, type, valid)] }
  })
  const [joined] = concatBatches(batches, [type]).columns
  if (joined === undefined) throw new InternalError('A dictionary column has no dictionary')
  return resolveDictionary(joined)
}

const words64 = (words: Uint32Array): BigUint64Array =>
  words.byteOffset % 8 === 0
    ? new BigUint64Array(words.buffer, words.byteOffset, words.length / 2)
    : new BigUint64Array(words.slice().buffer)

/** Offsets of the large types are 64-bit; a batch never holds 2^31 bytes. */
const offsets32 = (offsets: Int32Array | BigInt64Array): Int32Array =>
  offsets instanceof Int32Array ? offsets : Int32Array.from(offsets, Number)

/** Times of 32 bits are counted in bigints as all others. */
const ticksOf = ({ values }: arrow.Data): BigInt64Array =>
  values instanceof Int32Array ? BigInt64Array.from(values, BigInt) : (values as BigInt64Array)

/** One column as an Arrow array. Dictionaries are resolved: results carry plain values. */
export function toData(column: Column, field: Field): arrow.Data {
  const plain = column.storage === 'dictionary' ? resolveDictionary(column) : column
  const type = toArrowType(field.type)
  const { length } = plain
  if (plain.storage === 'null') return arrow.makeData({ type: new arrow.Null(), length })
  const lists = plain.storage === 'object' ? listItems(plain) : undefined
  if (plain.storage === 'object' && lists === undefined)
    return nestedData(nullsIn(plain.values, plain.valid), plainType(field.type), toData)
  const packed = plain.valid === undefined ? undefined : packBits(plain.valid, length)
  const nulls =
    packed === undefined || packed.zeros === 0 ? { nullCount: 0 } : { nullCount: packed.zeros, nullBitmap: packed.bits }
  switch (plain.storage) {
    case 'object':
      return listData(lists, type as arrow.List, plainType(field.type), { length, ...nulls })
    case 'mask':
      return arrow.makeData({ type: type as arrow.Bool, length, ...nulls, data: packBits(plain.values, length).bits })
    case 'bytes':
      return arrow.makeData({
        type: type as arrow.Utf8,
        length,
        ...nulls,
        valueOffsets: plain.offsets,
        data: plain.values,
      })
    case 'decimal': {
      const { buffer, byteOffset } = plain.values
      return arrow.makeData({
        type: type as arrow.Decimal,
        length,
        ...nulls,
        data: new Uint32Array(buffer, byteOffset, length * 4),
      })
    }
    default: {
      const values =
        plain.type.kind === 'time32' ? Int32Array.from(plain.values as BigInt64Array, Number) : plain.values
      return arrow.makeData({ type: type as arrow.Float64, length, ...nulls, data: values as Float64Array })
    }
  }
}

/** Lists whose items stand in a column; those before the first row and after the last one are left out. */
function listData(
  lists: ListItems | undefined,
  type: arrow.List,
  listType: DataType,
  common: { readonly length: number; readonly nullCount: number; readonly nullBitmap?: Uint8Array },
): arrow.Data {
  if (lists === undefined || listType.kind !== 'list') throw new InternalError('A column of lists was expected')
  const { offsets, items } = lists
  const start = offsets[0] ?? 0
  const child = toData(sliceColumn(items, start, offsets[common.length] ?? start), listType.item)
  const valueOffsets = start === 0 ? offsets : offsets.map((offset) => offset - start)
  return arrow.makeData({ type, ...common, valueOffsets, child })
}

/** The values with null wherever validity says so. */
const nullsIn = (values: readonly Value[], valid: Uint8Array | undefined): readonly Value[] =>
  valid === undefined ? values : values.map((value, row) => (valid[row] === 0 ? null : value))

/** A record batch of columns, with the schema's names. */
export function toRecordBatch(batch: Batch, schema: Schema, arrowSchema: arrow.Schema): arrow.RecordBatch {
  const children = batch.columns.map((column, i) => {
    const field = schema[i]
    if (field === undefined)
      throw new InternalError(`A batch of ${batch.columns.length} columns for a schema of ${schema.length}`)
    return toData(column, field)
  })
  const type = new arrow.Struct(arrowSchema.fields)
  return new arrow.RecordBatch(arrowSchema, arrow.makeData({ type, length: batch.length, nullCount: 0, children }))
}
