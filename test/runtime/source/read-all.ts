// Reads whole sources in tests and turns columns into the plain values that expected.json holds: temporal values as
// counts, 64-bit integers beyond 2^53 and decimals as strings, binary as base64.

import { type Data, DataType, type RecordBatch } from 'apache-arrow'
import { openSource, readPartition } from '../../../runtime/source/formats.ts'
import type { ReadOptions, SourceSpec } from '../../../runtime/source/source.ts'

export type Columns = Record<string, unknown[]>

/** All batches of all partitions, one partition after the other. */
export async function readBatches(spec: SourceSpec, options?: ReadOptions, target?: number): Promise<RecordBatch[]> {
  const source = await openSource(spec)
  const batches: RecordBatch[] = []
  for (const partition of source.partitions(target)) {
    for await (const batch of readPartition(spec, partition, options)) batches.push(batch)
  }
  return batches
}

/** The rows of a source by column, as plain values. */
export async function readColumns(spec: SourceSpec, options?: ReadOptions, target?: number): Promise<Columns> {
  const { schema } = await openSource(spec)
  const names = options?.columns ?? schema.map((field) => field.name)
  const columns: Columns = Object.fromEntries(names.map((name) => [name, []]))
  for (const batch of await readBatches(spec, options, target)) {
    for (const [i, field] of batch.schema.fields.entries()) {
      const child = batch.data.children[i] as Data
      if (child.length !== batch.numRows) throw new Error(`${field.name} has ${child.length} of ${batch.numRows} rows`)
      columns[field.name]?.push(...plainValues(child))
    }
  }
  return columns
}

export function plainValues(data: Data): unknown[] {
  if (DataType.isNull(data.type)) return Array(data.length).fill(null)
  return Array.from({ length: data.length }, (_, i) => (data.getValid(i) ? plainValue(data, i) : null))
}

function plainValue(data: Data, row: number): unknown {
  const { type, values, valueOffsets, children, offset } = data
  if (DataType.isDictionary(type)) return plainValue(data.dictionary?.data[0] as Data, values[row])
  if (DataType.isBool(type)) return ((values[(offset + row) >> 3] >> ((offset + row) & 7)) & 1) === 1
  if (DataType.isUtf8(type)) return Buffer.from(values.subarray(valueOffsets[row], valueOffsets[row + 1])).toString()
  if (DataType.isBinary(type)) {
    return Buffer.from(values.subarray(valueOffsets[row], valueOffsets[row + 1])).toString('base64')
  }
  if (DataType.isList(type) || DataType.isMap(type)) {
    const child = children[0] as Data
    const items = Array.from({ length: valueOffsets[row + 1] - valueOffsets[row] }, (_, i) => valueOffsets[row] + i)
    const list = items.map((at) => (child.getValid(at) ? plainValue(child, at) : null))
    return DataType.isMap(type) ? list.map((entry) => Object.values(entry as object)) : list
  }
  if (DataType.isStruct(type)) {
    return Object.fromEntries(
      type.children.map((field, i) => {
        const child = children[i] as Data
        return [field.name, child.getValid(row) ? plainValue(child, row) : null]
      }),
    )
  }
  if (DataType.isDecimal(type)) return plainDecimal(values.subarray(row * 4, row * 4 + 4), type.scale)
  return plainNumber(values[row])
}

function plainNumber(value: number | bigint): unknown {
  if (typeof value === 'bigint') {
    return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : String(value)
  }
  return Number.isFinite(value) ? value : String(value)
}

function plainDecimal(words: Uint32Array, scale: number): string {
  let unsigned = 0n
  for (const word of [...words].reverse()) unsigned = (unsigned << 32n) | BigInt(word)
  const value = BigInt.asIntN(128, unsigned)
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}
