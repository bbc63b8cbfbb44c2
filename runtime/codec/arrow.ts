// How Arrow values travel inside closures and payloads: as IPC bytes. Those of any copy of the library travel; what is
// revived is of this process's own. Both sides assign new dictionary ids: a process counts them up, so the sender's would
// differ from run to run and could collide with others in the receiver.

import { Data, type DataType, Field, RecordBatch, RecordBatchReader, Schema, Struct, Table, Vector } from 'apache-arrow'
import { adoptBatches, createAdopter } from '../../functions/arrow/adopt.ts'
import {
  isData,
  isDataType,
  isField,
  isRecordBatch,
  isSchema,
  isTable,
  isVector,
} from '../../functions/arrow/recognise.ts'
import { refuseForeignWriters } from '../../functions/arrow/refuse-foreign-writers.ts'
import { checkBatch } from '../../functions/column/check-data.ts'
import { encodeStream } from '../source/arrow/stream-writer.ts'
import { DamagedMetadataError, verifyMessage } from '../source/arrow/verify.ts'
import type { ShippedType } from './closure/shipped-type.ts'

/** The Arrow values that closures may capture. */
export const arrowTypes: readonly ShippedType[] = [
  {
    name: 'arrow.Table',
    is: isTable,
    encode: (value) => encodeBatches((value as Table).schema, (value as Table).batches),
    decode: (data) => {
      const { schema, batches } = decodeBatches(data)
      return new Table(schema, batches)
    },
  },
  {
    name: 'arrow.RecordBatch',
    is: isRecordBatch,
    encode: (value) => encodeBatches((value as RecordBatch).schema, [value as RecordBatch]),
    decode: (data) => first(decodeBatches(data).batches),
  },
  {
    name: 'arrow.Vector',
    is: isVector,
    encode: (value) => encodeChunks((value as Vector).type, (value as Vector).data),
    decode: decodeVector,
  },
  {
    name: 'arrow.Data',
    is: isData,
    encode: (value) => encodeChunks((value as Data).type, [value as Data]),
    decode: (data) => first(decodeVector(data).data),
  },
  {
    name: 'arrow.Schema',
    is: isSchema,
    encode: (value) => encodeBatches(value as Schema, []),
    decode: (data) => decodeBatches(data).schema,
  },
  {
    name: 'arrow.Field',
    is: isField,
    encode: (value) => encodeBatches(new Schema([value as Field]), []),
    decode: (data) => first(decodeBatches(data).schema.fields),
  },
  {
    name: 'arrow.DataType',
    is: isDataType,
    encode: (value) => encodeBatches(new Schema([new Field('', value as DataType, true)]), []),
    decode: (data) => first(decodeBatches(data).schema.fields).type,
  },
]

/** Writes batches of one schema as an IPC stream: the same values give the same bytes in every process. */
function encodeBatches(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const own = adoptBatches({ schema, batches })
  return encodeStream(own.schema, own.batches)
}

function decodeBatches(data: unknown): { schema: Schema; batches: RecordBatch[] } {
  if (!(data instanceof Uint8Array)) throw new TypeError('Cannot read Arrow data: it is not bytes')
  checkMessages(data)
  refuseForeignWriters()
  const reader = RecordBatchReader.from(data).open()
  const adopter = createAdopter()
  const schema = adopter.schema(reader.schema)
  // A stream without batches is read as one batch of a class of its own, which is incomplete.
  const batches = [...reader].filter((batch) => Object.getPrototypeOf(batch) === RecordBatch.prototype)
  batches.forEach(checkBatch)
  return { schema, batches: batches.map((batch) => adopter.batch(schema, batch)) }
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

function encodeChunks(type: DataType, chunks: readonly Data[]): Uint8Array {
  const adopter = createAdopter()
  const schema = new Schema([new Field('', adopter.type(type), true)])
  const batches = chunks.map((chunk) => {
    const data = adopter.data(chunk, first(schema.fields).type)
    return new RecordBatch(schema, structOf(new Struct(schema.fields), data.length, [data]))
  })
  return encodeBatches(schema, batches)
}

function decodeVector(data: unknown): Vector {
  const { schema, batches } = decodeBatches(data)
  const chunks = batches.flatMap((batch) => batch.data.children)
  return new Vector(chunks.length > 0 ? chunks : [new Data(first(schema.fields).type, 0, 0)])
}

function structOf(type: Struct, length: number, children: readonly Data[]): Data<Struct> {
  return new Data(type, 0, length, 0, undefined, [...children])
}

function first<T>(list: readonly T[], index = 0): T {
  const item = list[index]
  if (item === undefined) throw new TypeError('Cannot read Arrow data: it is incomplete')
  return item
}
