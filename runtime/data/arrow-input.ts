// What a user gives as Arrow data, as the bytes of a source: tables and batches of any copy of apache-arrow, Arrow IPC, what
// other libraries write as Arrow IPC, and streams of batches or bytes, which are gathered when a job first reads them.

import { Data, Field, RecordBatch, Schema, Struct, type Vector } from 'apache-arrow'
import { type ArrowBatches, adoptBatches, createAdopter } from '../../functions/arrow/adopt.ts'
import type { ArrowBatchLike, ArrowTableLike } from '../../functions/arrow/like.ts'
import { isRecordBatch, isTable, isVector } from '../../functions/arrow/recognise.ts'
import { withArticle } from '../../functions/article.ts'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { checkBatch, InvalidArrayError } from '../../functions/column/check-data.ts'
import { valueAt } from '../../functions/column/column.ts'
import { PlanError } from '../../functions/errors.ts'
import { kindOf } from '../../functions/thrown.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import { plainType } from '../../functions/types/coercion.ts'
import { type DataType, field, nullType } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'
import { plainBatch, plainSchema } from '../source/arrow/plain-types.ts'
import { encodeStream } from '../source/arrow/stream-writer.ts'
import type { SourceSpec } from '../source/source.ts'

/** A table, a batch, or batches of one schema, of any copy of Arrow JavaScript. */
export type ArrowData = ArrowTableLike | ArrowBatchLike | Iterable<ArrowBatchLike>

/** The bytes of an Arrow IPC stream or file. */
export type ArrowBytes = Uint8Array | ArrayBufferLike

/** What writes itself as Arrow IPC: tables of Arquero, data frames of nodejs-polars. */
export type WritesArrow = { toArrowIPC(): Uint8Array } | { writeIPC(): Uint8Array }

/** Arrow data that comes by and by: batches, or the bytes of an Arrow stream however they are cut. */
export type ArrowStream =
  | AsyncIterable<ArrowBatchLike>
  | AsyncIterable<Uint8Array | ArrayBuffer>
  // The same to Node, but to types of the DOM before TypeScript 6.
  | ReadableStream<Uint8Array>

/** Everything that `fromArrow` takes. */
export type ArrowInput = ArrowData | ArrowBytes | WritesArrow | ArrowStream | Promise<ArrowData | ArrowBytes>

/** A source over the data. What must be waited for is read once, by the first job. @throws {PlanError} `invalid_argument` */
export function arrowSource(input: ArrowInput): SourceSpec {
  if (!isStream(input) && !(input instanceof Promise)) return { kind: 'memory', bytes: bytesOf(input) }
  let gathered: Promise<Uint8Array> | undefined
  const bytes = (): Promise<Uint8Array> => {
    gathered ??= gather(input)
    return gathered
  }
  return { kind: 'pending', bytes }
}

const isStream = (input: ArrowInput): input is ArrowStream =>
  typeof input === 'object' && input !== null && Symbol.asyncIterator in input

async function gather(input: ArrowStream | Promise<ArrowData | ArrowBytes>): Promise<Uint8Array> {
  if (!isStream(input)) return bytesOf(await input)
  const parts: unknown[] = []
  for await (const part of input) parts.push(part)
  if (parts.length === 0) throw refused('a stream that ended before it gave anything')
  const bytes = parts.flatMap((part) => asBytes(part) ?? [])
  if (bytes.length === 0) return encodeArrow(parts as ArrowBatchLike[])
  if (bytes.length === parts.length) return Buffer.concat(bytes)
  throw refused(`a stream of bytes and of ${withArticle(kindOf(parts.find((part) => asBytes(part) === undefined)))}`)
}

function asBytes(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  const isBuffer = value instanceof ArrayBuffer || value instanceof SharedArrayBuffer
  return isBuffer ? new Uint8Array(value) : undefined
}

/** An Arrow IPC stream, or a file. */
function bytesOf(input: ArrowData | ArrowBytes | WritesArrow): Uint8Array {
  const bytes = asBytes(input) ?? asBytes(written(input))
  return bytes ?? encodeArrow(input as ArrowData)
}

/** Asked for by name: data frames of nodejs-polars are proxies that deny having methods. */
function written(input: object): unknown {
  if (isTable(input) || typeof input !== 'object' || input === null) return undefined
  const { toArrowIPC, writeIPC } = input as Readonly<Record<string, unknown>>
  const write = toArrowIPC ?? writeIPC
  return typeof write === 'function' ? Reflect.apply(write, input, []) : undefined
}

