import { readFileSync } from 'node:fs'
import t from 'tap'
import { typeName } from '../../../functions/types/type.ts'
import { openSource } from '../../../runtime/source/formats.ts'
import type { SourceSpec } from '../../../runtime/source/source.ts'
import { readBatches, readColumns } from './read-all.ts'

t.setTimeout(240_000)

const folder = new URL('../../fixtures/parquet/', import.meta.url).pathname
const expected: { files: Record<string, string>; tables: Record<string, Record<string, unknown[]>> } = JSON.parse(
  readFileSync(`${folder}expected.json`, 'utf8'),
)
const spec = (name: string): SourceSpec => ({ kind: 'parquet', paths: [folder + name] })
const parquetFiles = Object.entries(expected.files).filter(([name]) => name.endsWith('.parquet'))

for (const [name, table] of parquetFiles) {
  const columns = expected.tables[table]

  t.test(`readPartition() reads ${name} as pyarrow does`, async (t) => {
    t.same(await readColumns(spec(name)), columns)
  })

  t.test(`readPartition() reads ${name} in batches of 3 rows with dictionaries kept`, async (t) => {
    t.same(await readColumns(spec(name), { batchRows: 3, dictionaries: 'keep' }, 1), columns)
  })
}

t.test('openSource() names the type of every column', async (t) => {
  const { schema } = await openSource(spec('types-plain.parquet'))
  t.same(
    schema.map((field) => `${field.name}: ${typeName(field.type)}`),
    [
      'bool: bool',
      'int8: int8',
      'int16: int16',
      'int32: int32',
      'int64: int64',
      'uint8: uint8',
      'uint16: uint16',
      'uint32: uint32',
      'uint64: uint64',
      'float32: float32',
      'float64: float64',
      'date: date32',
      'ts_ms: timestamp(ms)',
      'ts_us: timestamp(us,UTC)',
      'ts_ns: timestamp(ns,Europe/Berlin)',
      'time_us: time64(us)',
      'time_ns: time64(ns)',
      'utf8: utf8',
      'binary: binary',
      'fixed: binary',
      'nothing: int32',
      'null: null',
      'dec9: decimal128(9,2)',
      'dec18: decimal128(18,3)',
      'dec38: decimal128(38,9)',
      'half: float32',
    ],
  )
})

t.test('openSource() names the type of nested columns', async (t) => {
  const { schema } = await openSource(spec('nested.parquet'))
  t.same(
    schema.map((field) => `${field.name}: ${typeName(field.type)}`),
    [
      'id: int64',
      'ints: list<int64>',
      'lists: list<list<utf8>>',
      'point: struct<x:int32,y:float64>',
      'items: list<struct<x:int32,tags:list<utf8>>>',
      'map: map<utf8,int32>',
      'deep: struct<in:struct<flags:list<bool>>>',
    ],
  )
})

t.test(
  'openSource() takes durations and time zones from the schema that Arrow writers leave in the footer',
  async (t) => {
    const { schema } = await openSource(spec('durations.parquet'))
    t.same(
      schema.map((field) => typeName(field.type)),
      ['duration(us)', 'timestamp(ms)'],
    )
  },
)

t.test('openSource() tells required columns from nullable ones', async (t) => {
  const { schema } = await openSource(spec('required.parquet'))
  t.same(
    schema.map((field) => field.nullable),
    [false, false],
  )
})

t.test('readPartition() states in each batch exactly the types that openSource() names', async (t) => {
  for (const [name] of parquetFiles) {
    const { schema } = await openSource(spec(name))
    for (const batch of await readBatches(spec(name))) {
      t.same(
        batch.schema.fields.map((field) => [field.name, field.nullable]),
        schema.map((field) => [field.name, field.nullable]),
        name,
      )
    }
  }
})
