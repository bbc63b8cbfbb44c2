import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { isVolleyError } from '../../../functions/errors.ts'
import { decompress } from '../../../runtime/source/parquet/codecs.ts'
import {
  type Column,
  codecs,
  dataPage,
  dataPage2,
  dictionaryPage,
  encodings,
  makeParquet,
  type Page,
  parquetFile,
  physical,
} from './make-parquet.ts'
import { readColumns } from './read-all.ts'
import { temporaryFiles } from './temporary-files.ts'

const write = temporaryFiles(t)

const bytes = (...parts: readonly (string | readonly number[] | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Uint8Array.from(part))))
const uint32 = (value: number): number[] => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]
const big = (value: number): number[] => uint32(value).reverse()
const text = (value: string): Uint8Array => bytes(uint32(value.length), value)

/** What is wrong with reading a file, without its path. */
async function refusal(t: Test, content: Uint8Array): Promise<string> {
  try {
    await readColumns({ kind: 'parquet', paths: [write('a.parquet', content)] })
  } catch (error) {
    if (!isVolleyError(error) || error.code !== 'source_unreadable') throw error
    return /\((.*)\)/.exec(error.message)?.[1] ?? error.message
  }
  return t.fail('it was read') ? '' : ''
}

t.test('decompress() gives exactly the stated bytes, or says what disagrees', async (t) => {
  const data = Buffer.alloc(1000, 'x')
  const literal = (length: number) => bytes([((length - 1) & 63) << 2], data.subarray(0, length))
  const table: readonly [Parameters<typeof decompress>[0], Uint8Array, number, RegExp | number][] = [
    ['UNCOMPRESSED', data, 1000, 1000],
    ['UNCOMPRESSED', data, 1001, /states 1001 bytes and its uncompressed data holds 1000/],
    ['UNCOMPRESSED', data, 999, /states 999 bytes and its uncompressed data holds 1000/],
    ['UNCOMPRESSED', data, -1, /a page of -1 bytes/],
    ['SNAPPY', bytes([20], literal(20)), 20, 20],
    ['SNAPPY', bytes([0]), 0, 0],
    ['SNAPPY', bytes([25], literal(20)), 25, /premature end of input/],
    ['SNAPPY', bytes([15], literal(20)), 15, /missing eof marker/],
    ['SNAPPY', bytes([20], literal(20)), 21, /stream of 20 bytes where 21 are expected/],
    ['SNAPPY', bytes([20], literal(20)), 19, /stream of 20 bytes where 19 are expected/],
    ['SNAPPY', bytes([20], literal(20).subarray(0, 15)), 20, /missing eof marker/],
    ['SNAPPY', bytes([14], literal(10), [1, 11]), 14, /missing eof marker/],
    ['SNAPPY', bytes([14], literal(10), [1, 0]), 14, /missing eof marker/],
    ['SNAPPY', bytes([14], literal(10), [15, 0, 4, 0, 0]), 14, /missing eof marker/],
    ['SNAPPY', bytes([14], literal(10), [1, 10]), 14, 14],
    ['SNAPPY', bytes([]), 10, /has no length/],
    ['SNAPPY', bytes([128, 128, 128, 128, 4]), 2 ** 30, /5 bytes of snappy cannot hold 1073741824/],
    ['GZIP', gzipSync(data), 1000, 1000],
    ['GZIP', deflateSync(data), 1000, 1000],
    ['GZIP', gzipSync(data), 1001, /states 1001 bytes and its gzip data holds 1000/],
    ['GZIP', gzipSync(data), 999, /states 999 bytes and its gzip data holds 1000/],
    ['GZIP', gzipSync(data), 500, /larger than 501 bytes/],
    ['GZIP', gzipSync(data).subarray(0, 20), 1000, /unexpected end of file/],
    ['ZSTD', zstdCompressSync(data), 1000, 1000],
    ['ZSTD', zstdCompressSync(data), 1001, /states 1001 bytes and its zstd data holds 1000/],
    ['ZSTD', zstdCompressSync(data), 500, /larger than 501 bytes/],
    ['ZSTD', zstdCompressSync(data), 2 ** 30, /states 1073741824 bytes and its zstd data holds 1000/],
    ['BROTLI', brotliCompressSync(data), 1000, 1000],
    ['BROTLI', brotliCompressSync(data), 1001, /states 1001 bytes and its brotli data holds 1000/],
    ['BROTLI', brotliCompressSync(data), 500, /larger than 501 bytes/],
    ['LZ4_RAW', bytes([0x40], 'abcd'), 4, 4],
    ['LZ4_RAW', bytes([0x40], 'abcd'), 5, /states 5 bytes and its lz4_raw data holds 4/],
    ['LZ4_RAW', bytes([0x40], 'abcd'), 3, /goes beyond its block/],
    ['LZ4_RAW', bytes([0x40], 'abcd'), 2 ** 30, /5 bytes of lz4 cannot hold 1073741824/],
    ['LZ4', bytes(big(4), big(5), [0x40], 'abcd'), 4, 4],
    ['LZ4', bytes(big(6), big(5), [0x40], 'abcd', big(2), big(5), [0x40], 'abcd'), 8, /states 6 bytes and holds 4/],
    ['LZ4', bytes(big(2 ** 30), big(5), [0x40], 'abcd'), 2 ** 30, /cannot hold/],
    ['ZSTD', new Uint8Array(0), 0, 0],
    ['ZSTD', new Uint8Array(0), 8, /unexpected end of file/],
    ['ZSTD', zstdCompressSync(data), 2 ** 33, /a page of 8589934592 bytes/],
  ]
  for (const [codec, input, size, expected] of table) {
    const label = `${codec} to ${size} bytes`
    if (typeof expected === 'number') t.equal(decompress(codec, input, size).length, expected, label)
    else t.throws(() => decompress(codec, input, size), { message: expected }, label)
  }
})

