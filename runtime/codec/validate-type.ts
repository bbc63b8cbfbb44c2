// Types and fields that came over the wire: checked before anything relies on them. Hostile text can hold any plain data
// where a type belongs.

import { WireError } from '../../functions/errors.ts'
import type { DataType, Field, TypeKind } from '../../functions/types/type.ts'
import { maxTypeDepth } from '../../functions/types/type-grammar.ts'

const timeUnits: readonly unknown[] = ['s', 'ms', 'us', 'ns']
const intervalUnits: readonly unknown[] = ['year_month', 'day_time', 'month_day_nano']

/** A payload may hold this many nodes, and one more for each of its bytes: a shared node counts each time it is used. */
const SPARE_NODES = 10_000

/** Counts the nodes that are walked in one payload, so that a small payload cannot unfold into a huge tree. */
export class NodeBudget {
  #left: number

  constructor(payloadBytes: number) {
    this.#left = SPARE_NODES + payloadBytes
  }

  /** @throws {WireError} `wire_too_large` */
  spend(): void {
    if (this.#left-- > 0) return
    throw new WireError('wire_too_large', 'Cannot accept a payload: it has more nodes than bytes')
  }
}

type PlainRecord = Readonly<Record<string, unknown>>
type Check = (type: PlainRecord, budget: NodeBudget, depth: number) => boolean

const simple: Check = () => true

/** What each kind of type must have besides its kind. */
const checks: { readonly [Kind in TypeKind]: Check } = {
  null: simple,
  bool: simple,
  int8: simple,
  int16: simple,
  int32: simple,
  int64: simple,
  uint8: simple,
  uint16: simple,
  uint32: simple,
  uint64: simple,
  float32: simple,
  float64: simple,
  utf8: simple,
  binary: simple,
  date32: simple,
  decimal128: ({ precision, scale }) => isWhole(precision, 1, 38) && isWhole(scale, -38, Number(precision)),
  timestamp: ({ unit, timezone }) =>
    timeUnits.includes(unit) && (timezone === undefined || typeof timezone === 'string'),
  time32: ({ unit }) => unit === 's' || unit === 'ms',
  time64: ({ unit }) => unit === 'us' || unit === 'ns',
  duration: ({ unit }) => timeUnits.includes(unit),
  interval: ({ unit }) => intervalUnits.includes(unit),
  list: ({ item }, budget, depth) => isFieldWithin(item, budget, depth),
  struct: ({ fields }, budget, depth) => isListOf(fields, (field) => isFieldWithin(field, budget, depth)),
  map: ({ key, value }, budget, depth) => isFieldWithin(key, budget, depth) && isFieldWithin(value, budget, depth),
  dictionary: ({ index, value }, budget, depth) =>
    isTypeWithin(index, budget, depth) && isTypeWithin(value, budget, depth),
}

/** Whether a value is a type, all the way down. */
export const isDataType = (value: unknown, budget: NodeBudget): value is DataType => isTypeWithin(value, budget, 0)

/** Whether a value is a field: name, type, nullability, and metadata of texts. */
export const isField = (value: unknown, budget: NodeBudget): value is Field => isFieldWithin(value, budget, 0)

/** Whether a value is an array, without holes, whose items pass. */
export function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is readonly unknown[] {
  if (!Array.isArray(value)) return false
  // A sparse array can claim a length that nobody can walk.
  for (let i = 0; i < value.length; i++) if (!Object.hasOwn(value, i) || !isItem(value[i])) return false
  return true
}

export function isRecord(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTypeWithin(value: unknown, budget: NodeBudget, depth: number): boolean {
  budget.spend()
  if (!isRecord(value) || depth > maxTypeDepth) return false
  const { kind } = value
  if (typeof kind !== 'string' || !Object.hasOwn(checks, kind)) return false
  return checks[kind as TypeKind](value, budget, depth + 1)
}

function isFieldWithin(value: unknown, budget: NodeBudget, depth: number): boolean {
  if (!isRecord(value) || typeof value.name !== 'string' || typeof value.nullable !== 'boolean') return false
  const { metadata } = value
  const isTexts =
    metadata === undefined || (isRecord(metadata) && Object.values(metadata).every((text) => typeof text === 'string'))
  return isTexts && isTypeWithin(value.type, budget, depth + 1)
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most
}
