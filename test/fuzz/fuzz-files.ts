// Fuzzing of the readers of files: every mutation of a real Parquet or Arrow file must be read, or refused with a coded
// error, in bounded time and memory, and give no byte that is not its own. The test suite runs the same for a moment.

import { readdirSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import { fromRecordBatch } from '../../functions/column/arrow.ts'
import { valueAt } from '../../functions/column/column.ts'
import { isVolleyError } from '../../functions/errors.ts'
import { openSource, readPartition } from '../../runtime/source/formats.ts'
import { decompress } from '../../runtime/source/parquet/codecs.ts'
import type { SourceSpec } from '../../runtime/source/source.ts'
import type { FuzzReport } from './fuzz.ts'
import { createRandom } from './mutate.ts'

interface FileSubject {
  readonly name: string
  readonly kind: 'parquet' | 'arrow'
  readonly bytes: Buffer
}

/** No file of these sizes has a reason to take as long. */
const MAX_MS = 5000
const CODES = ['source_unreadable', 'unknown_type', 'schema_mismatch', 'invalid_value']

const folder = new URL('../fixtures/parquet/', import.meta.url).pathname

function arrowTable(): arrow.Table {
  const item = new arrow.Field('item', new arrow.Int32(), true)
  const values = <T extends arrow.DataType>(list: readonly unknown[], type: T) => arrow.vectorFromArray(list, type)
  const words = () => new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())
  const pair = new arrow.Struct([new arrow.Field('a', new arrow.Float64(), true), new arrow.Field('b', words(), true)])
  return new arrow.Table({
    ints: values([1, null, 3, -4], new arrow.Int32()),
    longs: values([1n, null, 3n, -4n], new arrow.Int64()),
    flags: values([true, null, false, true], new arrow.Bool()),
    texts: values(['a', null, 'ccc', 'dd'], new arrow.Utf8()),
    large: values(['a', null, 'ccc', 'dd'], new arrow.LargeUtf8()),
    words: values(['x', null, 'y', 'x'], words()),
    lists: values([[1, 2], null, [], [3]], new arrow.List(item)),
    nested: values(
      [[[1], []], null, [], [[2, 3]]],
      new arrow.List(new arrow.Field('item', new arrow.List(item), true)),
    ),
    pairs: values([{ a: 1, b: 'x' }, null, { a: 2, b: 'y' }, { a: null, b: null }], pair),
    fixed: values([Uint8Array.of(1, 2), null, Uint8Array.of(3, 4), Uint8Array.of(5, 6)], new arrow.FixedSizeBinary(2)),
    fixedLists: values([[1, 2], null, [3, 4], [5, 6]], new arrow.FixedSizeList(2, item)),
    dates: values([0, null, 86_400_000, 0], new arrow.DateDay()),
    nothing: values([null, null, null, null], new arrow.Null()),
  })
}

/** The files that are mutated. */
export const fileSubjects: readonly FileSubject[] = [
  ...readdirSync(folder)
    .filter((name) => /\.(parquet|arrow|arrows)$/.test(name))
    .map((name): FileSubject => {
      return { name, kind: name.endsWith('.parquet') ? 'parquet' : 'arrow', bytes: readFileSync(folder + name) }
    }),
  ...(['file', 'stream'] as const).map((form): FileSubject => {
    return { name: `every type, ${form}`, kind: 'arrow', bytes: Buffer.from(arrow.tableToIPC(arrowTable(), form)) }
  }),
]

type Random = ReturnType<typeof createRandom>

const numbers = [0, 1, -1, 2, 255, 65_536, 2 ** 24, 2_000_000_000, 2 ** 31 - 1, -(2 ** 31)]

/** Mostly one small change: what is changed in many places is refused at the first. */
function mutateFile(original: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(original)
  const at = random(bytes.length)
  switch (random(6)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      bytes.writeInt32LE(numbers[random(numbers.length)] ?? 0, Math.min(at, bytes.length - 4) & ~3)
      return bytes
    case 2:
      bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random(5)] ?? 0
      return bytes
    case 3:
      bytes.copyWithin(at, random(bytes.length), bytes.length)
      return bytes
    default:
      for (let n = random(3) + 1; n > 0; n--) {
        const bit = random(bytes.length * 8)
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
      }
      return bytes
  }
}

const CANARY = 'bytes of another file '

/** Leaves text in the memory of the decompressors, which no other file may ever show. */
function leaveCanary(): void {
  const text = Buffer.alloc(200_000, CANARY)
  const length = Buffer.of(62 << 2, (text.length - 1) & 255, ((text.length - 1) >> 8) & 255, (text.length - 1) >> 16)
  const stated = Buffer.of((text.length & 127) | 128, ((text.length >> 7) & 127) | 128, text.length >> 14)
  decompress('SNAPPY', Buffer.concat([stated, length, text]), text.length)
  Buffer.allocUnsafeSlow(200_000).fill(CANARY)
}

/** Reads every value of a file, and puts its texts together. */
export async function readEverything({ kind }: FileSubject, path: string): Promise<string> {
  const spec: SourceSpec = { kind, paths: [path] }
  const source = await openSource(spec)
  let texts = ''
  for (const partition of source.partitions(2)) {
    for await (const batch of readPartition(spec, partition, { dictionaries: 'keep' })) {
      for (const column of fromRecordBatch(batch, source.schema).columns) {
        for (let row = 0; row < Math.min(column.length, 10_000); row++) {
          const value = valueAt(column, row)
          if (typeof value === 'string' && texts.length < 1_000_000) texts += value
        }
      }
    }
  }
  return texts
}

/** Reads mutations of files until `rounds` are done or time is up. */
export async function fuzzFiles(seed: number, rounds: number, milliseconds: number): Promise<FuzzReport> {
  const random = createRandom(seed)
  const path = join(tmpdir(), `volley-fuzz-${process.pid}-${seed}`)
  const codes = new Map<string, number>()
  const failures: string[] = []
  const end = performance.now() + milliseconds
  let [round, accepted, slowestMs] = [0, 0, 0]
  for (; round < rounds && performance.now() < end && failures.length < 10; round++) {
    const subject = fileSubjects[random(fileSubjects.length)]
    if (subject === undefined) continue
    const bytes = mutateFile(subject.bytes, random)
    await writeFile(path, bytes)
    leaveCanary()
    const fail = (why: string) => failures.push(`${subject.name}, round ${round}: ${why}\n${bytes.toString('base64')}`)
    const startedAt = performance.now()
    try {
      if ((await readEverything(subject, path)).includes(CANARY)) fail('it gave bytes of another file')
      accepted++
    } catch (error) {
      if (isVolleyError(error) && CODES.includes(error.code)) codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
      else fail(String((error as Error).stack))
    }
    const took = performance.now() - startedAt
    slowestMs = Math.max(slowestMs, took)
    if (took > MAX_MS) fail(`it took ${took} ms`)
  }
  await rm(path, { force: true })
  return { rounds: round, accepted, codes, slowestMs, failures }
}

if (import.meta.main) {
  const [seconds = 600, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number)
  console.log(`seed ${seed}`)
  const { codes, failures, ...rest } = await fuzzFiles(seed, Number.POSITIVE_INFINITY, seconds * 1000)
  console.log({ ...rest, codes: Object.fromEntries(codes), heapMb: Math.round(process.memoryUsage().rss / 2 ** 20) })
  for (const failure of failures) console.error(failure)
  process.exitCode = failures.length === 0 ? 0 : 1
}
