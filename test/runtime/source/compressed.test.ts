// Compressed text files: all of what is in them, or an error. What a decompressor leaves unread is no row less.

import { gzipSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { readColumns } from './read-all.ts'
import { temporaryFiles } from './temporary-files.ts'

t.setTimeout(240_000)

const write = temporaryFiles(t)
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}\n`).join('')
const read = (name: string, ...parts: readonly Uint8Array[]) =>
  readColumns({ kind: 'csv', paths: [write(name, Buffer.concat(parts))] })
const first = `a\n${lines(0, 50_000)}`
const all = { a: Array.from({ length: 100_000 }, (_, i) => i) }
const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7])

t.test('readPartition() reads every frame of a zstd file and every member of a gzip file', async (t) => {
  const second = lines(50_000, 100_000)
  t.same(await read('two.csv.zst', zstdCompressSync(first), zstdCompressSync(second)), all)
  t.same(await read('skip.csv.zst', skippable, zstdCompressSync(first), skippable, zstdCompressSync(second)), all)
  t.same(await read('two.csv.gz', gzipSync(first), gzipSync(second)), all)
  t.same(await read('one.csv.zst', zstdCompressSync('a\n1\n')), { a: [1] })
})

t.test('readPartition() refuses compressed files that end early or go on with something else', async (t) => {
  const [zstd, gzip] = [zstdCompressSync(first), gzipSync(first)]
  const table: readonly [string, string, readonly Uint8Array[], RegExp][] = [
    ['a zstd frame that is cut', 'a.csv.zst', [zstd.subarray(0, 20_000)], /\d+ bytes of \d+ come before the end/],
    ['a second one that is cut', 'a.csv.zst', [zstd, zstd.subarray(0, 3)], /3 bytes of 4 come before the end/],
    ['a zstd file with text behind', 'a.csv.zst', [zstd, Buffer.from('and more')], /no frame begins/],
    ['a gzip member that is cut', 'a.csv.gz', [gzip.subarray(0, 20_000)], /unexpected end of file/],
    ['a second one that is cut', 'a.csv.gz', [gzip, gzip.subarray(0, 100)], /unexpected end of file/],
    ['a gzip file with text behind', 'a.csv.gz', [gzip, Buffer.from('and more')], /incorrect header check/],
    ['another length in the trailer', 'a.csv.gz', [gzip.subarray(0, -4), Buffer.alloc(4, 1)], /incorrect length check/],
  ]
  for (const [label, name, parts, message] of table) {
    await t.rejects(read(name, ...parts), { code: 'source_unreadable', message }, label)
  }
})
