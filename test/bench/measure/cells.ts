// Results of all engines in one form, so that they can be compared: a column is a double per row. Texts are their hash.

import type * as arrow from 'apache-arrow'

export interface Cells {
  readonly rows: number
  readonly columns: readonly CellColumn[]
}

export interface CellColumn {
  /** Numbers, or hashes of texts. */
  readonly values: Float64Array
  /** 0 where the value is null; undefined when none is. */
  readonly valid: Uint8Array | undefined
}

/** Columns of JavaScript values. */
export function cellsOfColumns(columns: readonly ArrayLike<unknown>[]): Cells {
  const cells = columns.map((column) => {
    const builder = new CellBuilder(column.length)
    for (let row = 0; row < column.length; row++) builder.put(row, column[row])
    return builder.column()
  })
  return { rows: columns[0]?.length ?? 0, columns: cells }
}

/** An Arrow table; dictionaries are resolved. */
export function cellsOfArrow(table: arrow.Table): Cells {
  const columns = table.schema.fields.map((_, at) => {
    const vector = table.getChildAt(at)
    const builder = new CellBuilder(table.numRows)
    let row = 0
    for (const data of vector?.data ?? []) {
      putArrow(builder, row, data)
      row += data.length
    }
    return builder.column()
  })
  return { rows: table.numRows, columns }
}

function putArrow(builder: CellBuilder, at: number, data: arrow.Data): void {
  const { length, values } = data
  const isNull = (row: number): boolean => data.nullCount > 0 && !data.getValid(row)
  if (data.dictionary !== undefined) {
    const texts = data.dictionary.toArray() as readonly unknown[]
    const resolved = [...data.dictionary].map((text) => cellOf(text ?? ''))
    if (texts.length === 0) return
    for (let row = 0; row < length; row++) builder.putCell(at + row, resolved[values[row]] ?? 0, isNull(row))
    return
  }
  if (data.valueOffsets !== undefined) {
    const offsets = data.valueOffsets as ArrayLike<number | bigint>
    for (let row = 0; row < length; row++) {
      const hash = hashBytes(values, Number(offsets[row]), Number(offsets[row + 1]))
      builder.putCell(at + row, hash, isNull(row))
    }
    return
  }
  const numbers = values as ArrayLike<number | bigint>
  for (let row = 0; row < length; row++) builder.putCell(at + row, Number(numbers[row]), isNull(row))
}

export class CellBuilder {
  readonly #values: Float64Array
  #valid: Uint8Array | undefined

  constructor(length: number) {
    this.#values = new Float64Array(length)
  }

  put(row: number, value: unknown): void {
    const isNull = value === null || value === undefined
    this.putCell(row, isNull ? 0 : cellOf(value), isNull)
  }

  putCell(row: number, cell: number, isNull: boolean): void {
    if (!isNull) {
      this.#values[row] = cell
      return
    }
    this.#valid ??= new Uint8Array(this.#values.length).fill(1)
    this.#valid[row] = 0
  }

  column(): CellColumn {
    return { values: this.#values, valid: this.#valid }
  }
}

const encoder = new TextEncoder()

function cellOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return Number(value)
  const bytes = encoder.encode(value)
  return hashBytes(bytes, 0, bytes.length)
}

/** A 52-bit hash of a run of bytes, as an exact double. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let low = 0x811c9dc5
  let high = 0x9e3779b1
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high + byte, 0x85ebca6b) ^ (high >>> 13)
  }
  return (high >>> 6) * 0x400_0000 + (low >>> 6)
}
