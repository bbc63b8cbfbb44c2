// Parquet files by hand, so that tests can state sizes that are not so. Only what one column needs; Thrift's compact
// protocol is written as it comes.

type Thrift = number | bigint | boolean | string | Uint8Array | readonly Thrift[] | ThriftStruct
/** Fields by their ids. Numbers are 32-bit, bigints 64-bit. */
export interface ThriftStruct {
  readonly [id: number]: Thrift | undefined
}

const types = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 }

function varint(value: bigint): number[] {
  const bytes: number[] = []
  for (; value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128)
  return [...bytes, Number(value)]
}

const zigzag = (value: bigint): number[] => varint(value >= 0n ? value * 2n : -value * 2n - 1n)

function typeOf(value: Thrift): number {
  if (typeof value === 'boolean') return value ? types.true : types.false
  if (typeof value === 'number') return types.i32
  if (typeof value === 'bigint') return types.i64
  if (typeof value === 'string' || value instanceof Uint8Array) return types.binary
  return Array.isArray(value) ? types.list : types.struct
}

function encode(value: Thrift): number[] {
  if (typeof value === 'boolean') return []
  if (typeof value === 'number') return zigzag(BigInt(value))
  if (typeof value === 'bigint') return zigzag(value)
  if (typeof value === 'string') return encode(Buffer.from(value))
  if (value instanceof Uint8Array) return [...varint(BigInt(value.length)), ...value]
  if (!Array.isArray(value)) return thriftStruct(value as ThriftStruct)
  const items = value as readonly Thrift[]
  const header = [
    0xf0 | (items.length === 0 ? types.struct : typeOf(items[0] as Thrift)),
    ...varint(BigInt(items.length)),
  ]
  return [...header, ...items.flatMap(encode)]
}

export function thriftStruct(fields: ThriftStruct): number[] {
  const bytes: number[] = []
  for (const [id, value] of Object.entries(fields)) {
    if (value === undefined) continue
    bytes.push(typeOf(value), ...zigzag(BigInt(id)))
    for (const byte of encode(value)) bytes.push(byte)
  }
  return [...bytes, 0]
}

const magic = Buffer.from('PAR1')
export const codecs = { uncompressed: 0, snappy: 1, gzip: 2, brotli: 4, lz4: 5, zstd: 6, lz4Raw: 7 } as const
export const physical = { boolean: 0, int32: 1, int64: 2, double: 5, byteArray: 6, fixed: 7 } as const
export const encodings = { plain: 0, rle: 3, delta: 5, deltaLength: 6, deltaBytes: 7, rleDictionary: 8 } as const

export interface Page {
  /** The header; sizes are those of `body` unless they are given. */
  readonly header: ThriftStruct
  readonly body: Uint8Array
}

/** A data page of the first version: as many values as stated, of a required column unless `body` begins with levels. */
export function dataPage(body: Uint8Array, count: number, given: { encoding?: number; size?: number } = {}): Page {
  const { encoding = encodings.plain, size = body.length } = given
  return { body, header: { 1: 0, 2: size, 3: body.length, 5: { 1: count, 2: encoding, 3: 3, 4: 3 } } }
}

/** A data page of the second version. */
export function dataPage2(
  body: Uint8Array,
  count: number,
  given: { definition?: number; repetition?: number; size?: number; compressed?: boolean },
): Page {
  const { definition = 0, repetition = 0, size = body.length, compressed = true } = given
  const v2 = { 1: count, 2: 0, 3: count, 4: encodings.plain, 5: definition, 6: repetition, 7: compressed }
  return { body, header: { 1: 3, 2: size, 3: body.length, 8: v2 } }
}

export function dictionaryPage(body: Uint8Array, count: number): Page {
  return { body, header: { 1: 2, 2: body.length, 3: body.length, 7: { 1: count, 2: encodings.plain } } }
}

export interface Column {
  readonly type: number
  readonly pages: readonly Page[]
  readonly rows: number
  readonly codec?: number
  readonly optional?: boolean
  readonly width?: number
  /** Of the schema's elements; default: one column named `x`. */
  readonly schema?: readonly ThriftStruct[]
}

/** A file of one row group with one column. */
export function makeParquet({ type, pages, rows, codec = 0, optional = false, width, schema }: Column): Uint8Array {
  const body = Buffer.concat(pages.flatMap((page) => [Uint8Array.from(thriftStruct(page.header)), page.body]))
  const element = { 1: type, 2: width, 3: optional ? 1 : 0, 4: 'x' }
  const count = BigInt(rows)
  const metadata = { 1: type, 2: [0], 3: ['x'], 4: codec, 5: count, 6: count, 7: BigInt(body.length), 9: 4n }
  const group = { 1: [{ 2: 4n, 3: metadata }], 2: BigInt(body.length), 3: count }
  return parquetFile(body, { 1: 1, 2: schema ?? [{ 4: 'schema', 5: 1 }, element], 3: count, 4: [group] })
}

/** A file of these bytes and this footer. */
export function parquetFile(body: Uint8Array, footer: ThriftStruct | Uint8Array): Uint8Array {
  const bytes = footer instanceof Uint8Array ? footer : Uint8Array.from(thriftStruct(footer))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([magic, body, bytes, length, magic])
}
