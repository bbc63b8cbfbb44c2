// The conformance cases: expressions, inputs and the answers of a real DataFusion, from test/golden/conformance. Reading
// them, and turning their JSON values into values and columns, is here; running them is run.ts.

import { readFileSync } from 'node:fs'
import { parseDecimal } from '../../functions/cast/decimal.ts'
import { formatter } from '../../functions/cast/format.ts'
import { textParser } from '../../functions/cast/parse.ts'
import {
  type Batch,
  bigintArray,
  type Column,
  numberArray,
  setDecimal,
  storageOf,
} from '../../functions/column/column.ts'
import { parseArrowType } from '../../functions/types/arrow-name.ts'
import { type DataType, field, isBigInt, isFloat, isTime, type Schema } from '../../functions/types/type.ts'
import type { Value } from '../../functions/types/value.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface ConformanceCase {
  readonly id: string
  readonly sql: string
  readonly kind: 'scalar' | 'filter' | 'aggregate' | 'window'
  readonly input: readonly { readonly name: string; readonly type: string; readonly values: readonly Json[] }[]
  readonly groupBy?: readonly string[]
  readonly where?: string
  readonly having?: string
  readonly tolerance?: number
  readonly differs54?: readonly string[]
  readonly differs55?: readonly string[]
  readonly expected?: {
    readonly type: string
    readonly values: readonly Json[]
    readonly rows?: readonly number[]
    readonly keyTypes?: readonly string[]
    readonly keys?: readonly (readonly Json[])[]
  }
  readonly expectedError?: { readonly category: string; readonly phase?: 'plan' | 'exec'; readonly message: string }
}

const folder = new URL('../golden/conformance/', import.meta.url)
const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

/** The cases of one file. */
export function readCases(file: string): readonly ConformanceCase[] {
  return (readJson(file) as { cases: readonly ConformanceCase[] }).cases
}

/** Cases that do not give DataFusion's answer, with the reason: the id of each must be listed, and only theirs. */
export const pending = readJson('pending') as Readonly<Record<string, string>>

/** An answer of ours: a type and values, rows of a filter, or the phase it fails in. */
export interface OurAnswer {
  readonly because: string
  readonly type?: string
  readonly values?: readonly Json[]
  readonly keys?: readonly (readonly Json[])[]
  readonly fails?: 'plan' | 'exec'
}

/** Answers that replace DataFusion's where we deviate on purpose; see docs/reference/deviations.md. */
export const ours = readJson('ours') as Readonly<Record<string, OurAnswer>>

export interface Input {
  readonly schema: Schema
  readonly batch: Batch
}

/** The table `t` of a case. */
export function inputOf(test: ConformanceCase): Input {
  const types = test.input.map((column) => parseArrowType(column.type))
  const schema = test.input.map((column, i) => field(column.name, types[i]!))
  const columns = test.input.map((column, i) =>
    columnOf(
      types[i]!,
      column.values.map((value) => decode(value, types[i]!)),
    ),
  )
  return { schema, batch: { length: test.input[0]?.values.length ?? 1, columns } }
}

/** A JSON value of a case as the value that rows of `type` have. */
export function decode(json: Json, type: DataType): Value {
  if (json === null) return null
  if (isFloat(type)) return typeof json === 'string' ? (json === '-0' ? -0 : Number(json)) : (json as number)
  if (type.kind === 'decimal128') return parseDecimal(String(json), type.scale) ?? null
  if (type.kind === 'date32' && String(json).startsWith('days:')) return Number(String(json).slice(5))
  if (type.kind === 'date32' || isTime(type)) return parseText(String(json), type)
  if (type.kind === 'timestamp') return typeof json === 'number' ? BigInt(json) : parseInstant(String(json), type)
  if (isBigInt(type)) return BigInt(json as number | string)
  if (type.kind === 'binary') return Uint8Array.from(Buffer.from(String(json).slice(2), 'hex'))
  if (type.kind === 'list') return (json as readonly Json[]).map((item) => decode(item, type.item.type))
  if (type.kind === 'map')
    return (json as readonly (readonly [Json, Json])[]).map(([key, value]) => [
      decode(key, type.key.type),
      decode(value, type.value.type),
    ])
  if (type.kind === 'struct') {
    const record = json as Readonly<Record<string, Json>>
    return Object.fromEntries(type.fields.map((f) => [f.name, decode(record[f.name] ?? null, f.type)]))
  }
  return json as Value
}

const parseText = (text: string, type: DataType): Value => textParser(type)?.(text) ?? null

/** Instants are written in UTC, also those of zoned types. */
function parseInstant(text: string, type: DataType & { kind: 'timestamp' }): Value {
  if (/^-?\d+$/.test(text)) return BigInt(text)
  const far = /^\+?(\d{5,6})-(.*)$/.exec(text)
  if (far === null) return parseText(text.replace(/Z$/, ''), { kind: 'timestamp', unit: type.unit })
  const ms = BigInt(
    Date.parse(`+${far[1]!.padStart(6, '0')}-${far[2]!.replace(/(\.\d{3})\d*/, '$1')}Z`.replace('ZZ', 'Z')),
  )
  return type.unit === 's' ? ms / 1000n : ms * { ms: 1n, us: 1000n, ns: 1_000_000n }[type.unit]
}

/** Values that are compared as text, because the cases hold their text. */
export function comparable(value: Value, type: DataType): Value {
  if (value === null || type.kind !== 'interval') return value
  return formatter(type)?.(value as never) ?? null
}

/** A column of values. */
export function columnOf(type: DataType, values: readonly Value[]): Column {
  const { length } = values
  const valid = values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 0 : 1)) : undefined
  const storage = storageOf(type)
  switch (storage) {
    case 'null':
      return { storage, type, length, valid: new Uint8Array(length) }
    case 'number': {
      const array = numberArray(type, length)
      values.forEach((value, i) => {
        array[i] = (value as number | null) ?? 0
      })
      return { storage, type, length, valid, values: array }
    }
    case 'bigint': {
      const array = bigintArray(type, length)
      values.forEach((value, i) => {
        array[i] = (value as bigint | null) ?? 0n
      })
      return { storage, type, length, valid, values: array }
    }
    case 'mask':
      return { storage, type, length, valid, values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)) }
    case 'decimal': {
      const words = new BigUint64Array(2 * length)
      values.forEach((value, i) => {
        setDecimal(words, i, (value as bigint | null) ?? 0n)
      })
      return { storage, type, length, valid, values: words }
    }
    case 'bytes': {
      const parts = values.map((value) =>
        value === null ? new Uint8Array() : typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array),
      )
      const offsets = new Int32Array(length + 1)
      parts.forEach((part, i) => {
        offsets[i + 1] = offsets[i]! + part.length
      })
      return { storage, type, length, valid, values: new Uint8Array(Buffer.concat(parts)), offsets }
    }
    case 'object':
      return { storage, type, length, valid, values }
  }
}

/** Whether two values are the same; floats may differ by `tolerance` of their size. */
export function sameValue(a: Value, b: Value, tolerance: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return (
      Object.is(a, b) ||
      (Number.isFinite(a) &&
        Number.isFinite(b) &&
        a !== 0 &&
        Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)))
    )
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if (a instanceof Uint8Array || b instanceof Uint8Array)
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0
  const [left, right] = [Object.entries(a), Object.entries(b)] as [[string, Value][], [string, Value][]]
  return (
    left.length === right.length &&
    left.every(([key, value], i) => right[i]![0] === key && sameValue(value, right[i]![1], tolerance))
  )
}
