import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { isVolleyError } from '../../../functions/errors.ts'
import { openSource, readPartition } from '../../../runtime/source/formats.ts'
import type { CsvOptions, SourceSpec } from '../../../runtime/source/source.ts'
import { readColumns } from './read-all.ts'
import { temporaryFiles } from './temporary-files.ts'

t.setTimeout(240_000)

const write = temporaryFiles(t)
const fixtures = new URL('../../fixtures/parquet/', import.meta.url).pathname
const fixture = (name: string) => readFileSync(fixtures + name)

t.test('openSource() says why a file cannot be opened and what to do', async (t) => {
  const parquet = fixture('codec-zstd.parquet')
  const table: readonly [SourceSpec, string, RegExp][] = [
    [
      { kind: 'parquet', paths: ['/nowhere/a.parquet'] },
      'source_not_found',
      /^Cannot open "\/nowhere\/a\.parquet": there is no such file$/,
    ],
    [
      { kind: 'csv', paths: ['/nowhere/*.csv'] },
      'source_not_found',
      /^Cannot open "\/nowhere\/\*\.csv": no file matches it$/,
    ],
    [{ kind: 'json', paths: [] }, 'invalid_argument', /^Cannot open a source of no paths: name a file or a glob$/],
    [{ kind: 'parquet', paths: [fixtures] }, 'source_unreadable', /it is a directory; name its files, for example/],
    [
      { kind: 'parquet', paths: [write('empty.parquet', '')] },
      'source_unreadable',
      /it is empty, a Parquet file has at least 12 bytes; write it again$/,
    ],
    [
      { kind: 'parquet', paths: [write('short.parquet', 'PAR1')] },
      'source_unreadable',
      /it is not a Parquet file: it has only 4 bytes$/,
    ],
    [
      { kind: 'parquet', paths: [write('text.parquet', 'a,b\n1,2\n3,4\n')] },
      'source_unreadable',
      /it is not a Parquet file; read it in the format that it has/,
    ],
    [
      { kind: 'parquet', paths: [write('cut.parquet', parquet.subarray(0, 5000))] },
      'source_unreadable',
      /its footer is missing; it seems truncated, write it again$/,
    ],
    [
      { kind: 'arrow', paths: [write('empty.arrow', '')] },
      'source_unreadable',
      /it is not an Arrow file or stream: it has only 0 bytes$/,
    ],
    [
      { kind: 'arrow', paths: [write('text.arrow', 'a,b\n1,2\n3,4\n')] },
      'source_unreadable',
      /it is neither an Arrow file nor an Arrow stream/,
    ],
    [
      { kind: 'arrow', paths: [write('cut.arrow', fixture('batches.arrow').subarray(0, 700))] },
      'source_unreadable',
      /its footer is missing; it seems truncated/,
    ],
    [
      { kind: 'memory', bytes: fixture('batches.arrows').subarray(0, 700) },
      'source_unreadable',
      /^Cannot read "memory": it ends in the middle of a message; it seems truncated, write it again$/,
    ],
    [
      { kind: 'csv', paths: [write('empty.csv', '')] },
      'source_unreadable',
      /it is empty, so its columns have no names/,
    ],
    [{ kind: 'csv', paths: [write('twice.csv', 'a,b,a\n')] }, 'source_unreadable', /two of its columns are named "a"/],
    [
      { kind: 'csv', paths: [write('damaged.csv.gz', gzipSync('a,b\n1,2\n').subarray(0, 15))] },
      'source_unreadable',
      /it cannot be decompressed .*; it seems damaged or truncated/,
    ],
  ]
  for (const [spec, code, message] of table) await t.rejects(openSource(spec), { code, message }, String(message))
})

t.test('openSource() names the files and the field that differ', async (t) => {
  const both = (a: string, b: string): SourceSpec => ({ kind: 'parquet', paths: [fixtures + a, fixtures + b] })
  await t.rejects(openSource(both('required.parquet', 'int96.parquet')), {
    code: 'schema_mismatch',
    message:
      /^Cannot read ".*int96\.parquet" together with ".*required\.parquet": column 1 is "t" timestamp\(ns\) in the one and "a" int64 in the other$/,
    details: { paths: [`${fixtures}required.parquet`, `${fixtures}int96.parquet`], field: 'a' },
  })
  await t.rejects(openSource({ kind: 'csv', paths: [write('1.csv', 'a,b\n'), write('2.csv', 'a,c\n')] }), {
    code: 'schema_mismatch',
    message: /column 2 is "c" in the one and "b" in the other$/,
  })
})