t.test('readPartition() gives no memory of another file for a page that states more than it holds', async (t) => {
  const secret = Buffer.alloc(4000, 'secret')
  const whole = bytes([0xa0, 0x1f, 61 << 2, 0x9f, 0x0f], secret)
  const column = { type: physical.byteArray, codec: codecs.snappy, rows: 1 }
  const other = makeParquet({ ...column, pages: [dataPage(whole, 1, { size: 4000 })] })
  await refusal(t, other) // its value has no length that fits; its bytes have been decompressed
  const page = bytes([4, 3 << 2], uint32(396)) // its stream states and holds 4 bytes, its header 400
  const content = makeParquet({ ...column, pages: [dataPage(Buffer.concat([page, secret.subarray(0, 40)]), 1)] })
  t.match(await refusal(t, content), /a snappy stream of 4 bytes where 46 are expected/)
  const short = makeParquet({ ...column, pages: [dataPage(page, 1, { size: 100 })] })
  t.equal(await refusal(t, short), 'a snappy stream of 4 bytes where 100 are expected')
})

t.test('readPartition() compares what a page states with what it holds', async (t) => {
  const required = (pages: readonly Page[], rows = 1, column: Partial<Column> = {}) =>
    makeParquet({ type: physical.byteArray, pages, rows, ...column })
  const optional = (pages: readonly Page[], rows = 1) => required(pages, rows, { optional: true })
  const int32 = (pages: readonly Page[], rows: number) => required(pages, rows, { type: physical.int32 })
  const abc = text('abc')
  const table: readonly [string, Uint8Array, RegExp][] = [
    ['v2, negative definition levels', optional([dataPage2(abc, 1, { definition: -40 })]), /levels of 0 and -40 bytes/],
    [
      'v2, negative repetition levels',
      optional([dataPage2(abc, 1, { repetition: -1, definition: 1 })]),
      /levels of -1/,
    ],
    ['v2, levels beyond the page', optional([dataPage2(abc, 1, { definition: 8 })]), /levels of 0 and 8 bytes in a/],
    ['v2, a size that is not so', required([dataPage2(abc, 1, { size: 70, compressed: false })]), /states 70 bytes/],
    ['v2, a size below its levels', optional([dataPage2(abc, 1, { definition: 2, size: 1 })]), /a page of -1 bytes/],
    ['an uncompressed size that is not so', required([dataPage(abc, 1, { size: 70 })]), /states 70 bytes/],
    ['levels beyond the page', optional([dataPage(bytes(uint32(400), [3, 1]), 1)]), /levels of 400 bytes go beyond/],
    ['no levels', optional([dataPage(bytes([1]), 1)]), /a page ends before its levels/],
    ['levels that end early', optional([dataPage(bytes(uint32(2), [3, 1], abc), 9)], 9), /values end early/],
    ['a text beyond the page', required([dataPage(bytes(uint32(4000), 'abc'), 1)]), /a text of 4000 bytes goes/],
    ['fewer texts than stated', required([dataPage(abc, 2)], 2), /7 bytes of values where 8 are needed/],
    ['fewer values than stated', int32([dataPage(bytes(uint32(1)), 2)], 2), /4 bytes of values where 8 are needed/],
    ['more values than the column', int32([dataPage(bytes(uint32(1), uint32(2)), 2)], 1), /2 values where 1 are/],
    [
      'more delta values than stated',
      int32([dataPage(bytes([0x80, 1, 4, 3, 2, 0, 0, 0, 0, 0]), 2, { encoding: encodings.delta })], 2),
      /3 delta values where 2 are expected/,
    ],
    [
      'delta texts of more bytes than there are',
      required([dataPage(bytes([0x80, 1, 4, 1, 80], 'abc'), 1, { encoding: encodings.deltaLength })]),
      /3 bytes of text are too few/,
    ],
    [
      'booleans that state more bytes than there are',
      required([dataPage(bytes(uint32(9), [2, 1]), 1, { encoding: encodings.rle })], 1, { type: physical.boolean }),
      /booleans of 9 bytes go beyond their page/,
    ],
    [
      'dictionary codes of an empty page',
      required([dictionaryPage(abc, 1), dataPage(bytes([]), 1, { encoding: encodings.rleDictionary })]),
      /1 dictionary codes is empty/,
    ],
    [
      'a code beyond its dictionary',
      required([dictionaryPage(abc, 1), dataPage(bytes([1, 2, 1]), 1, { encoding: encodings.rleDictionary })]),
      /dictionary code 1 of 1 entries/,
    ],
    ['a dictionary of fewer texts', required([dictionaryPage(abc, 2), dataPage(abc, 1)]), /7 bytes of values where 8/],
    ['two dictionaries', required([dictionaryPage(abc, 1), dictionaryPage(abc, 1), dataPage(abc, 1)]), /two dictionar/],
  ]
  for (const [label, content, expected] of table) t.match(await refusal(t, content), expected, label)
})

