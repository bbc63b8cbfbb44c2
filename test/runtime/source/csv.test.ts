import { gzipSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { decimal128, float64, int64, timestamp, typeName, utf8 } from '../../../functions/types/type.ts'
import { openSource } from '../../../runtime/source/formats.ts'
import type { CsvOptions, SourceSpec } from '../../../runtime/source/source.ts'
import { readBatches, readColumns } from './read-all.ts'
import { temporaryFiles } from './temporary-files.ts'

t.setTimeout(240_000)

const write = temporaryFiles(t)
let files = 0
function csv(text: string | Uint8Array, options?: CsvOptions, extension = 'csv'): SourceSpec {
  const path = write(`${++files}.${extension}`, text)
  return { kind: 'csv', paths: [path], ...(options === undefined ? {} : { options }) }
}
const types = async (spec: SourceSpec) => (await openSource(spec)).schema.map((field) => typeName(field.type)).join(' ')

t.test('openSource() infers types from texts', async (t) => {
  const table: readonly [string, string][] = [
    ['true\nFALSE\n', 'bool'],
    ['1\n-2\n007\n', 'int64'],
    ['9223372036854775807\n', 'int64'],
    ['9223372036854775808\n', 'float64'],
    ['1\n2.5\n', 'float64'],
    ['1e3\n.5\n-Infinity\nNaN\n', 'float64'],
    ['2024-02-29\n', 'date32'],
    ['2023-02-29\n', 'utf8'],
    ['2024-01-31T12:34:56\n', 'timestamp(s)'],
    ['2024-01-31 12:34:56.5\n2024-01-31 12:34:56\n', 'timestamp(ms)'],
    ['2024-01-31\n2024-01-31 12:34:56.123456\n', 'timestamp(us)'],
    ['2024-01-31 12:34:56.123456789\n', 'timestamp(ns)'],
    ['2024-01-31T12:34:56Z\n', 'timestamp(s,UTC)'],
    ['2024-01-31T12:34:56Z\n2024-01-31T12:34:56\n', 'utf8'],
    ['1\ntrue\n', 'utf8'],
    ['1\nx\n', 'utf8'],
    ['""\n', 'utf8'],
    ['', 'utf8'],
  ]
  for (const [texts, type] of table) t.equal(await types(csv(`c\n${texts}`)), type, JSON.stringify(texts))
})

t.test('readPartition() reads each inferred type', async (t) => {
  const text = `b,i,f,d,t,s
true,1,1.5,2024-01-31,2024-01-31T00:00:01.250,x
false,-20,-0.001,1969-12-31,1969-12-31 23:59:59.999,
,,,,,"quoted, ""text""
over lines"
TRUE,123456789012345678,12345678901234567890,0001-01-01,2262-04-11T23:47:16.854,naïve 日本語
`
  t.same(await readColumns(csv(text)), {
    b: [true, false, null, true],
    i: [1, -20, null, '123456789012345678'],
    f: [1.5, -0.001, null, 12345678901234567000],
    d: [19753, -1, null, -719162],
    t: [1706659201250, -1, null, 9223372036854],
    s: ['x', '', 'quoted, "text"\nover lines', 'naïve 日本語'],
  })
})

t.test('readPartition() reads numbers to the last digit', async (t) => {
  const floats = [
    '0.1',
    '-0',
    '123456789012345',
    '999999999999.999',
    '0.30000000000000004',
    '1e-7',
    '1.7976931348623157e308',
    '4.9e-324',
    '.5',
    '5.',
  ]
  const integers = [
    '0',
    '-0',
    '999999999',
    '-999999999',
    '1234567890',
    '-4294967296',
    '999999999999999',
    '-999999999999999',
    '-9223372036854775808',
    '+7',
  ]
  const rows = floats.map((float, i) => `${float},${integers[i]}`)
  const columns = await readColumns(csv(`f,i\n${rows.join('\n')}`, { schema: { f: 'float64', i: 'int64' } }))
  t.same(
    columns.f,
    [0.1, -0, 123456789012345, 999999999999.999, 0.30000000000000004, 1e-7, 1.7976931348623157e308, 5e-324, 0.5, 5],
  )
  t.same(columns.i, [
    0,
    0,
    999999999,
    -999999999,
    1234567890,
    -4294967296,
    999999999999999,
    -999999999999999,
    '-9223372036854775808',
    7,
  ])
})

t.test('readPartition() reads timestamps of every unit, sign and zone exactly', async (t) => {
  const table: readonly [Parameters<typeof timestamp>, string, unknown][] = [
    [['s'], '1969-12-31T23:59:59', -1],
    [['ms'], '1969-12-31T23:59:59.001', -999],
    [['us'], '9999-12-31T23:59:59.999999', '253402300799999999'],
    [['us'], '0001-01-01T00:00:00', '-62135596800000000'],
    [['ns'], '2262-04-11T23:47:16.854775807', '9223372036854775807'],
    [['ns'], '1677-09-21T00:12:43.145224192', '-9223372036854775808'],
    [['ns'], '1969-12-31T23:59:59.999999999', -1],
    [['ms', 'UTC'], '2024-01-31T12:00:00Z', 1706702400000],
    [['ms', 'Europe/Berlin'], '2024-01-31T12:00:00+01:00', 1706698800000],
    [['ms', 'UTC'], '2024-01-31T12:00:00', 1706702400000],
    [['ms'], '2024-01-31', 1706659200000],
    [['s'], '2024-01-31 12:00', 1706702400],
  ]
  for (const [type, text, expected] of table) {
    t.same((await readColumns(csv(`t\n${text}\n`, { schema: { t: timestamp(...type) } }))).t, [expected], text)
  }
})

t.test('readPartition() reads declared types', async (t) => {
  const text = 'a,b,c,d,e,f\n-128,255,0.5,12.3,12:34:56.789,aGk=\n,,,,,\n'
  const schema = { a: 'int8', b: 'uint8', c: 'float32', d: decimal128(9, 2), e: 'time64(us)', f: 'binary' }
  t.same(await readColumns(csv(text, { schema })), {
    a: [-128, null],
    b: [255, null],
    c: [0.5, null],
    d: ['12.30', null],
    e: [45296789000, null],
    f: ['aGk=', null],
  })
})

t.test('readPartition() follows the dialect', async (t) => {
  const expected = { a: [1, 2], b: ['x', 'y'] }
  const table: readonly [string, string, CsvOptions?, string?][] = [
    ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n'],
    ['CRLF after quotes', 'a,b\r\n1,"x"\r\n2,"y"\r\n'],
    ['no line end at the end', 'a,b\n1,x\n2,y'],
    ['a quote at the end of the file', 'a,b\n1,x\n2,"y"'],
    ['blank lines', '\na,b\n\n1,x\n\r\n2,y\n\n'],
    ['a byte order mark', '\uFEFFa,b\n1,x\n2,y\n'],
    ['a semicolon', 'a;b\n1;x\n2;y\n', { delimiter: ';' }],
    ['a tab by extension', 'a\tb\n1\tx\n2\ty\n', {}, 'tsv'],
    ['another quote', "a,b\n1,'x'\n2,'y'\n", { quote: "'" }],
    [
      'no header',
      '1,x\n2,y\n',
      {
        header: false,
        schema: [
          { name: 'a', type: int64, nullable: true },
          { name: 'b', type: utf8, nullable: true },
        ],
      },
    ],
  ]
  for (const [what, text, options, extension] of table) {
    t.same(await readColumns(csv(text, options, extension)), expected, what)
  }
})

t.test('openSource() numbers the columns of a file without a header', async (t) => {
  t.same(await readColumns(csv('1,x\n', { header: false })), { column_1: [1], column_2: ['x'] })
})

t.test('readPartition() takes nullValues for null where they are not quoted', async (t) => {
  const options = { nullValues: ['NA', '-'], schema: { n: 'int64' } }
  t.same(await readColumns(csv('n,s\nNA,NA\n-,"NA"\n3,x\n', options)), { n: [null, null, 3], s: [null, 'NA', 'x'] })
  t.same(await readColumns(csv('s\n""\nx\n', { nullValues: [''] })), { s: ['', 'x'] })
})

t.test('readPartition() decompresses files by their extension', async (t) => {
  const text = `n\n${Array.from({ length: 5000 }, (_, i) => i).join('\n')}\n`
  for (const [extension, bytes] of [
    ['csv.gz', gzipSync(text)],
    ['csv.zst', zstdCompressSync(text)],
  ] as const) {
    const columns = await readColumns(csv(bytes, {}, extension), {}, 4)
    t.equal(columns.n?.length, 5000)
    t.equal(columns.n?.[4999], 4999)
  }
})

t.test(
  'readPartition() reads only the columns asked for, in their order, in batches of the size asked for',
  async (t) => {
    const spec = csv('a,b,c\n1,x,1.5\n2,y,2.5\n3,z,3.5\n')
    t.same(await readColumns(spec, { columns: ['c', 'a'] }), { c: [1.5, 2.5, 3.5], a: [1, 2, 3] })
    t.same(
      (await readBatches(spec, { batchRows: 2 })).map((batch) => batch.numRows),
      [2, 1],
    )
    t.same(
      (await readBatches(spec, { columns: [] })).map((batch) => batch.numRows),
      [3],
    )
  },
)

t.test('partitions() cut a file in rows, whatever stands in quotes', async (t) => {
  const row = (i: number) =>
    i % 3 === 0 ? `${i},"line ""one""\nline two, ${'x'.repeat(i % 90)}"\n` : `${i},a "plain" text\n`
  const rows = 200_000
  const text = `i,s\n${Array.from({ length: rows }, (_, i) => row(i)).join('')}`
  const spec = csv(text)
  const { partitions } = await openSource(spec)
  t.equal(partitions(2).length, 2)
  const columns = await readColumns(spec, {}, 2)
  t.equal(columns.i?.length, rows)
  t.same(
    columns.i,
    Array.from({ length: rows }, (_, i) => i),
  )
  t.equal(columns.s?.[99_999], `line "one"\nline two, ${'x'.repeat(9)}`)
  t.equal(columns.s?.[100_000], 'a "plain" text')
})

t.test('openSource() leaves further files the types of the first', async (t) => {
  const [first, second] = [csv('a\n1.5\n'), csv('a\n2\n')] as { kind: 'csv'; paths: string[] }[]
  const both: SourceSpec = { kind: 'csv', paths: [...(first?.paths ?? []), ...(second?.paths ?? [])] }
  t.same((await openSource(both)).schema[0]?.type, float64)
  t.same(await readColumns(both, {}, 1), { a: [1.5, 2] })
})
