// The columns of a Parquet file as a tree: which Volley type each has, and at which definition and repetition levels its
// values, lists and structs exist. Follows the rules of parquet-format's LogicalTypes.md, old writers' spellings included.
// Reads no bytes.

import type { SchemaElement } from 'hyparquet'
import {
  binary,
  bool,
  type DataType,
  date32,
  decimal128,
  type Field,
  field,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  interval,
  list,
  nullType,
  type Schema,
  struct,
  type TimeUnit,
  time32,
  time64,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from '../../../functions/types/type.ts'
import type { Pieces } from '../../turns/turns.ts'
import { unreadable } from '../files.ts'

interface NodeBase {
  readonly field: Field
  /** The definition level from which on the node's own value is not null. */
  readonly definition: number
  /** Repetition level of the nearest list around it, and the definition level from which on that list has an element. */
  readonly slotRepetition: number
  readonly slotDefinition: number
}
export interface LeafNode extends NodeBase {
  readonly kind: 'leaf'
  /** Index among the file's physical columns. */
  readonly index: number
  readonly element: SchemaElement
}
export interface StructNode extends NodeBase {
  readonly kind: 'struct'
  readonly children: readonly ColumnNode[]
}
export interface ListNode extends NodeBase {
  readonly kind: 'list'
  /** The element; for a map the entries, as a struct of key and value. */
  readonly item: ColumnNode
}
export type ColumnNode = LeafNode | StructNode | ListNode

interface Levels {
  readonly definition: number
  readonly slotRepetition: number
  readonly slotDefinition: number
}

/**
 * The top-level columns of the file.
 *
 * @throws {DataError} `source_unreadable` for a column whose type Volley cannot represent, naming the column.
 */
export function parquetColumns(schema: readonly SchemaElement[], path: string): Pieces<readonly ColumnNode[]> {
  return new SchemaWalk(schema, path).columns()
}

/** A walk over a file's schema elements, which are a tree written down parents first. */
class SchemaWalk {
  readonly #schema: readonly SchemaElement[]
  readonly #path: string
  #at = 0
  #leaves = 0

  constructor(schema: readonly SchemaElement[], path: string) {
    this.#schema = schema
    this.#path = path
  }

  *columns(): Pieces<readonly ColumnNode[]> {
    const root = this.#next()
    const top: Levels = { definition: 0, slotRepetition: 0, slotDefinition: 0 }
    const columns: ColumnNode[] = []
    while (columns.length < (root.num_children ?? 0)) {
      columns.push(this.#node(top))
      yield
    }
    return columns
  }

  #next(): SchemaElement {
    const element = this.#schema[this.#at++]
    if (element === undefined) throw unreadable(this.#path, 'the schema in its footer is damaged; write it again')
    return element
  }

  #node(parent: Levels, rename?: string): ColumnNode {
    const element = this.#next()
    if (element.repetition_type === 'REPEATED') return this.#bareList(element, parent)
    return this.#plainNode(element, parent, rename)
  }

  /** A repeated field outside a LIST or MAP: a list of required elements that cannot be null itself. */
  #bareList(element: SchemaElement, parent: Levels): ListNode {
    const item = this.#plainNode({ ...element, repetition_type: 'REQUIRED' }, inList(parent))
    return { ...parent, kind: 'list', field: field(element.name, list({ ...item.field, name: 'item' }), false), item }
  }

  #plainNode(element: SchemaElement, parent: Levels, rename?: string): ColumnNode {
    const nullable = element.repetition_type === 'OPTIONAL'
    const levels = { ...parent, definition: parent.definition + (nullable ? 1 : 0) }
    const name = rename ?? element.name
    const count = element.num_children ?? 0
    if (count === 0 && element.type !== undefined) {
      const type = leafType(element, this.#path)
      return { ...levels, kind: 'leaf', field: field(name, type, nullable), index: this.#leaves++, element }
    }
    const annotation = element.converted_type ?? element.logical_type?.type
    const child = this.#schema[this.#at]
    if (count === 1 && child?.repetition_type === 'REPEATED') {
      if (annotation === 'LIST') return this.#listNode(element.name, name, nullable, levels)
      if (annotation === 'MAP' || annotation === 'MAP_KEY_VALUE') {
        if (child.num_children === 2) return this.#mapNode(name, nullable, levels)
      }
    }
    const children = Array.from({ length: count }, () => this.#node(levels))
    const type = struct(children.map((each) => each.field))
    return { ...levels, kind: 'struct', field: field(name, type, nullable), children }
  }

  #listNode(group: string, name: string, nullable: boolean, levels: Levels): ListNode {
    const repeated = this.#next()
    const inner = inList(levels)
    const count = repeated.num_children ?? 0
    // The backward-compatibility rules: the repeated field is the element itself unless it is a group of one.
    const isElement = count !== 1 || repeated.name === 'array' || repeated.name === `${group}_tuple`
    const item = isElement
      ? this.#plainNode({ ...repeated, repetition_type: 'REQUIRED' }, inner, 'item')
      : this.#node(inner, 'item')
    return { ...levels, kind: 'list', field: field(name, list(item.field), nullable), item }
  }

  #mapNode(name: string, nullable: boolean, levels: Levels): ListNode {
    this.#next()
    const inner = inList(levels)
    const key = this.#node(inner, 'key')
    const value = this.#node(inner, 'value')
    const entries: StructNode = {
      ...inner,
      kind: 'struct',
      field: field('entries', struct([key.field, value.field]), false),
      children: [key, value],
    }
    const type: DataType = Object.freeze({ kind: 'map', key: key.field, value: value.field })
    return { ...levels, kind: 'list', field: field(name, type, nullable), item: entries }
  }
}

