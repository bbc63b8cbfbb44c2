// The generated tables as Arrow record batches of 64Ki rows: `lineitem` after TPC-H, `remarks` with texts that are not
// ASCII. The same rows for the same seed, whatever the machine.

import * as arrow from 'apache-arrow'
import { maxBatchRows } from '../../../functions/column/slice.ts'
import { englishWords, random, worldWords } from './random.ts'

const firstShipDay = 8036
const shipDays = 2526
/** Lines shipped after this day are still open. */
const lastClosedDay = 9298
const shipModes = ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB']

export const lineitemSchema = new arrow.Schema([
  new arrow.Field('l_orderkey', new arrow.Int64(), false),
  new arrow.Field('l_partkey', new arrow.Int32(), false),
  new arrow.Field('l_quantity', new arrow.Float64(), false),
  new arrow.Field('l_extendedprice', new arrow.Float64(), false),
  new arrow.Field('l_discount', new arrow.Float64(), false),
  new arrow.Field('l_tax', new arrow.Float64(), false),
  new arrow.Field('l_returnflag', new arrow.Utf8(), false),
  new arrow.Field('l_linestatus', new arrow.Utf8(), false),
  new arrow.Field('l_shipdate', new arrow.DateDay(), false),
  new arrow.Field('l_shipmode', new arrow.Utf8(), false),
  new arrow.Field('l_comment', new arrow.Utf8(), false),
  new arrow.Field('l_rebate', new arrow.Float64(), true),
  new arrow.Field('l_surcharge', new arrow.Float64(), true),
])

export const remarksSchema = new arrow.Schema([
  new arrow.Field('r_id', new arrow.Int32(), false),
  new arrow.Field('r_text', new arrow.Utf8(), false),
])

/** Six million rows are scale 1 of TPC-H. */
export function* lineitem(rows: number): Generator<arrow.RecordBatch> {
  const next = random(12_345)
  const text = new TextMaker(englishWords, next)
  for (let start = 0; start < rows; start += maxBatchRows) {
    const n = Math.min(maxBatchRows, rows - start)
    const orderKeys = new BigInt64Array(n)
    const [partKeys, shipDates] = [new Int32Array(n), new Int32Array(n)]
    const [quantities, prices, discounts, taxes] = [0, 1, 2, 3].map(() => new Float64Array(n)) as Four<Float64Array>
    const [flags, statuses, modes, comments] = [0, 1, 2, 3].map(() => new Array<string>(n)) as Four<string[]>
    const [rebates, surcharges] = [new SparseColumn(n, 0.4, next), new SparseColumn(n, 0.3, next)]
    for (let i = 0; i < n; i++) {
      const quantity = whole(next, 50) + 1
      const day = firstShipDay + whole(next, shipDays)
      const open = day > lastClosedDay
      orderKeys[i] = BigInt(Math.floor((start + i) / 4) + 1)
      partKeys[i] = whole(next, 200_000) + 1
      quantities[i] = quantity
      prices[i] = Math.round(quantity * (900 + next() * 1100) * 100) / 100
      discounts[i] = whole(next, 11) / 100
      taxes[i] = whole(next, 9) / 100
      shipDates[i] = day
      statuses[i] = open ? 'O' : 'F'
      flags[i] = open ? 'N' : next() < 0.5 ? 'A' : 'R'
      modes[i] = shipModes[whole(next, shipModes.length)] ?? ''
      comments[i] = text.make(10 + whole(next, 34))
      rebates.put(i, Math.round(next() * 10_000) / 100)
      surcharges.put(i, Math.round(next() * 1000) / 100)
    }
    yield recordBatch(lineitemSchema, n, [
      fixed(new arrow.Int64(), orderKeys),
      fixed(new arrow.Int32(), partKeys),
      ...[quantities, prices, discounts, taxes].map((values) => fixed(new arrow.Float64(), values)),
      ...[flags, statuses].map(utf8Data),
      fixed(new arrow.DateDay(), shipDates),
      utf8Data(modes),
      utf8Data(comments),
      rebates.data(),
      surcharges.data(),
    ])
  }
}

/** Texts in several scripts, nearly none of them ASCII. */
export function* remarks(rows: number): Generator<arrow.RecordBatch> {
  const next = random(54_321)
  for (let start = 0; start < rows; start += maxBatchRows) {
    const n = Math.min(maxBatchRows, rows - start)
    const ids = Int32Array.from({ length: n }, (_, i) => start + i)
    const word = () => worldWords[whole(next, worldWords.length)] ?? ''
    const texts = Array.from({ length: n }, () => Array.from({ length: 2 + whole(next, 5) }, word).join(' '))
    yield recordBatch(remarksSchema, n, [fixed(new arrow.Int32(), ids), utf8Data(texts)])
  }
}

type Four<Item> = [Item, Item, Item, Item]

const whole = (next: () => number, below: number): number => Math.floor(next() * below)

/** Words up to a length, the last one cut. */
class TextMaker {
  readonly #words: readonly string[]
  readonly #next: () => number

  constructor(words: readonly string[], next: () => number) {
    this.#words = words
    this.#next = next
  }

  make(length: number): string {
    let text = ''
    while (text.length < length)
      text += `${text === '' ? '' : ' '}${this.#words[whole(this.#next, this.#words.length)]}`
    return text.slice(0, length)
  }
}

/** A float64 column with a share of nulls. */
class SparseColumn {
  readonly #values: Float64Array
  readonly #bits: Uint8Array
  readonly #share: number
  readonly #next: () => number
  #nulls = 0

  constructor(length: number, share: number, next: () => number) {
    this.#values = new Float64Array(length)
    this.#bits = new Uint8Array(Math.ceil(length / 8))
    this.#share = share
    this.#next = next
  }

  put(row: number, value: number): void {
    if (this.#next() < this.#share) {
      this.#nulls++
      return
    }
    this.#values[row] = value
    this.#bits[row >> 3] = (this.#bits[row >> 3] ?? 0) | (1 << (row & 7))
  }

  data(): arrow.Data {
    const { length } = this.#values
    const nullCount = this.#nulls
    return arrow.makeData({ type: new arrow.Float64(), length, nullCount, nullBitmap: this.#bits, data: this.#values })
  }
}

type FixedArray = Int32Array | Float64Array | BigInt64Array

const fixed = (type: arrow.Int64 | arrow.Int32 | arrow.Float64 | arrow.DateDay, data: FixedArray): arrow.Data =>
  arrow.makeData({ type: type as arrow.Float64, length: data.length, nullCount: 0, data: data as Float64Array })

function utf8Data(texts: readonly string[]): arrow.Data {
  const valueOffsets = new Int32Array(texts.length + 1)
  const data = Buffer.from(texts.join(''))
  let end = 0
  texts.forEach((text, i) => {
    end += Buffer.byteLength(text)
    valueOffsets[i + 1] = end
  })
  return arrow.makeData({ type: new arrow.Utf8(), length: texts.length, nullCount: 0, valueOffsets, data })
}

export function recordBatch(schema: arrow.Schema, length: number, children: readonly arrow.Data[]): arrow.RecordBatch {
  const type = new arrow.Struct(schema.fields)
  return new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children: [...children] }))
}