t.test(
  'readPartition() names the line, the column, the value and the way out of a CSV field that does not fit',
  async (t) => {
    const table: readonly [string, RegExp, CsvOptions?][] = [
      ['a,b\n1,2\n3,x\n', /in line 3, column "b", "x" is not int64; correct it or declare the column as utf8$/],
      ['a,b\n1,2\n3,4.5\n', /in line 3, column "b", "4\.5" is not int64; correct it or declare the column as float64$/],
      ['a,b\n1,"\n\n"\n3,x\nq,\n', /in line 6, column "a", "q" is not int64/],
      ['t\n2024-01-31T00:00:00\n2024-01-31T00:00:00.5\n', /declare the column as timestamp\(ms\)$/],
      [
        't\n2024-01-31\n2024-02-30\n',
        /in line 3, column "t", "2024-02-30" is not date32; correct it or declare the column as utf8$/,
      ],
      ['a\n1\n9223372036854775808\n', /declare the column as float64$/],
      ['a\n200\n', /in line 2, column "a", "200" is not int8/, { schema: { a: 'int8' } }],
      ['a\n1.005\n', /in line 2, column "a", "1\.005" is not decimal128\(5,2\)/, { schema: { a: 'decimal128(5,2)' } }],
    ]
    for (const [text, message, options] of table) {
      const spec: SourceSpec = { kind: 'csv', paths: [write('bad.csv', text)], options: { sampleRows: 1, ...options } }
      await t.rejects(readColumns(spec), { code: 'invalid_value', message }, text)
    }
  },
)

t.test('readPartition() names the line of a malformed CSV row', async (t) => {
  const table: readonly [string | Uint8Array, RegExp][] = [
    [
      'a,b\n1,2\n3\n',
      /at line 3 the line has 1 field instead of 2; correct the line, or the delimiter and quote options$/,
    ],
    ['a,b\n1,2\n3,4,5\n', /at line 3 the line has more than 2 fields/],
    ['a,b\n1,"2"x\n', /at line 2 text follows a closing quote/],
    ['a,b\n1,"2\n3,4\n', /at line 2 a quoted field is not closed/],
    [Buffer.from('a\nna\xefve\n', 'latin1'), /the text from line 2 on is not UTF-8; convert the file to UTF-8$/],
  ]
  for (const [text, message] of table) {
    const spec: SourceSpec = { kind: 'csv', paths: [write('bad.csv', text)] }
    await t.rejects(readColumns(spec), { code: 'source_unreadable', message }, String(message))
  }
})

t.test('openSource() refuses csv options that are none', async (t) => {
  const path = write('fine.csv', 'a,b\n1,2\n')
  const table: readonly [CsvOptions, string, RegExp][] = [
    [
      { delimiter: '||' },
      'invalid_argument',
      /^Cannot use "\|\|" as the csv option "delimiter": it takes one ASCII character$/,
    ],
    [{ delimiter: '"' }, 'invalid_argument', /it is the delimiter too; choose another$/],
    [{ sampleRows: 0 }, 'invalid_argument', /it takes a whole number of at least 1$/],
    [{ schema: { a: 'integer64' } }, 'unknown_type', /integer64/],
    [{ schema: { zebra: 'int64' } }, 'unknown_column', /the source has no such column; it has a, b$/],
  ]
  for (const [options, code, message] of table) {
    await t.rejects(openSource({ kind: 'csv', paths: [path], options }), { code, message }, String(message))
  }
})

t.test('readPartition() reports a column that the source does not have as a defect', async (t) => {
  const specs: readonly SourceSpec[] = [
    { kind: 'parquet', paths: [`${fixtures}required.parquet`] },
    { kind: 'arrow', paths: [`${fixtures}batches.arrow`] },
    { kind: 'csv', paths: [write('c.csv', 'a\n1\n')] },
    { kind: 'json', paths: [write('j.json', '{"a":1}\n')] },
  ]
  for (const spec of specs)
    await t.rejects(readColumns(spec, { columns: ['zebra'] }), { code: 'internal', message: /"zebra"/ }, spec.kind)
})

const damaged = [
  'nested-v2',
  'delta',
  'types-v2',
  'byte-stream-split',
  'codec-snappy',
  'codec-lz4',
  'codec-gzip',
  'types-small-pages',
]
for (const name of damaged) {
  t.test(`readPartition() ends promptly, with a coded error if any, on a damaged ${name}.parquet`, async (t) => {
    const whole = fixture(`${name}.parquet`)
    for (let round = 0; round < 80; round++) {
      const bytes = Uint8Array.from(whole)
      for (let i = 0; i <= round % 4; i++)
        bytes[(round * 7919 + i * 104_729) % bytes.length] = (round * 31 + i * 17) & 255
      await readOrCodedError(t, { kind: 'parquet', paths: [write('damaged.parquet', bytes)] })
    }
  })
}

t.test('readPartition() ends promptly, with a coded error if any, on a damaged Arrow file', async (t) => {
  for (const name of ['batches.arrow', 'batches-zstd.arrow', 'batches-lz4.arrow', 'batches.arrows']) {
    const whole = fixture(name)
    for (let round = 0; round < 100; round++) {
      const bytes = Uint8Array.from(whole)
      bytes[(round * 7919) % bytes.length] = (round * 31) & 255
      await readOrCodedError(t, { kind: 'arrow', paths: [write('damaged.arrow', bytes)] })
    }
  }
})

async function readOrCodedError(t: Test, spec: SourceSpec): Promise<void> {
  try {
    const { partitions } = await openSource(spec)
    for (const partition of partitions()) for await (const _ of readPartition(spec, partition));
  } catch (error) {
    if (isVolleyError(error) && error.code !== 'internal') return
    t.fail('an error without a code', { found: error })
  }
}