export const columnSchema = (columns: readonly ColumnNode[]): Schema => columns.map((column) => column.field)

function inList(levels: Levels): Levels {
  return {
    definition: levels.definition + 1,
    slotRepetition: levels.slotRepetition + 1,
    slotDefinition: levels.definition + 1,
  }
}

const integerTypes = {
  INT_8: int8,
  INT_16: int16,
  INT_32: int32,
  INT_64: int64,
  UINT_8: uint8,
  UINT_16: uint16,
  UINT_32: uint32,
  UINT_64: uint64,
} as const
const timeUnits = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const satisfies Record<string, TimeUnit>

function leafType(element: SchemaElement, path: string): DataType {
  const { type, converted_type: converted, logical_type: logical } = element
  if (logical?.type === 'NULL') return nullType
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return decimalType(element, path)
  if (logical?.type === 'INTEGER') {
    return (
      integerTypes[`${logical.isSigned ? 'INT' : 'UINT'}_${logical.bitWidth}` as keyof typeof integerTypes] ?? int64
    )
  }
  if (converted !== undefined && converted in integerTypes) return integerTypes[converted as keyof typeof integerTypes]
  if (logical?.type === 'TIMESTAMP') {
    return timestamp(timeUnits[logical.unit], logical.isAdjustedToUTC ? 'UTC' : undefined)
  }
  if (converted === 'TIMESTAMP_MILLIS') return timestamp('ms', 'UTC')
  if (converted === 'TIMESTAMP_MICROS') return timestamp('us', 'UTC')
  if (logical?.type === 'TIME') return logical.unit === 'MILLIS' ? time32('ms') : time64(timeUnits[logical.unit])
  if (converted === 'TIME_MILLIS') return time32('ms')
  if (converted === 'TIME_MICROS') return time64('us')
  if (logical?.type === 'DATE' || converted === 'DATE') return date32
  if (logical?.type === 'FLOAT16') return float32
  if (converted === 'INTERVAL') return interval('month_day_nano')
  const isText =
    ['STRING', 'ENUM', 'JSON'].includes(logical?.type ?? '') || ['UTF8', 'ENUM', 'JSON'].includes(converted ?? '')
  switch (type) {
    case 'BOOLEAN':
      return bool
    case 'INT32':
      return int32
    case 'INT64':
      return int64
    case 'INT96':
      return timestamp('ns')
    case 'FLOAT':
      return float32
    case 'DOUBLE':
      return float64
    default:
      return isText ? utf8 : binary
  }
}

function decimalType(element: SchemaElement, path: string): DataType {
  const logical = element.logical_type?.type === 'DECIMAL' ? element.logical_type : undefined
  const precision = logical?.precision ?? element.precision ?? 0
  if (precision > 38) {
    throw unreadable(
      path,
      `its column "${element.name}" is a decimal of ${precision} digits, more than the 38 of decimal128; write it with fewer digits`,
    )
  }
  const scale = logical?.scale ?? element.scale ?? 0
  if (!(precision >= 1 && scale >= -38 && scale <= precision)) {
    throw unreadable(
      path,
      `its column "${element.name}" is a decimal of ${precision} digits, ${scale} of them after the point`,
    )
  }
  return decimal128(precision, scale)
}
