// How Arrow values travel inside closures and payloads: as IPC bytes. They are recognised by brand, so that those of
// another copy of the library count too. Both sides assign new dictionary ids: a process counts them up, so
// the sender's would differ from run to run and could collide with others in the receiver.

import * as arrow from 'apache-arrow'
import {
  Data,
  DataType,
  Dictionary,
  Field,
  RecordBatch,
  RecordBatchReader,
  Schema,
  Struct,
  Table,
  Type,
  Vector,
} from 'apache-arrow'
import { checkBatch } from '../../functions/column/check-data.ts'
import { encodeStream } from '../source/arrow/stream-writer.ts'
import { DamagedMetadataError, verifyMessage } from '../source/arrow/verify.ts'
import type { ShippedType } from './closure/shipped-type.ts'

/** The Arrow values that closures may capture. */
export const arrowTypes: readonly ShippedType[] = [
  {
    name: 'arrow.Table',
    is: Table.isTable,
    encode: (value) => encodeBatches((value as Table).schema, (value as Table).batches),
    decode: (data) => {
      const { schema, batches } = decodeBatches(data)
      return new Table(schema, batches)
    },
  },
  {
    name: 'arrow.RecordBatch',
    is: RecordBatch.isRecordBatch,
    encode: (value) => encodeBatches((value as RecordBatch).schema, [value as RecordBatch]),
    decode: (data) => first(decodeBatches(data).batches),
  },
  {
    name: 'arrow.Vector',
    is: Vector.isVector,
    encode: (value) => encodeVector(value as Vector),
    decode: decodeVector,
  },
  {
    name: 'arrow.Schema',
    is: Schema.isSchema,
    encode: (value) => encodeBatches(value as Schema, []),
    decode: (data) => decodeBatches(data).schema,
  },
  {
    name: 'arrow.Field',
    is: Field.isField,
    encode: (value) => encodeBatches(new Schema([value as Field]), []),
    decode: (data) => first(decodeBatches(data).schema.fields),
  },
  {
    name: 'arrow.DataType',
    is: (value) => DataType.isDataType(value),
    encode: (value) => encodeBatches(new Schema([new Field('', value as DataType, true)]), []),
    decode: (data) => first(decodeBatches(data).schema.fields).type,
  },
]

/** Writes batches of one schema as an IPC stream: the same values give the same bytes in every process. */
function encodeBatches(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const own = adoptBatches(schema, batches)
  return encodeStream(own.schema, own.batches)
}

/**
 * Batches that may come from another copy of apache-arrow (its CommonJS build, another version) as those of this copy.
 * Their buffers are shared.
 */
export function adoptBatches(
  schema: Schema,
  batches: readonly RecordBatch[],
): { readonly schema: Schema; readonly batches: readonly RecordBatch[] } {
  let count = 0
  const relabel = createRelabeller(() => count++)
  const own = relabel.schema(schema)
  return { schema: own, batches: batches.map((batch) => relabel.batch(own, batch)) }
}

function decodeBatches(data: unknown): { schema: Schema; batches: RecordBatch[] } {
  if (!(data instanceof Uint8Array)) throw new TypeError('Cannot read Arrow data: it is not bytes')
  checkMessages(data)
  const reader = RecordBatchReader.from(data).open()
  const relabel = createRelabeller(() => undefined)
  const schema = relabel.schema(reader.schema)
  // A stream without batches is read as one batch of a class of its own, which is incomplete.
  const batches = [...reader].filter((batch) => Object.getPrototypeOf(batch) === RecordBatch.prototype)
  batches.forEach(checkBatch)
  return { schema, batches: batches.map((batch) => relabel.batch(schema, batch)) }
}

/** Arrow's reader trusts every length in a stream, so each message is verified before. */
function checkMessages(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let columns: readonly number[] = []
  while (at + 8 <= bytes.length) {
    if (view.getUint32(at, true) !== 0xffffffff) throw new DamagedMetadataError('a message has no beginning')
    const length = view.getInt32(at + 4, true)
    at += 8
    if (length === 0) return
    if (length < 0 || at + length > bytes.length) throw new DamagedMetadataError('it ends in a message')
    const facts = verifyMessage(bytes.subarray(at, at + length), columns)
    columns = facts.columns ?? columns
    at += length + facts.bodyBytes
    if (at > bytes.length) throw new DamagedMetadataError('it ends in the body of a message')
  }
}

function encodeVector(vector: Vector): Uint8Array {
  const schema = new Schema([new Field('', vector.type, true)])
  const type = new Struct(schema.fields)
  const batches = vector.data.map((data) => new RecordBatch(schema, structOf(type, data.length, [data])))
  return encodeBatches(schema, batches)
}

function decodeVector(data: unknown): Vector {
  const { schema, batches } = decodeBatches(data)
  const chunks = batches.flatMap((batch) => batch.data.children)
  return new Vector(chunks.length > 0 ? chunks : [new Data(first(schema.fields).type, 0, 0)])
}

interface Relabeller {
  schema(schema: Schema): Schema
  batch(schema: Schema, batch: RecordBatch): RecordBatch
}

