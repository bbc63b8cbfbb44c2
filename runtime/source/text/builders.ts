// Collects values that are not worth, or not capable of, a byte-level parser into Arrow columns: any type, nested ones
// too, from JavaScript values in the encodings that docs/reference states for JSON (64-bit integers as numbers or texts,
// decimals as texts, binary as base64 …). Knows one value at a time, nothing of files.

import { type DataType as ArrowType, type Data, makeData } from 'apache-arrow'
import { packBits } from '../../../functions/column/bits.ts'
import { PlanError } from '../../../functions/errors.ts'
import { toArrowType } from '../../../functions/types/arrow.ts'
import { type DataType, type Schema, struct, typeName } from '../../../functions/types/type.ts'
import { fixedTypeOf } from './scalars.ts'

/** Why a value does not fit a column; the reader adds where it stands. */
export class ValueError extends Error {
  override readonly name = 'ValueError'
  readonly value: unknown
  readonly type: DataType
  /** The way from the column down to the value: field names and list positions. */
  readonly path: readonly string[]

  constructor(value: unknown, type: DataType, path: readonly string[] = []) {
    super(`${show(value)} is not ${typeName(type)}`)
    this.value = value
    this.type = type
    this.path = path
  }
}

export function show(value: unknown): string {
  const text = textOf(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return 'a deeply nested value' // what JSON.parse reads without end, its counterpart does not write
  }
}

/** Values of one column so far; `finish` hands them over and starts anew. */
export interface ValueBuilder {
  readonly length: number
  /** @throws {ValueError} When the value does not fit the type. */
  append(value: unknown): void
  finish(): Data
}

/** @throws {PlanError} `not_implemented` for types that no text can be read as. */
export function createBuilder(type: DataType): ValueBuilder {
  switch (type.kind) {
    case 'utf8':
    case 'binary':
      return bytesBuilder(type)
    case 'list':
      return listBuilder(type, type.item.type)
    case 'map':
      return listBuilder(type, struct([type.key, type.value]))
    case 'struct':
      return structBuilder(type, type.fields)
    case 'dictionary':
      throw new PlanError('not_implemented', 'Cannot read text into dictionary columns: declare the column as utf8')
    default:
      return fixedBuilder(type)
  }
}

/** Validity of the slots so far. */
function createValidity() {
  let bits = new Uint8Array(128)
  const state = { length: 0, nullCount: 0 }
  return {
    state,
    add(valid: boolean) {
      const at = state.length >> 3
      if (at >= bits.length) bits = grow(bits, at + 1)
      if (valid) bits[at] = (bits[at] ?? 0) | (1 << (state.length & 7))
      else state.nullCount++
      state.length++
    },
    take(): { length: number; nullCount: number; nullBitmap: Uint8Array | undefined } {
      const nullBitmap = state.nullCount === 0 ? undefined : bits.subarray(0, (state.length + 7) >> 3)
      const taken = { length: state.length, nullCount: state.nullCount, nullBitmap }
      bits = new Uint8Array(128)
      state.length = 0
      state.nullCount = 0
      return taken
    },
  }
}

function grow(bytes: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(needed, bytes.length * 2))
  larger.set(bytes)
  return larger
}

const make = (type: ArrowType, init: object): Data => makeData({ type, ...init } as Parameters<typeof makeData>[0])

function fixedBuilder(type: DataType): ValueBuilder {
  const arrowType = toArrowType(type)
  const validity = createValidity()
  const { width, write } = fixedTypeOf(type)
  let data = new Uint8Array(64 * width)
  let view = new DataView(data.buffer)
  return {
    get length() {
      return validity.state.length
    },
    append(value) {
      const at = validity.state.length * width
      if (at + width > data.length) {
        data = grow(data, at + width)
        view = new DataView(data.buffer)
      }
      const isNull = value === null || value === undefined
      if (!isNull && !write(view, at, value)) throw new ValueError(value, type)
      validity.add(!isNull)
    },
    finish() {
      const { length } = validity.state
      const taken = validity.take()
      const bytes = data
      data = new Uint8Array(64 * width)
      view = new DataView(data.buffer)
      if (type.kind === 'null') return make(arrowType, { length, nullCount: length })
      if (type.kind === 'bool') return make(arrowType, { ...taken, data: packBits(bytes, length).bits })
      const { ArrayType } = arrowType
      return make(arrowType, {
        ...taken,
        data: new ArrayType(bytes.buffer, 0, (length * width) / ArrayType.BYTES_PER_ELEMENT),
      })
    },
  }
}

