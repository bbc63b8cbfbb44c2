// The table of formats: what it says of kinds and extensions, and that a format which is registered is one like all others.

import t from 'tap'
import { openSource, readPartition, registerFormat, sourceOfPath } from '../../../runtime/source/formats.ts'

const byPath = [
  ['a.parquet', 'parquet'],
  ['a.arrow', 'arrow'],
  ['a.arrows', 'arrow'],
  ['a.feather', 'arrow'],
  ['a.ipc', 'arrow'],
  ['b/a.CSV', 'csv'],
  ['a.tsv', 'csv'],
  ['a.ndjson', 'json'],
  ['a.jsonl', 'json'],
  ['a.json', undefined],
  ['csv', undefined],
  ['', undefined],
] as const

for (const [path, kind] of byPath) {
  t.test(`sourceOfPath() takes "${path}" for ${kind ?? 'nothing it knows'}`, async (t) => {
    t.strictSame(sourceOfPath(path), kind === undefined ? undefined : { kind, paths: [path] })
  })
}

t.test('registerFormat() refuses a second format of a kind', async (t) => {
  const again = { kind: 'parquet', extensions: ['pq'], open: () => never(), read: () => never() } as const
  t.throws(() => registerFormat(again), {
    code: 'invalid_argument',
    message: 'Cannot register the format "parquet": there is one of that name',
  })
  t.equal(sourceOfPath('a.pq'), undefined)
})

t.test('openSource() and readPartition() say of which format this process knows nothing', async (t) => {
  const spec = { kind: 'lines', paths: ['a.txt'] } as const
  const refusal = {
    code: 'invalid_argument',
    message: 'Cannot read a source of kind "lines": this process has no such format, register it here',
  }
  await t.rejects(openSource(spec), refusal)
  await t.rejects(readPartition(spec, { slices: [], bytes: 0 }).next(), refusal)
})

const never = (): Promise<never> => Promise.reject(new Error('nobody asked'))