/** Copies the structure of Arrow values, not their buffers: new dictionary ids, and classes of this copy of the library. */
function createRelabeller(nextId: () => number | undefined): Relabeller {
  const dictionaries = new Map<number, Dictionary>()
  const dictionaryValues = new Map<Vector, Vector>()

  const relabelType = (type: DataType): DataType => {
    if (DataType.isDictionary(type)) {
      const known = dictionaries.get(type.id)
      if (known !== undefined) return known
      const relabelled = new Dictionary(
        relabelType(type.dictionary),
        relabelType(type.indices) as Dictionary['indices'],
        nextId(),
        type.isOrdered,
      )
      dictionaries.set(type.id, relabelled)
      return relabelled
    }
    const children: readonly Field[] | undefined = type.children
    const overrides = children?.length ? { children: children.map(relabelField) } : {}
    const isOwn = type instanceof DataType && Object.getPrototypeOf(type) === prototypeFor(type)
    return isOwn && !children?.length ? type : adopt(type, overrides)
  }
  const relabelField = ({ name, type, nullable, metadata }: Field): Field =>
    new Field(name, relabelType(type), nullable, metadata)
  // Batches that share a dictionary must go on sharing it, or it would be written again with every batch.
  const relabelDictionary = (vector: Vector | undefined, type: DataType): Vector | undefined => {
    if (vector === undefined || vector.type instanceof DataType) return vector
    const known = dictionaryValues.get(vector) ?? new Vector(vector.data.map((data) => relabelData(data, type)))
    dictionaryValues.set(vector, known)
    return known
  }
  const relabelData = (data: Data, type: DataType): Data => {
    const isDictionary = DataType.isDictionary(type)
    const fields: readonly Field[] = isDictionary ? [] : (type.children ?? [])
    const children = data.children.map((child, index) => relabelData(child, fields[index]?.type ?? child.type))
    const { offset, length, nullCount, variadicBuffers } = data
    const buffers = data.buffers as Data['buffers']
    const dictionary = isDictionary ? relabelDictionary(data.dictionary, type.dictionary) : undefined
    return new Data(type, offset, length, nullCount, buffers, children, dictionary, [...variadicBuffers])
  }
  return {
    schema: (schema) => new Schema(schema.fields.map(relabelField), schema.metadata, undefined, schema.metadataVersion),
    batch: (schema, batch) => {
      const { length, offset, nullCount } = batch.data
      const struct = new Struct(schema.fields)
      const children = schema.fields.map((field, index) => relabelData(first(batch.data.children, index), field.type))
      const buffers = batch.data.buffers as Data['buffers']
      return new RecordBatch(schema, new Data(struct, offset, length, nullCount, buffers, children), batch.metadata)
    },
  }
}

/** A copy of a type with some properties replaced, of the class that this copy of the library has for it. */
function adopt(type: DataType, overrides: object): DataType {
  return Object.assign(Object.create(prototypeFor(type)), type, overrides)
}

/** Names of the units of time, as Arrow's classes end in them. */
const timeUnits = ['Second', 'Millisecond', 'Microsecond', 'Nanosecond']

/**
 * What the classes of types are called that stand for one width or unit of a type. Arrow's own reader makes an `Int` of what was an `Int32`, which `instanceof` and `constructor` would tell apart.
 */
const narrowNames: Readonly<Partial<Record<Type, (type: never) => string>>> = {
  [Type.Int]: ({ isSigned, bitWidth }: arrow.Int) => `${isSigned ? 'Int' : 'Uint'}${bitWidth}`,
  [Type.Float]: ({ precision }: arrow.Float) => `Float${16 << precision}`,
  [Type.Date]: ({ unit }: arrow.Date_) => `Date${['Day', 'Millisecond'][unit]}`,
  [Type.Time]: ({ unit }: arrow.Time) => `Time${timeUnits[unit]}`,
  [Type.Timestamp]: ({ unit }: arrow.Timestamp) => `Timestamp${timeUnits[unit]}`,
  [Type.Duration]: ({ unit }: arrow.Duration) => `Duration${timeUnits[unit]}`,
  [Type.Interval]: ({ unit }: arrow.Interval) => `Interval${['YearMonth', 'DayTime', 'MonthDayNano'][unit]}`,
  [Type.Union]: ({ mode }: arrow.Union) => `${['Sparse', 'Dense'][mode]}Union`,
}

function prototypeFor(type: DataType): object {
  const name = Type[type.typeId] ?? ''
  const narrow = narrowNames[type.typeId]?.(type as never)
  const own: unknown = Reflect.get(arrow, narrow ?? '') ?? Reflect.get(arrow, name === 'Map' ? 'Map_' : name)
  if (typeof own !== 'function') throw new TypeError(`Cannot ship Arrow data: unknown type ${name}`)
  return own.prototype
}

function structOf(type: Struct, length: number, children: readonly Data[]): Data<Struct> {
  return new Data(type, 0, length, 0, undefined, [...children])
}

function first<T>(list: readonly T[], index = 0): T {
  const item = list[index]
  if (item === undefined) throw new TypeError('Cannot read Arrow data: it is incomplete')
  return item
}
