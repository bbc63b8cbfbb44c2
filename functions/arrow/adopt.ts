// Arrow's objects of one copy of apache-arrow as those of another: new objects over the same buffers. Classes, the way
// types keep their properties, and the typed arrays that hold 64-bit values differ between versions; what a type means and
// what its buffers hold does not, and only that is read here.

import type { Data, DataType, Dictionary, Field, RecordBatch, Schema, Table, Vector } from 'apache-arrow'
import * as ownLibrary from 'apache-arrow'
import { Type } from 'apache-arrow'
import { PlanError } from '../errors.ts'

/** The module `apache-arrow`. */
export type ArrowLibrary = typeof ownLibrary

/** Objects of the same classes. */
export interface Adopter {
  type(type: DataType): DataType
  field(field: Field): Field
  schema(schema: Schema): Schema
  /** @param schema - What `schema()` gave for the batch's own. */
  batch(schema: Schema, batch: RecordBatch): RecordBatch
  table(table: Table): Table
  vector(vector: Vector): Vector
  data(data: Data, type?: DataType): Data
}

/**
 * Makes objects of `library` of those of any copy. Dictionaries that several batches share go on being shared, or they
 * would be written again with every batch; so one adopter serves all that belongs together.
 *
 * @param library - Whose classes. Default: the copy that this module imports.
 * @param nextId - The ids of dictionaries. Default: those that the library counts up.
 */
export function createAdopter(
  library: ArrowLibrary = ownLibrary,
  nextId: () => number | undefined = () => undefined,
): Adopter {
  const dictionaries = new Map<number, Dictionary>()
  const dictionaryChunks = new Map<Data, Data>()
  const make = typeMaker(library)

  const adoptType = (type: DataType): DataType => {
    if (!ownLibrary.DataType.isDictionary(type)) return make(type, (type.children ?? []).map(adoptField))
    const known = dictionaries.get(type.id)
    if (known !== undefined) return known
    const indices = adoptType(type.indices) as Dictionary['indices']
    const adopted = new library.Dictionary(adoptType(type.dictionary), indices, nextId(), type.isOrdered)
    dictionaries.set(type.id, adopted)
    return adopted
  }
  const adoptField = ({ name, type, nullable, metadata }: Field): Field =>
    new library.Field(name, adoptType(type), nullable, new Map(metadata))
  const adoptDictionary = (vector: Vector | undefined, type: DataType): Vector | undefined =>
    vector === undefined ? undefined : new library.Vector(vector.data.map((data) => adoptChunk(data, type)))
  const adoptChunk = (data: Data, type: DataType): Data => {
    const adopted = dictionaryChunks.get(data) ?? adoptData(data, type)
    dictionaryChunks.set(data, adopted)
    return adopted
  }
  const adoptData = (data: Data, type: DataType): Data => {
    const isDictionary = ownLibrary.DataType.isDictionary(type)
    const fields: readonly Field[] = isDictionary ? [] : (type.children ?? [])
    const children = data.children.map((child, i) => adoptData(child, fields[i]?.type ?? adoptType(child.type)))
    const { offset, length, nullCount } = data
    const dictionary = isDictionary ? adoptDictionary(data.dictionary, type.dictionary) : undefined
    // Versions before 21.1 have no views, and no buffers for them.
    const variadicBuffers = [...((data.variadicBuffers as Uint8Array[] | undefined) ?? [])]
    return new library.Data(
      type,
      offset,
      length,
      nullCount,
      buffersAs(data, type),
      children,
      dictionary,
      variadicBuffers,
    )
  }
  const adoptSchema = (schema: Schema): Schema =>
    new library.Schema(schema.fields.map(adoptField), new Map(schema.metadata), undefined, schema.metadataVersion)
  const adoptBatch = (schema: Schema, batch: RecordBatch): RecordBatch => {
    const { length, offset, nullCount, children } = batch.data
    const struct = new library.Struct(schema.fields)
    const columns = schema.fields.map((field, i) => adoptData(child(children, i), field.type))
    const data = new library.Data(struct, offset, length, nullCount, buffersAs(batch.data, struct), columns)
    // Versions before 21.2 have no metadata of batches, and refuse a third argument.
    const metadata = batch.metadata as Map<string, string> | undefined
    return metadata?.size ? new library.RecordBatch(schema, data, metadata) : new library.RecordBatch(schema, data)
  }
  return {
    type: adoptType,
    field: adoptField,
    schema: adoptSchema,
    batch: adoptBatch,
    table: ({ schema, batches }) => {
      const adopted = adoptSchema(schema)
      return new library.Table(
        adopted,
        batches.map((batch) => adoptBatch(adopted, batch)),
      )
    },
    vector: (vector) => {
      const type = adoptType(vector.type)
      const chunks = vector.data.map((data) => adoptData(data, type))
      return new library.Vector(chunks.length > 0 ? chunks : [new library.Data(type, 0, 0)])
    },
    data: (data, type = adoptType(data.type)) => adoptData(data, type),
  }
}

