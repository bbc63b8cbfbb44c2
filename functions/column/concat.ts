// Joining batches into one: what sorting and everything else that needs all rows at once works on.

import { plainType } from '../types/coercion.ts'
import type { DataType } from '../types/type.ts'
import type { Value } from '../types/value.ts'
import { allocateBytes, type Batch, bigintArray, numberArray, type PlainColumn, storageOf } from './column.ts'
import { resolveDictionary } from './take.ts'

/** One batch with the rows of all. Dictionaries are resolved. */
export function concatBatches(batches: readonly Batch[], types: readonly DataType[]): Batch {
  const length = batches.reduce((sum, batch) => sum + batch.length, 0)
  const columns = types.map((type, c) => {
    const parts = batches.flatMap((batch) => {
      const column = batch.columns[c]
      return column === undefined ? [] : [resolveDictionary(column)]
    })
    return concatColumns(parts, plainType(type), length)
  })
  return { length, columns }
}

/** The rows of all parts, `length` in all, as one column. */
export function concatColumns(parts: readonly PlainColumn[], type: DataType, length: number): PlainColumn {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const valid = concatValidity(parts, length)
  const storage = storageOf(type)
  switch (storage) {
    case 'null':
      return { storage, type, length, valid: new Uint8Array(length) }
    case 'bytes':
      return concatBytes(parts, type, length, valid)
    case 'object': {
      const values: Value[] = []
      for (const part of parts) if (part.storage === 'object') for (const value of part.values) values.push(value)
      return { storage, type, length, valid, values }
    }
    case 'bigint': {
      const values = bigintArray(type, length)
      fill(parts, values)
      return { storage, type, length, valid, values }
    }
    case 'decimal': {
      const values = new BigUint64Array(2 * length)
      fill(parts, values, 2)
      return { storage, type, length, valid, values }
    }
    case 'mask': {
      const values = new Uint8Array(length)
      fill(parts, values)
      return { storage, type, length, valid, values }
    }
    case 'number': {
      const values = numberArray(type, length)
      fill(parts, values)
      return { storage, type, length, valid, values }
    }
  }
}

function fill(parts: readonly PlainColumn[], values: { set(from: never, at: number): void }, perRow = 1): void {
  let at = 0
  for (const part of parts) {
    if ('values' in part) values.set((part.values as Uint8Array).subarray(0, part.length * perRow) as never, at)
    at += part.length * perRow
  }
}

function concatValidity(parts: readonly PlainColumn[], length: number): Uint8Array | undefined {
  if (parts.every((part) => part.valid === undefined)) return undefined
  const valid = new Uint8Array(length).fill(1)
  let at = 0
  for (const part of parts) {
    if (part.valid !== undefined) valid.set(part.valid.subarray(0, part.length), at)
    at += part.length
  }
  return valid
}

function concatBytes(
  parts: readonly PlainColumn[],
  type: DataType,
  length: number,
  valid: Uint8Array | undefined,
): PlainColumn {
  const offsets = new Int32Array(length + 1)
  let size = 0
  let row = 0
  for (const part of parts) {
    if (part.storage !== 'bytes') continue
    const start = part.offsets[0] ?? 0
    for (let i = 1; i <= part.length; i++) offsets[row + i] = size + (part.offsets[i] ?? 0) - start
    size += (part.offsets[part.length] ?? 0) - start
    row += part.length
  }
  const values = allocateBytes(size)
  let at = 0
  for (const part of parts) {
    if (part.storage !== 'bytes') continue
    const used = part.values.subarray(part.offsets[0] ?? 0, part.offsets[part.length] ?? 0)
    values.set(used, at)
    at += used.length
  }
  return { storage: 'bytes', type, length, valid, offsets, values }
}
