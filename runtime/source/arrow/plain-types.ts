// Arrow has several layouts for the same values (large and view strings, half floats …); the engine knows one
// of each. Here the others become that one, recursively. Data already in the engine's layout is never copied.

import {
  Binary,
  type Data,
  DataType,
  DateUnit,
  Field,
  Float32,
  List,
  makeData,
  Precision,
  type RecordBatch,
  Schema,
  Struct,
  TimestampMillisecond,
  Type,
  Utf8,
} from 'apache-arrow'
import { InternalError } from '../../../functions/errors.ts'
import { makeBatch } from '../batches.ts'
import type { ReadOptions, SourcePartition } from '../source.ts'

/** Versions of apache-arrow before 21.2 have neither these types nor the functions that ask for them. */
const isUtf8View = ({ typeId }: DataType): boolean => typeId === Type.Utf8View
const isBinaryView = ({ typeId }: DataType): boolean => typeId === Type.BinaryView
const isLargeList = ({ typeId }: DataType): boolean => typeId === Type.LargeList

/** The type that columns of `type` have once read; `type` itself where nothing changes. */
export function plainType(type: DataType): DataType {
  if (DataType.isLargeUtf8(type) || isUtf8View(type)) return new Utf8()
  if (DataType.isLargeBinary(type) || isBinaryView(type) || DataType.isFixedSizeBinary(type)) return new Binary()
  if (DataType.isDate(type) && type.unit === DateUnit.MILLISECOND) return new TimestampMillisecond()
  if (DataType.isFloat(type) && type.precision === Precision.HALF) return new Float32()
  if (DataType.isList(type) || isLargeList(type) || DataType.isFixedSizeList(type)) {
    const [item] = type.children
    if (item === undefined) return type
    const plain = plainField(item)
    return plain === item && DataType.isList(type) ? type : new List(plain)
  }
  if (DataType.isStruct(type)) {
    const children = type.children.map(plainField)
    return children.every((child, i) => child === type.children[i]) ? type : new Struct(children)
  }
  return type
}

function plainField(field: Field): Field {
  const type = plainType(field.type)
  return type === field.type ? field : new Field(field.name, type, field.nullable, field.metadata)
}

export function plainSchema(schema: Schema): Schema {
  const fields = schema.fields.map(plainField)
  return fields.every((field, i) => field === schema.fields[i]) ? schema : new Schema(fields, schema.metadata)
}

/** The batch with only the columns asked for (RecordBatch.select misaligns them), in the layouts that the engine knows. */
export function plainBatch(
  batch: RecordBatch,
  { schema }: Pick<SourcePartition, 'schema'> = {},
  { columns }: Pick<ReadOptions, 'columns'> = {},
): RecordBatch {
  const { fields } = batch.schema
  const isPlain = fields.every(({ type }) => plainType(type) === type)
  if (columns === undefined && schema === undefined && isPlain) return batch
  const chosen = (columns ?? fields.map((field) => field.name)).map((name) => {
    const index = fields.findIndex((field) => field.name === name)
    const [field, data] = [fields[index], batch.data.children[index]]
    if (field === undefined || data === undefined) {
      throw new InternalError(`The source has no column "${name}" that was to be read from it`)
    }
    const nullable = schema?.find((each) => each.name === name)?.nullable ?? field.nullable
    return { field: field.clone({ nullable }), data: plainData(data, plainType(data.type)) }
  })
  return makeBatch(batch.numRows, chosen)
}

/**
 * The data as `type`, which is `plainType` of its own.
 *
 * @throws {Error} When a batch holds more than 2 GB of text in one column.
 */
function plainData(data: Data, type: DataType): Data {
  if (type === data.type) return data
  const common = { type, length: data.length, nullCount: data.nullCount, nullBitmap: validityOf(data) }
  const from = data.type
  if (DataType.isLargeUtf8(from) || DataType.isLargeBinary(from)) {
    return make({ ...common, valueOffsets: smallOffsets(data), data: data.values })
  }
  if (isUtf8View(from) || isBinaryView(from) || DataType.isFixedSizeBinary(from)) {
    return make({ ...common, ...collectBytes(data) })
  }
  if (DataType.isDate(from)) return make({ ...common, data: data.values })
  if (DataType.isFloat(from)) return make({ ...common, data: halfToSingle(data.values as Uint16Array) })
  if (DataType.isStruct(from)) {
    return make({ ...common, children: data.children.map((child, i) => plainChild(child, type, i)) })
  }
  const [child] = data.children
  if (child === undefined) throw new Error(`${from} has no child`)
  if (DataType.isFixedSizeList(from)) {
    const size = from.listSize
    const valueOffsets = Int32Array.from({ length: data.length + 1 }, (_, i) => i * size)
    return make({ ...common, valueOffsets, child: plainChild(child, type, 0) })
  }
  const valueOffsets = isLargeList(from) ? smallOffsets(data) : data.valueOffsets
  return make({ ...common, valueOffsets, child: plainChild(child, type, 0) })
}

const make = (init: object): Data => makeData(init as Parameters<typeof makeData>[0])

function plainChild(child: Data, parent: DataType, index: number): Data {
  return plainData(child, parent.children[index]?.type ?? child.type)
}

/** The bitmap as one that starts at the first row. */
function validityOf(data: Data): Uint8Array | undefined {
  if (data.nullCount === 0 || data.nullBitmap === null) return undefined
  const bits = new Uint8Array((data.length + 7) >> 3)
  for (let i = 0; i < data.length; i++) {
    if (data.getValid(i)) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7))
  }
  return bits
}

function smallOffsets(data: Data): Int32Array {
  const offsets = data.valueOffsets as unknown as BigInt64Array
  const out = new Int32Array(data.length + 1)
  for (let i = 0; i <= data.length; i++) {
    const offset = Number(offsets[i])
    if (offset > 2 ** 31 - 1)
      throw new Error('a record batch has more than 2 GB of text in a column; write smaller batches')
    out[i] = offset
  }
  return out
}

/** View and fixed-size values, moved together. */
function collectBytes(data: Data): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(data.length + 1)
  const parts: Uint8Array[] = []
  let total = 0
  for (let i = 0; i < data.length; i++) {
    if (data.getValid(i)) {
      const part = bytesAt(data, i)
      parts.push(part)
      total += part.length
    }
    valueOffsets[i + 1] = total
  }
  return { valueOffsets, data: Buffer.concat(parts) }
}

function bytesAt(data: Data, row: number): Uint8Array {
  if (DataType.isFixedSizeBinary(data.type)) {
    const width = data.type.byteWidth
    return (data.values as Uint8Array).subarray(row * width, (row + 1) * width)
  }
  // A view is 16 bytes: length, then up to 12 bytes of text, or a prefix, a buffer's index and an offset into it.
  const views = data.values as Uint8Array
  const at = views.byteOffset + row * 16
  const view = new DataView(views.buffer, at, 16)
  const length = view.getInt32(0, true)
  if (length <= 12) return new Uint8Array(views.buffer, at + 4, length)
  const offset = view.getInt32(12, true)
  const buffer = data.variadicBuffers[view.getInt32(8, true)]
  if (buffer === undefined) throw new Error('a text lies outside its record batch')
  return buffer.subarray(offset, offset + length)
}

function halfToSingle(values: Uint16Array): Float32Array {
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  return Float32Array.from({ length: values.length }, (_, i) => view.getFloat16(i * 2, true))
}