/** An Arrow IPC stream of a table, or of batches of one schema. @throws {PlanError} `invalid_argument` */
function encodeArrow(data: ArrowData): Uint8Array {
  const { schema, batches } = adoptArrow(data)
  return encodeStream(schema, batches)
}

/**
 * What a user gave as objects of this copy of apache-arrow, looked through, in the layouts that the engine knows: Arrow's
 * writer is wrong about slices of views.
 *
 * @throws {PlanError} `invalid_argument`
 */
export function adoptArrow(data: ArrowData): ArrowBatches {
  const { schema, batches } = adoptBatches(batchesOf(data))
  batches.forEach(checkGiven)
  const plain = plainSchema(schema)
  return { schema: plain, batches: plain === schema ? batches : batches.map((batch) => plainBatch(batch)) }
}

/** The values of a vector of any copy of apache-arrow, as the engine has them. @throws {PlanError} `invalid_argument` */
export function vectorValues(vector: Vector): { readonly type: DataType; readonly values: readonly Value[] } {
  const fields = [new Field('vector', vector.type, true)]
  const schema = new Schema(fields)
  const given = createAdopter()
    .vector(vector)
    .data.map((data) => new RecordBatch(schema, new Data(new Struct(fields), 0, data.length, 0, undefined, [data])))
  const { schema: plain, batches } = adoptArrow(given)
  const [column] = fromArrowSchema(plain)
  const type = plainType(column?.type ?? nullType)
  const values = batches.flatMap((batch) => {
    const [chunk] = fromRecordBatch(batch, [field('vector', type)]).columns
    return chunk === undefined ? [] : Array.from({ length: chunk.length }, (_, row) => valueAt(chunk, row))
  })
  return { type, values }
}

function checkGiven(batch: RecordBatch, index: number): void {
  try {
    checkBatch(batch)
  } catch (error) {
    if (!(error instanceof InvalidArrayError)) throw error
    const message = `Cannot read this as Arrow data: in batch ${index}, ${error.message}`
    throw new PlanError('invalid_argument', message, { cause: error })
  }
}

/** Batches of one schema. Arrow's writer would leave out batches that differ from the first without a word. */
function batchesOf(data: ArrowData): ArrowBatches {
  if (isTable(data)) return { schema: data.schema, batches: data.batches.filter(isWhole) }
  const hint = hintFor(data)
  if (hint !== undefined) throw refused(hint)
  const parts: unknown[] = isRecordBatch(data) ? [data] : isIterable(data) ? [...data] : [data]
  if (parts.length === 0) throw refused('none at all')
  const wrong = parts.findIndex((part) => !isRecordBatch(part))
  if (wrong !== -1) throw refused(hintFor(parts[wrong]) ?? withArticle(kindOf(parts[wrong])))
  const batches = parts as readonly RecordBatch[]
  const schema = batches[0]?.schema as RecordBatch['schema']
  const other = batches.findIndex((batch) => String(batch.schema) !== String(schema))
  if (other === -1) return { schema, batches: batches.filter(isWhole) }
  throw new PlanError(
    'invalid_argument',
    `Cannot make a table of these batches: the schema of batch ${other} is ${batches[other]?.schema}, that of the first is ${schema}`,
  )
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value

/** Of a stream without batches, Arrow's reader gives one batch without columns. */
const isWhole = ({ numRows, data }: RecordBatch): boolean => numRows > 0 || data.children.length > 0

/** What was given, and the way from it to Arrow data, where there is one. */
function hintFor(given: unknown): string | undefined {
  if (isVector(given)) return 'a vector; name it as a column: fromColumns({ name: vector })'
  if (typeof given !== 'object' || given === null) return undefined
  const isFlechette = 'schema' in given && 'children' in given && 'names' in given
  return isFlechette ? 'a table of Flechette; give its bytes: fromArrow(tableToIPC(table))' : undefined
}

function refused(given: string): PlanError {
  return new PlanError(
    'invalid_argument',
    `Cannot read this as Arrow data: give a table or record batches of Arrow JavaScript, or the bytes of an Arrow stream or file, not ${given}`,
  )
}
