// The columns of a CSV batch: which loop parses which type, and the Arrow data that comes out. Fields that a fast loop
// does not recognise go through text/scalars.ts, which decides what they are.

import { type Data, makeData } from 'apache-arrow'
import { packBits } from '../../../functions/column/bits.ts'
import { toArrowType } from '../../../functions/types/arrow.ts'
import type { DataType } from '../../../functions/types/type.ts'
import { createBuilder, ValueError } from '../text/builders.ts'
import { fixedTypeOf } from '../text/scalars.ts'
import { copyField, fieldText, isNullField, isQuoted } from './fields.ts'
import type { CsvFormat } from './format.ts'
import {
  type FieldLoop,
  parseBooleans,
  parseDates,
  parseFloats,
  parseIntegers,
  parseTimestamps,
  skipToExact,
} from './loops.ts'
import type { FieldBlock } from './tokenize.ts'

/** Takes fields into one column of one batch. */
export interface CsvColumn {
  /**
   * Parses the fields of rows `first` to `last` of the block, which become the batch's rows from `to` on.
   *
   * @throws {FieldError} For the first field that does not fit.
   */
  parse(bytes: Uint8Array, block: FieldBlock, first: number, last: number, to: number): void
  /** The first `rows` rows as Arrow data. */
  finish(rows: number): Data
}

/** A field that does not fit its column; `row` counts in the block. */
export class FieldError extends Error {
  override readonly name = 'FieldError'
  readonly row: number
  readonly column: number
  override readonly cause: ValueError

  constructor(row: number, column: number, cause: ValueError) {
    super(cause.message)
    this.row = row
    this.column = column
    this.cause = cause
  }
}

export interface CsvColumnInit {
  readonly type: DataType
  readonly index: number
  /** Fields per row. */
  readonly stride: number
  readonly capacity: number
  readonly format: CsvFormat
  /** Bytes of text to make room for: what the batch before took. */
  readonly textBytes: number
}

/** What collects the fields of a column, of its type. */
export function createCsvColumn(init: CsvColumnInit): CsvColumn {
  switch (init.type.kind) {
    case 'int64':
      return fixedColumn(init, 8, parseIntegers)
    case 'float64':
      return fixedColumn(init, 8, parseFloats)
    case 'date32':
      return fixedColumn(init, 4, parseDates)
    case 'timestamp':
      return fixedColumn(init, 8, parseTimestamps(init.type))
    case 'bool':
      return fixedColumn(init, 1, parseBooleans)
    case 'utf8':
      return textColumn(init)
    default:
      return builtColumn(init)
  }
}

interface Nulls {
  add(row: number): void
  take(): { nullCount: number; nullBitmap?: Uint8Array }
}

/** Everything is valid until it is said to be null, so that valid rows cost nothing. */
function createNulls(capacity: number): Nulls {
  const bits = new Uint8Array((capacity + 7) >> 3).fill(255)
  let nullCount = 0
  return {
    add(row) {
      bits[row >> 3] = (bits[row >> 3] ?? 0) & ~(1 << (row & 7))
      nullCount++
    },
    take: () => (nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bits }),
  }
}

const make = (init: object): Data => makeData(init as Parameters<typeof makeData>[0])

function fixedColumn(
  { type, index, stride, capacity, format }: CsvColumnInit,
  width: number,
  loop: FieldLoop,
): CsvColumn {
  const arrowType = toArrowType(type)
  const { ArrayType } = arrowType
  const buffer = new ArrayBuffer((capacity * width + 7) & ~7)
  const view = new DataView(buffer)
  const output = { bytes: new Uint8Array(buffer), words: new Int32Array(buffer), doubles: new Float64Array(buffer) }
  const nulls = createNulls(capacity)
  const { write } = fixedTypeOf(type)
  const choose = format.nullValues.length > 0 ? skipToExact : loop

  return {
    parse(bytes, block, first, last, to) {
      choose(bytes, block, { first, last, to, stride, index }, output, (start, end, row, at) => {
        const text = isNullField(bytes, start, end, format) ? '' : fieldText(bytes, start, end, format)
        if (text === '' && (format.emptyIsNull || start !== end)) nulls.add(at)
        else if (!write(view, at * width, text)) throw new FieldError(row, index, new ValueError(text, type))
      })
    },
    finish(rows) {
      const data = type.kind === 'bool' ? packBits(output.bytes, rows).bits : new ArrayType(buffer, 0, rows)
      return make({ type: arrowType, length: rows, ...nulls.take(), data })
    },
  }
}

function textColumn({ type, index, stride, capacity, format, textBytes }: CsvColumnInit): CsvColumn {
  const nulls = createNulls(capacity)
  const offsets = new Int32Array(capacity + 1)
  let data = new Uint8Array(textBytes)
  let used = 0

  return {
    parse(bytes, { starts, ends }, first, last, to) {
      const hasNulls = format.nullValues.length > 0 || format.emptyTextIsNull
      for (let row = first, k = first * stride + index; row < last; row++, to++, k += stride) {
        let start = starts[k] ?? 0
        const end = ends[k] ?? 0
        if (used + end - start > data.length) data = grow(data, used + end - start)
        if (isQuoted(bytes, start, end, format)) used = copyField(bytes, start, end, format, data, used)
        else if (hasNulls && isNullField(bytes, start, end, format)) nulls.add(to)
        else if (end - start > 64) {
          data.set(bytes.subarray(start, end), used)
          used += end - start
        } else while (start < end) data[used++] = bytes[start++] ?? 0
        offsets[to + 1] = used
      }
    },
    finish: (rows) =>
      make({
        type: toArrowType(type),
        length: rows,
        ...nulls.take(),
        valueOffsets: offsets.subarray(0, rows + 1),
        data: data.subarray(0, used),
      }),
  }
}

function grow(data: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  if (needed > 2 ** 31 - 1) throw new Error('a batch has more than 2 GB of text in one column; read smaller batches')
  const larger = new Uint8Array(Math.min(2 ** 31 - 1, Math.max(needed, data.length * 2)))
  larger.set(data)
  return larger
}

/** Types without a loop of their own. */
function builtColumn({ type, index, stride, format }: CsvColumnInit): CsvColumn {
  const builder = createBuilder(type)
  return {
    parse(bytes, { starts, ends }, first, last) {
      for (let row = first, k = first * stride + index; row < last; row++, k += stride) {
        const [start, end] = [starts[k] ?? 0, ends[k] ?? 0]
        const text = isNullField(bytes, start, end, format) ? '' : fieldText(bytes, start, end, format)
        try {
          builder.append(text === '' && (format.emptyIsNull || start !== end) ? null : text)
        } catch (error) {
          throw error instanceof ValueError ? new FieldError(row, index, error) : error
        }
      }
    },
    finish: () => builder.finish(),
  }
}