function bytesBuilder(type: DataType): ValueBuilder {
  const arrowType = toArrowType(type)
  const validity = createValidity()
  let data = Buffer.allocUnsafeSlow(1024)
  let offsets = [0]
  let used = 0
  return {
    get length() {
      return validity.state.length
    },
    append(given) {
      const isOtherScalar = type.kind === 'utf8' && ['number', 'bigint', 'boolean'].includes(typeof given)
      const value = isOtherScalar ? String(given) : given
      if (typeof value === 'string') {
        const most = type.kind === 'utf8' ? value.length * 3 : value.length
        if (used + most > data.length) data = growBuffer(data, used + most)
        used += data.write(value, used, type.kind === 'utf8' ? 'utf8' : 'base64')
      } else if (value instanceof Uint8Array && type.kind === 'binary') {
        if (used + value.length > data.length) data = growBuffer(data, used + value.length)
        data.set(value, used)
        used += value.length
      } else if (value !== null && value !== undefined) throw new ValueError(value, type)
      validity.add(value !== null && value !== undefined)
      offsets.push(used)
    },
    finish() {
      const taken = { ...validity.take(), valueOffsets: Int32Array.from(offsets), data: data.subarray(0, used) }
      data = Buffer.allocUnsafeSlow(1024)
      offsets = [0]
      used = 0
      return make(arrowType, taken)
    },
  }
}

function growBuffer(bytes: Buffer, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, bytes.length * 2))
  larger.set(bytes)
  return larger
}

function listBuilder(type: DataType, itemType: DataType): ValueBuilder {
  const arrowType = toArrowType(type)
  const validity = createValidity()
  const items = createBuilder(itemType)
  let offsets = [0]
  return {
    get length() {
      return validity.state.length
    },
    append(value) {
      const isNull = value === null || value === undefined
      if (!isNull && !Array.isArray(value)) throw new ValueError(value, type)
      for (const [i, item] of (isNull ? [] : value).entries()) {
        if (type.kind === 'map' && !(Array.isArray(item) && item.length === 2 && item[0] !== null)) {
          throw new ValueError(value, type)
        }
        within(String(i), () => items.append(type.kind === 'map' ? { key: item[0], value: item[1] } : item))
      }
      validity.add(!isNull)
      offsets.push(items.length)
    },
    finish() {
      const taken = { ...validity.take(), valueOffsets: Int32Array.from(offsets), child: items.finish() }
      offsets = [0]
      return make(arrowType, taken)
    },
  }
}

function structBuilder(type: DataType, fields: Schema): ValueBuilder {
  const arrowType = toArrowType(type)
  const validity = createValidity()
  const children = fields.map((each) => [each.name, createBuilder(each.type)] as const)
  return {
    get length() {
      return validity.state.length
    },
    append(value) {
      const isNull = value === null || value === undefined
      if (!isNull && (typeof value !== 'object' || Array.isArray(value))) throw new ValueError(value, type)
      const from = (value ?? {}) as Readonly<Record<string, unknown>>
      for (const [name, child] of children) {
        within(name, () => child.append(Object.hasOwn(from, name) ? from[name] : null))
      }
      validity.add(!isNull)
    },
    finish() {
      return make(arrowType, { ...validity.take(), children: children.map(([, child]) => child.finish()) })
    },
  }
}

function within(step: string, append: () => void): void {
  try {
    append()
  } catch (error) {
    if (error instanceof ValueError) throw new ValueError(error.value, error.type, [step, ...error.path])
    throw error
  }
}