t.test('openSource() refuses a footer that states what cannot be', async (t) => {
  const nested = (depth: number) => [
    { 4: 'schema', 5: 1 },
    ...Array.from({ length: depth }, () => ({ 3: 0, 4: 'x', 5: 1 })),
    { 1: physical.int32, 3: 0, 4: 'x' },
  ]
  const column = { type: physical.int32, pages: [dataPage(bytes(uint32(1)), 1)], rows: 1 }
  const fixed = { ...column, type: physical.fixed }
  const footer = (...parts: readonly (readonly number[])[]) => parquetFile(bytes([0]), bytes(...parts))
  const table: readonly [string, Uint8Array, RegExp][] = [
    ['a list of 2^28 elements', footer([0x19, 0xfc, 255, 255, 255, 127, 0]), /a list of 268435455 values in 1 bytes/],
    ['structs nested 50,000 deep', footer(Array(50_000).fill(0x1c)), /nested more than 32 deep/],
    ['lists nested 50,000 deep', footer([0x19], Array(50_000).fill(0x19)), /nested more than 32 deep/],
    ['a number of 50,000 bytes', footer([0x16], Array(50_000).fill(0x80)), /a number of more than 10 bytes/],
    ['a schema that goes on', makeParquet({ ...column, schema: [...nested(0), { 1: 1, 4: 'y' }] }), /belong to no/],
    ['a schema that ends early', makeParquet({ ...column, schema: nested(2).slice(0, 2) }), /schema ends early/],
    ['a schema of 2^30 columns', makeParquet({ ...column, schema: [{ 4: 's', 5: 2 ** 30 }] }), /schema ends early/],
    ['a schema of -1 columns', makeParquet({ ...column, schema: [{ 4: 's', 5: -1 }] }), /has -1 children/],
    ['a schema 100 deep', makeParquet({ ...column, schema: nested(100) }), /nested more than 64 deep/],
    ['values of no width', makeParquet({ ...fixed }), /values of undefined bytes/],
    ['values of negative width', makeParquet({ ...fixed, width: -4 }), /values of -4 bytes/],
  ]
  for (const [label, content, expected] of table) t.match(await refusal(t, content), expected, label)
})
