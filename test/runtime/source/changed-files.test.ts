// Files that change while a job reads them: whatever the format and the reader, the job fails and says so.

import { appendFileSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import * as arrow from 'apache-arrow'
import t, { type Test } from 'tap'
import { SessionContext } from 'volley'
import { openSource, readPartition } from '../../../runtime/source/formats.ts'
import type { SourceSpec } from '../../../runtime/source/source.ts'
import { dataPage, makeParquet, physical } from './make-parquet.ts'
import { temporaryFiles } from './temporary-files.ts'

t.setTimeout(240_000)

const write = temporaryFiles(t)
const numbers = Array.from({ length: 1000 }, (_, i) => i)
const csv = `a\n${numbers.join('\n')}\n`
const json = numbers.map((a) => `{"a":${a}}\n`).join('')
const table = new arrow.Table({ a: arrow.makeVector(Int32Array.from(numbers)) })
const values = new Uint8Array(Int32Array.from(numbers).buffer)
const parquet = makeParquet({ type: physical.int32, rows: 1000, pages: [dataPage(values, 1000)] })

const contents: Readonly<Record<string, string | Uint8Array>> = {
  'a.csv': csv,
  'a.csv.gz': gzipSync(csv),
  'a.ndjson': json,
  'a.ndjson.gz': gzipSync(json),
  'a.parquet': parquet,
  'a.arrow': arrow.tableToIPC(table, 'file'),
  'a.arrows': arrow.tableToIPC(table, 'stream'),
}

function specOf(path: string): SourceSpec {
  if (path.includes('.csv')) return { kind: 'csv', paths: [path] }
  if (path.includes('.ndjson')) return { kind: 'json', paths: [path] }
  return path.endsWith('.parquet') ? { kind: 'parquet', paths: [path] } : { kind: 'arrow', paths: [path] }
}

const changes: Readonly<Record<string, (path: string, content: string | Uint8Array) => void>> = {
  'cut short': (path) => truncateSync(path, statSync(path).size - 3),
  emptied: (path) => truncateSync(path, 0),
  'appended to': (path) => appendFileSync(path, 'more'),
  'written again with the same bytes': (path, content) => {
    writeFileSync(path, content)
    utimesSync(path, new Date(), new Date(Date.now() + 1000))
  },
  'replaced by a copy': (path, content) => {
    const { atime, mtime } = statSync(path)
    writeFileSync(`${path}.new`, content)
    utimesSync(`${path}.new`, atime, mtime)
    renameSync(`${path}.new`, path)
  },
  removed: (path) => rmSync(path),
}

const changed = { code: 'source_unreadable', message: /": it changed while it was read: .*; run the job again once/ }

async function readAll(spec: SourceSpec, opened: Awaited<ReturnType<typeof openSource>>, onBatch = () => {}) {
  for (const partition of opened.partitions(1)) {
    for await (const _ of readPartition(spec, partition, { batchRows: 100 })) onBatch()
  }
}

for (const [name, content] of Object.entries(contents)) {
  t.test(`readPartition() refuses a changed ${name}, before it is read and in the middle`, async (t: Test) => {
    for (const [label, change] of Object.entries(changes)) {
      const path = write(name, content)
      const spec = specOf(path)
      const opened = await openSource(spec)
      change(path, content)
      await t.rejects(readAll(spec, opened), changed, `${label}, before`)
      const again = write(name, content)
      const reopened = await openSource(spec)
      let batches = 0
      const inTheMiddle = () => {
        batches += 1
        if (batches === 2) change(again, content)
      }
      await t.rejects(readAll(spec, reopened, inTheMiddle), changed, `${label}, in the middle`)
      t.equal(batches, 10, 'what the reader had is whole')
    }
  })
}

t.test('readPartition() tells of a change also when the rest is not wanted', async (t) => {
  const path = write('limit.csv', csv)
  const spec = specOf(path)
  const opened = await openSource(spec)
  const read = async () => {
    for (const partition of opened.partitions(1)) {
      for await (const _ of readPartition(spec, partition, { batchRows: 100 })) {
        truncateSync(path, 10)
        break
      }
    }
  }
  await t.rejects(read(), changed)
})

t.test('readPartition() reads a file whose rights or names changed, for its bytes are the same', async (t) => {
  const path = write('rights.csv', csv)
  const spec = specOf(path)
  const opened = await openSource(spec)
  const { linkSync, chmodSync } = await import('node:fs')
  chmodSync(path, 0o600)
  linkSync(path, `${path}.link`)
  await t.resolves(readAll(spec, opened))
})

t.test('a job over a file that is cut while a function runs fails, in a worker as well', async (t) => {
  for (const backend of ['in-process', 'fork'] as const) {
    await using ctx = new SessionContext({ backend, workers: 1, spareWorkers: 0 })
    const rows = Array.from({ length: 200_000 }, (_, i) => i)
    const path = write(`job-${backend}.csv`, `a\n${rows.join('\n')}\n`)
    const { col, udf, int64 } = await import('volley')
    const cut = udf(
      (a: bigint) => {
        if (a === 1000n) process.getBuiltinModule('node:fs').truncateSync(path, 500_000)
        return a
      },
      [int64],
      int64,
      { name: 'cut', volatility: 'volatile' },
    )
    const counted = ctx
      .readCsv(path)
      .withColumn('b', cut(col('a')))
      .filter('b >= 0')
    await t.rejects(counted.count(), changed, backend)
  }
})
