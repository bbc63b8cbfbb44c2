// Measures the readers of sources against the libraries that could have done it: start-up, first (cold) and warm time,
// peak memory, each in a process of its own. The figures of docs/decisions/0002 and 0003 come from here.
//
//   node test/bench/readers-bench.ts                       Parquet, on the flights file
//   node test/bench/readers-bench.ts file.parquet [c1,c2]  Parquet, another file and two of its columns
//   node test/bench/readers-bench.ts file.csv              CSV; libraries that are not installed are left out

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import type { SourceSpec } from '../../runtime/source/source.ts'

const flights = fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url))
const [path = flights, chosen = path === flights ? 'origin,delay' : '', candidate] = process.argv.slice(2)
const columns = chosen === '' ? undefined : chosen.split(',')
const rounds = 7

/** Loads what it needs and gives a function that reads everything once and counts the rows. */
type Candidate = (columns: readonly string[] | undefined) => Promise<() => Promise<number>>

const ours =
  (dictionaries: 'keep' | 'decode'): Candidate =>
  async (columns) => {
    const { openSource, readPartition } = await import('../../runtime/source/formats.ts')
    await import(
      path.includes('.csv') ? '../../runtime/source/csv/read-csv.ts' : '../../runtime/source/parquet/read-parquet.ts'
    )
    const spec: SourceSpec = path.includes('.csv') ? { kind: 'csv', paths: [path] } : { kind: 'parquet', paths: [path] }
    return async () => {
      let rows = 0
      const [partition] = (await openSource(spec)).partitions(1)
      if (partition === undefined) return 0
      const options = { dictionaries, ...(columns === undefined ? {} : { columns }) }
      for await (const batch of readPartition(spec, partition, options)) rows += batch.numRows
      return rows
    }
  }

const parquetWasm: Candidate = async (columns) => {
  const { tableFromIPC } = await import('apache-arrow')
  const { readParquet } = await import('parquet-wasm')
  const { parquetMetadata } = await import('hyparquet')
  return async () => {
    const bytes = readFileSync(path)
    let rows = 0
    for (const [group] of parquetMetadata(bytes).row_groups.entries()) {
      const options = {
        rowGroups: [group],
        batchSize: 65_536,
        ...(columns === undefined ? {} : { columns: [...columns] }),
      }
      rows += tableFromIPC(readParquet(bytes, options).intoIPCStream()).numRows
    }
    return rows
  }
}

const hyparquet: Candidate = async (columns) => {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead } = await import('hyparquet')
  const compressors = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }
  return async () => {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    let rowStart = 0
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      const options = { file, metadata, compressors, rowStart, rowEnd, onChunk: () => {} }
      await parquetRead(columns === undefined ? options : { ...options, columns: [...columns] })
      rowStart = rowEnd
    }
    return rowStart
  }
}

/** A library that takes the whole text; `call` gets its module. */
const textLibrary =
  (name: string, call: (module: never, text: string) => number): Candidate =>
  async () => {
    const module = (await import(name)) as never
    return async () => call(module, readFileSync(path, 'utf8'))
  }

const parquetCandidates: Record<string, Candidate> = {
  'own decoder, dictionaries kept': ours('keep'),
  'own decoder, dictionaries decoded': ours('decode'),
  'parquet-wasm → IPC → Arrow': parquetWasm,
  'hyparquet → JavaScript arrays': hyparquet,
}
type Papa = { default: { parse(text: string): { data: unknown[] } } }
type CsvParse = { parse(text: string): unknown[] }
type Udsv = {
  inferSchema(text: string): unknown
  initParser(schema: unknown): { typedCols(text: string): unknown[][] }
}
const csvCandidates: Record<string, Candidate> = {
  'own parser → Arrow': ours('decode'),
  'udsv → JavaScript arrays': textLibrary(
    'udsv',
    (m: Udsv, text) => m.initParser(m.inferSchema(text)).typedCols(text)[0]?.length ?? 0,
  ),
  'papaparse → texts': textLibrary('papaparse', (m: Papa, text) => m.default.parse(text).data.length - 2),
  'csv-parse → texts': textLibrary('csv-parse/sync', (m: CsvParse, text) => m.parse(text).length - 1),
}
const candidates = path.includes('.csv') ? csvCandidates : parquetCandidates

if (candidate === undefined) compareAll()
else await measureOne(candidates[candidate] as Candidate)

function compareAll(): void {
  for (const picked of columns === undefined ? [undefined] : [undefined, columns]) {
    console.log(`\n${path}, ${picked === undefined ? 'all columns' : picked.join(' and ')}`)
    for (const name of Object.keys(candidates)) {
      const script = fileURLToPath(import.meta.url)
      try {
        console.log(
          execFileSync(process.execPath, [script, path, picked?.join(',') ?? '', name], {
            stdio: ['ignore', 'pipe', 'pipe'],
          })
            .toString()
            .trim(),
        )
      } catch (error) {
        const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
        console.log(
          `${name.padEnd(36)} not measured: ${/ERR_MODULE_NOT_FOUND/.test(text) ? 'not installed' : (/\n(\w*Error[^\n]*)/.exec(text)?.[1] ?? 'failed')}`,
        )
      }
    }
  }
}

async function measureOne(make: Candidate): Promise<void> {
  await import('apache-arrow') // every worker has it anyway
  const begun = performance.now()
  const read = await make(columns)
  const loaded = performance.now() - begun
  const times: number[] = []
  let rows = 0
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    rows = await read()
    times.push(performance.now() - start)
  }
  const [cold = 0, ...warm] = times
  const median = warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)] ?? cold
  const cells = [
    (candidate ?? '').padEnd(36),
    `${rows} rows`,
    `load ${loaded.toFixed(0)} ms`,
    `first ${cold.toFixed(0)} ms`,
    `warm ${median.toFixed(0)} ms`,
    `peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
  ]
  console.log(cells.join('  '))
}