/** A schema and batches of it. */
export interface ArrowBatches {
  readonly schema: Schema
  readonly batches: readonly RecordBatch[]
}

/** Batches of any copy as those of this copy; their dictionaries have the ids 0, 1, … */
export function adoptBatches({ schema, batches }: ArrowBatches): ArrowBatches {
  let count = 0
  const adopter = createAdopter(undefined, () => count++)
  const own = adopter.schema(schema)
  return { schema: own, batches: batches.map((batch) => adopter.batch(own, batch)) }
}

function child(children: readonly Data[], index: number): Data {
  const found = children[index]
  if (found === undefined) throw new TypeError('Cannot read Arrow data: it is incomplete')
  return found
}

/** Offsets, values, validity and type ids. Before version 16, 64-bit times and dates were kept as pairs of 32-bit words. */
function buffersAs(data: Data, type: DataType): Data['buffers'] {
  const { valueOffsets, values, nullBitmap, typeIds } = data
  const [given, wanted] = [valuesOf(data.type), valuesOf(type)]
  const isSame = given === wanted || !ArrayBuffer.isView(values) || wanted === undefined
  return [valueOffsets, isSame ? values : viewAs(values, wanted), nullBitmap, typeIds] as Data['buffers']
}

interface TypedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, offset: number, length: number): ArrayBufferView
}

/** The kind of typed array that holds values of a type; undefined where none does. */
function valuesOf(type: DataType): TypedArrayConstructor | undefined {
  const { ArrayType } = ownLibrary.DataType.isDictionary(type) ? type.indices : type
  return ArrayType === Array ? undefined : (ArrayType as unknown as TypedArrayConstructor)
}

function viewAs(values: ArrayBufferView, Wanted: TypedArrayConstructor): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = values
  const length = Math.floor(byteLength / Wanted.BYTES_PER_ELEMENT)
  if (byteOffset % Wanted.BYTES_PER_ELEMENT === 0) return new Wanted(buffer, byteOffset, length)
  return new Wanted(buffer.slice(byteOffset, byteOffset + byteLength), 0, length)
}

/** Makes types of a library's classes of types of any. */
function typeMaker(library: ArrowLibrary): (type: DataType, children: readonly Field[]) => DataType {
  return (type, children) => {
    if (children.length === 0 && Object.getPrototypeOf(type) === prototypeFor(type, library)) return type
    const { typeId, ...properties } = type
    const made = Object.assign(Object.create(prototypeFor(type, library)) as DataType, properties)
    // Since version 15 it is a property, before it was a getter of the class.
    if (made.typeId !== type.typeId) Object.assign(made, { typeId })
    return children.length === 0 ? made : Object.assign(made, { children })
  }
}

/** Names of the units of time, as Arrow's classes end in them. */
const timeUnits = ['Second', 'Millisecond', 'Microsecond', 'Nanosecond']

/**
 * What the classes of types are called that stand for one width or unit of a type. Arrow's own reader makes an `Int` of
 * what was an `Int32`, which `instanceof` and `constructor` would tell apart.
 */
const narrowNames: Readonly<Record<number, (type: never) => string>> = {
  [Type.Int]: ({ isSigned, bitWidth }: ownLibrary.Int) => `${isSigned ? 'Int' : 'Uint'}${bitWidth}`,
  [Type.Float]: ({ precision }: ownLibrary.Float) => `Float${16 << precision}`,
  [Type.Date]: ({ unit }: ownLibrary.Date_) => `Date${['Day', 'Millisecond'][unit]}`,
  [Type.Time]: ({ unit }: ownLibrary.Time) => `Time${timeUnits[unit]}`,
  [Type.Timestamp]: ({ unit }: ownLibrary.Timestamp) => `Timestamp${timeUnits[unit]}`,
  [Type.Duration]: ({ unit }: ownLibrary.Duration) => `Duration${timeUnits[unit]}`,
  [Type.Interval]: ({ unit }: ownLibrary.Interval) => `Interval${['YearMonth', 'DayTime', 'MonthDayNano'][unit]}`,
  [Type.Union]: ({ mode }: ownLibrary.Union) => `${['Sparse', 'Dense'][mode]}Union`,
}

/** What the classes are called whose names are not those of their type. */
const wideNames: Readonly<Record<number, string>> = { [Type.Map]: 'Map_', [Type.Date]: 'Date_' }

function prototypeFor(type: DataType, library: ArrowLibrary): object {
  const wide = wideNames[type.typeId] ?? Type[type.typeId] ?? ''
  const narrow = narrowNames[type.typeId]?.(type as never) ?? ''
  const found: unknown = Reflect.get(library, narrow) ?? Reflect.get(library, wide)
  if (typeof found === 'function') return found.prototype
  throw new PlanError('unknown_type', `Cannot make ${type} of this copy of apache-arrow: it has no such type`, {
    details: { type: String(type) },
  })
}
