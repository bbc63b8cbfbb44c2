import t from 'tap'
import { timestamp, typeName } from '../../../functions/types/type.ts'
import { openSource } from '../../../runtime/source/formats.ts'
import type { JsonOptions, SourceSpec } from '../../../runtime/source/source.ts'
import { readBatches, readColumns } from './read-all.ts'
import { temporaryFiles } from './temporary-files.ts'

t.setTimeout(240_000)

const write = temporaryFiles(t)
let files = 0
function json(text: string, options?: JsonOptions): SourceSpec {
  return { kind: 'json', paths: [write(`${++files}.ndjson`, text)], ...(options === undefined ? {} : { options }) }
}

t.test('openSource() infers types from values', async (t) => {
  const table: readonly [string, string][] = [
    ['{"a":1}\n{"a":null}', 'a: int64'],
    ['{"a":1}\n{"a":1.5}', 'a: float64'],
    ['{"a":true}', 'a: bool'],
    ['{"a":"2024-01-31"}', 'a: utf8'],
    ['{"a":1}\n{"a":"x"}', 'a: utf8'],
    ['{"a":null}', 'a: utf8'],
    ['{"a":[1,null,2.5]}', 'a: list<float64>'],
    ['{"a":[]}\n{"a":[[true]]}', 'a: list<list<bool>>'],
    ['{"a":{"x":1}}\n{"a":{"y":"z"}}\n{"a":{"x":0.5}}', 'a: struct<x:float64,y:utf8>'],
    ['{"a":[{"x":1},{},{"y":null},{"x":0.5,"y":[1]}]}', 'a: list<struct<x:float64,y:list<int64>>>'],
    ['{"a":{"x":null}}\n{"a":{"x":{"y":1}}}\n{"a":{"x":{"z":2}}}', 'a: struct<x:struct<y:int64,z:int64>>'],
    ['{"b":1}\n{"a":2,"b":3}', 'b: int64 a: int64'],
  ]
  for (const [text, expected] of table) {
    const { schema } = await openSource(json(text))
    t.equal(schema.map((field) => `${field.name}: ${typeName(field.type)}`).join(' '), expected, text)
  }
})

t.test('readPartition() reads scalars, lists and structs', async (t) => {
  const text = `{"id":1,"tags":["a",null],"at":{"x":1.5,"ok":true},"s":"naïve"}
{"id":null,"tags":[],"at":null}

{"tags":null,"at":{"ok":false},"id":-3,"s":7,"at2":1}
`
  t.same(await readColumns(json(text, { sampleRows: 2 })), {
    id: [1, null, -3],
    tags: [['a', null], [], null],
    at: [{ x: 1.5, ok: true }, null, { x: null, ok: false }],
    s: ['naïve', null, '7'],
  })
})

t.test('readPartition() reads the texts of declared types', async (t) => {
  const schema = {
    i: 'int64',
    u: 'uint64',
    d: 'decimal128(38,9)',
    f: 'float64',
    day: 'date32',
    at: timestamp('us', 'UTC'),
    time: 'time64(us)',
    span: 'duration(ms)',
    bytes: 'binary',
    map: 'map<utf8,int32>',
  }
  const text = `{"i":"9223372036854775807","u":"18446744073709551615","d":"-12345678901234567890123456789.123456789","f":"NaN","day":"2024-01-31","at":"2024-01-31T12:00:00.000001Z","time":"12:34:56.789","span":"PT1M2.5S","bytes":"aGk=","map":[["a",1],["b",null]]}
{"i":5,"d":1.5,"f":"-Infinity"}`
  t.same(await readColumns(json(text, { schema })), {
    i: ['9223372036854775807', 5],
    u: ['-1', null].map((_, row) => (row === 0 ? '18446744073709551615' : null)),
    d: ['-12345678901234567890123456789.123456789', '1.500000000'],
    f: ['NaN', '-Infinity'],
    day: [19753, null],
    at: [1706702400000001, null],
    time: [45296789000, null],
    span: [62500, null],
    bytes: ['aGk=', null],
    map: [
      [
        ['a', 1],
        ['b', null],
      ],
      null,
    ],
  })
})

t.test('readPartition() reads only the columns asked for, in batches of the size asked for', async (t) => {
  const spec = json('{"a":1,"b":"x"}\r\n{"a":2,"b":"y"}\r\n{"a":3,"b":"z"}')
  t.same(await readColumns(spec, { columns: ['b'] }), { b: ['x', 'y', 'z'] })
  t.same(
    (await readBatches(spec, { batchRows: 2 })).map((batch) => batch.numRows),
    [2, 1],
  )
})

t.test('partitions() cut a file at line ends', async (t) => {
  const rows = 300_000
  const text = Array.from({ length: rows }, (_, i) => `{"i":${i},"text":"${'x'.repeat(i % 40)}"}\n`).join('')
  const spec = json(text)
  const { partitions } = await openSource(spec)
  t.equal(partitions(2).length, 2)
  const columns = await readColumns(spec, { columns: ['i'] }, 2)
  t.same(
    columns.i,
    Array.from({ length: rows }, (_, i) => i),
  )
})

t.test('openSource() and readPartition() say which line is wrong and what to do', async (t) => {
  const table: readonly [string, string, RegExp, JsonOptions?][] = [
    ['[{"a":1},{"a":2}]', 'source_unreadable', /it is one JSON array, not one object per line; convert it/],
    ['{"a":1}\n{"a":', 'source_unreadable', /line 2: it is not valid JSON .*; each line must be one JSON object/],
    ['{"a":1}\n\n5', 'source_unreadable', /line 3: 5 is not an object/],
    ['{"a":[1\n2]}', 'source_unreadable', /line 1: it is not valid JSON/],
    ['', 'source_unreadable', /it has no rows to tell its columns from; declare the schema/],
    ['{"a":1}\n{"a":[1]}', 'schema_mismatch', /column "a" in .*: its values are both int64 and list/],
    [
      '{"a":1}\n{"a":2}\n{"a":"x"}',
      'invalid_value',
      /in line 3, column "a", "x" is not int64; correct it or declare the column as utf8/,
      { sampleRows: 2 },
    ],
    [
      '{"a":{"b":[1]}}\n{"a":{"b":[0,"x"]}}',
      'invalid_value',
      /in line 2, column "a\.b\.1", "x" is not int64/,
      { sampleRows: 1 },
    ],
    ['{"a":9007199254740993}', 'invalid_value', /9007199254740992 is not int64/, { schema: { a: 'int64' } }],
    ['{"a":1}', 'unknown_column', /no such column; it has a/, { schema: { zebra: 'int64' } }],
    ['{"a":1}', 'invalid_argument', /"sampleRows" takes a whole number/, { sampleRows: 0 }],
  ]
  for (const [text, code, message, options] of table) {
    await t.rejects(readColumns(json(text, options)), { code, message }, text)
  }
})
