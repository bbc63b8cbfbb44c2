// The spool: what is written is what is read, from memory and disk, by fast, slow and later readers; and nothing is left.

import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Test, test } from 'tap'
import { Spool } from '../../../api/spool/spool.ts'
import { until } from '../with-server.ts'
import { bytesOf, chunksOf, streamOf, valuesOf } from './streams.ts'

const never = new AbortController().signal
const small = streamOf(3, 10)
const large = streamOf(40, 10_000)
const KiB = 1024

async function temporaryDirectory(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'volley-spool-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Yields a stream up to some byte, then waits to be told how to go on. */
function paused(bytes: Uint8Array, at: number) {
  const go = Promise.withResolvers<void>()
  go.promise.catch(() => {})
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* chunksOf(bytes.subarray(0, at), 1000)
    await go.promise
    yield* chunksOf(bytes.subarray(at), 1000)
  }
  return { stream: chunks(), go: go.resolve, fail: go.reject }
}

for (const isRetained of [true, false]) {
  for (const [name, bytes] of [
    ['small', small],
    ['large', large],
    ['empty', streamOf(0, 0)],
  ] as const) {
    test(`a ${name} result, ${isRetained ? '' : 'not '}retained, is read as it was written`, async (t) => {
      await using spool = await Spool.open({ memoryBytes: 256 * KiB })
      for (const size of [7, 4096, 300_000].filter((size) => bytes.length / size < 100_000)) {
        const result = spool.create(`r${size}`, { isRetained })
        const index = await result.write(chunksOf(bytes, size), never)
        t.equal(index.bytes, bytes.length)
        await result.begun
        t.ok((await bytesOf(result.read())).equals(bytes))
        await result.remove()
      }
      t.strictSame(spool.stats, { memoryBytes: 0, diskBytes: 0 })
    })
  }
}

test('an index tells rows and batches; a small result is inline, a large one a file', async (t) => {
  const directory = await temporaryDirectory(t)
  await using spool = await Spool.open({ directory })
  t.match(await spool.create('a', { isRetained: true }).write(chunksOf(small, 100), never), {
    rows: 30,
    batches: 3,
    inline: Buffer.from(small).toString('base64'),
  })
  const index = await spool.create('b', { isRetained: true }).write(chunksOf(large, 100_000), never)
  t.match(index, { rows: 400_000, batches: 40, inline: undefined })
  t.strictSame(await readdir(join(directory, 'results')), ['b.arrow'])
  t.strictSame(spool.stats, { memoryBytes: 0, diskBytes: large.length })
})

test('results are reopened by another spool, whole, from a batch, or a range', async (t) => {
  const directory = await temporaryDirectory(t)
  const before = await Spool.open({ directory })
  const indexes = {
    a: await before.create('a', { isRetained: true }).write(chunksOf(small, 50), never),
    b: await before.create('b', { isRetained: true }).write(chunksOf(large, 70_000), never),
  }
  await before.close()
  await using spool = await Spool.open({ directory })
  await writeFile(join(directory, 'results', 'left.arrow'), 'x')
  await spool.removeAllBut(new Set(['a', 'b']))
  t.strictSame(await readdir(join(directory, 'results')), ['b.arrow'])
  t.equal(spool.stats.diskBytes, large.length)
  for (const [id, bytes] of [
    ['a', small],
    ['b', large],
  ] as const) {
    const result = await spool.reopen(id, JSON.parse(JSON.stringify(indexes[id])))
    t.ok((await bytesOf(result.read())).equals(bytes))
    const values = valuesOf(bytes)
    const perBatch = values.length / indexes[id].batches
    for (const fromBatch of [1, 2, indexes[id].batches]) {
      t.strictSame(valuesOf(await bytesOf(result.read({ fromBatch }))), values.slice(fromBatch * perBatch))
    }
    await t.rejects(bytesOf(result.read({ fromBatch: indexes[id].batches + 1 })), { code: 'range_not_satisfiable' })
    const range = { start: 333, end: bytes.length - 5 }
    t.ok((await bytesOf(result.read({ range }))).equals(bytes.subarray(range.start, range.end)))
  }
})

test('readers tail a result that grows, however it goes from memory to disk', async (t) => {
  for (const memoryBytes of [1, 10 * KiB, 1024 * KiB]) {
    await using spool = await Spool.open({ memoryBytes })
    const result = spool.create('r', { isRetained: true })
    const { stream, go } = paused(large, large.length / 2)
    const written = result.write(stream, never)
    const readers = [0, 0, 30].map((fromBatch) => bytesOf(result.read({ fromBatch })))
    await result.begun
    t.equal(result.index, undefined)
    go()
    await written
    const [first, second, third] = await Promise.all(readers)
    t.ok(first?.equals(large) && second?.equals(large))
    t.strictSame(valuesOf(third ?? Buffer.of()), valuesOf(large).slice(300_000))
  }
})

test('the error of a stream is what readers get, also a stream without an end, and nothing is left', async (t) => {
  for (const isRetained of [true, false]) {
    await using spool = await Spool.open({ memoryBytes: 100 })
    const failing = spool.create('failing', { isRetained })
    const { stream, fail } = paused(large, large.length - 1000)
    const written = failing.write(stream, never)
    const read = bytesOf(failing.read())
    await failing.begun
    fail(new Error('the worker is gone'))
    await t.rejects(Promise.all([read, t.rejects(written, { message: 'the worker is gone' })]), {
      message: 'the worker is gone',
    })
    const cut = spool.create('cut', { isRetained })
    const bytes = chunksOf(large.subarray(0, -8), 1000)
    await Promise.all([
      t.rejects(cut.write(bytes, never), { code: 'protocol_error', message: /breaks off/ }),
      t.rejects(bytesOf(cut.read()), { code: 'protocol_error' }),
    ])
    t.strictSame(spool.stats, { memoryBytes: 0, diskBytes: 0 })
  }
})

test('aborting, removing and leaving end the writing, and the stream is left', async (t) => {
  await using spool = await Spool.open({ memoryBytes: 100 })
  const start = () => {
    const result = spool.create('r', { isRetained: false })
    let isLeft = false
    async function* stream(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield large.subarray(0, 100_000)
          await nextTurn()
        }
      } finally {
        isLeft = true
      }
    }
    const end = new AbortController()
    // What follows the first part would be no messages.
    async function* first(): AsyncGenerator<Uint8Array> {
      for await (const chunk of stream()) {
        yield chunk
        await until(() => end.signal.aborted || isLeft, 10_000)
      }
    }
    return { result, end, written: result.write(first(), end.signal), isLeft: () => isLeft }
  }
  const aborted = start()
  await aborted.result.begun
  aborted.end.abort(new Error('enough'))
  await t.rejects(aborted.written, { message: 'enough' })
  t.ok(await until(aborted.isLeft))

  const removed = start()
  await removed.result.begun
  await Promise.all([t.rejects(removed.written, { code: 'cancelled' }), removed.result.remove()])
  removed.end.abort()

  const left = start()
  for await (const chunk of left.result.read()) {
    t.ok(chunk.length > 0)
    break
  }
  await t.rejects(left.written, { code: 'cancelled', message: /not read any further/ })
  left.end.abort()
  t.strictSame(spool.stats, { memoryBytes: 0, diskBytes: 0 })
})

test('a stored result that was changed, cut or removed is result_corrupted', async (t) => {
  const directory = await temporaryDirectory(t)
  await using spool = await Spool.open({ directory })
  const index = await spool.create('r', { isRetained: true }).write(chunksOf(large, 100_000), never)
  const path = join(directory, 'results', 'r.arrow')
  const changed = Buffer.from(large)
  changed[1_500_000] = (changed[1_500_000] ?? 0) ^ 1
  await writeFile(path, changed)
  const result = await spool.reopen('r', index)
  let bytes = 0
  await t.rejects(
    (async () => {
      for await (const chunk of result.read()) bytes += chunk.length
    })(),
    { code: 'result_corrupted', message: /not those that were written/ },
  )
  t.ok(bytes > 1_000_000 && bytes < 1_500_000, 'the damaged block was not handed over whole')
  await truncate(path, large.length - 1)
  await t.rejects(spool.reopen('r', index), { code: 'result_corrupted' })
  await spool.remove('r')
  await t.rejects(spool.reopen('r', index), { code: 'result_corrupted' })
  t.equal(spool.stats.diskBytes, 0)
  const inline = await spool.create('s', { isRetained: true }).write(chunksOf(small, 100), never)
  const other = { ...inline, inline: Buffer.from(small).fill(1, 300, 301).toString('base64') }
  await t.rejects(spool.reopen('s', other), { code: 'result_corrupted' })
})

test('writers wait for room until readers have made some; what finds none is storage_full', async (t) => {
  await using spool = await Spool.open({ memoryBytes: 64 * KiB, quotaBytes: 1024 * KiB, quotaTimeoutMs: 200 })
  const tooLarge = spool.create('too-large', { isRetained: true })
  await t.rejects(tooLarge.write(chunksOf(large, 50_000), never), { code: 'storage_full', message: /larger than/ })
  const unread = spool.create('unread', { isRetained: false })
  await t.rejects(unread.write(chunksOf(large, 50_000), never), { code: 'storage_full' })
  t.strictSame(spool.stats, { memoryBytes: 0, diskBytes: 0 })

  const results = Array.from({ length: 5 }, (_, i) => spool.create(`r${i}`, { isRetained: false }))
  const written = Promise.all(results.map((result) => result.write(chunksOf(large, 50_000), never)))
  const read = await Promise.all(results.map((result) => bytesOf(result.read())))
  t.equal((await written).length, 5)
  t.ok(read.every((bytes) => bytes.equals(large)))
  t.strictSame(spool.stats, { memoryBytes: 0, diskBytes: 0 })
})

test('memory stays within its limit, and the files of what was read are removed', async (t) => {
  const directory = await temporaryDirectory(t)
  await using spool = await Spool.open({ directory, memoryBytes: 256 * KiB, totalMemoryBytes: 1024 * KiB })
  const huge = streamOf(4, 1_000_000)
  const result = spool.create('huge', { isRetained: false })
  await result.write(chunksOf(huge, 100_000), never)
  const files = async () => (await readdir(join(directory, 'results'))).length
  const before = await files()
  t.ok(before >= 4, `${before} files`)
  t.ok(spool.stats.memoryBytes <= 1024 * KiB)
  let bytes = 0
  let left = before
  for await (const chunk of result.read()) {
    bytes += chunk.length
    if (bytes > huge.length * 0.8 && left === before) left = await files()
  }
  t.equal(bytes, huge.length)
  t.ok(left < before, `${left} files are left of ${before} when four fifths are read`)
  t.equal(await files(), 0)
})

test('hostile framing is a coded error, promptly', async (t) => {
  await using spool = await Spool.open()
  const end = Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])
  const withLength = (length: number) => {
    const head = Buffer.from(small.subarray(0, 8))
    head.writeInt32LE(length, 4)
    return head
  }
  const cases: Record<string, Uint8Array> = {
    nothing: Buffer.of(),
    'only an end': end,
    'no mark': Buffer.alloc(100, 1),
    'a negative length': withLength(-5),
    'endless metadata': withLength(2 ** 31 - 1),
    'metadata that is none': Buffer.concat([withLength(64), Buffer.alloc(64, 3)]),
    'bytes after the end': Buffer.concat([small, Buffer.of(1)]),
    'a second stream': Buffer.concat([small, small]),
    'a second schema': Buffer.concat([small.subarray(0, -8), small]),
    'batches without a schema': small.subarray(8 + new DataView(small.buffer, small.byteOffset).getInt32(4, true)),
  }
  for (const [name, bytes] of Object.entries(cases)) {
    const result = spool.create('r', { isRetained: true })
    await t.rejects(result.write(chunksOf(bytes, 10), never), { code: 'protocol_error' }, name)
    await t.rejects(bytesOf(result.read()), { code: 'protocol_error' }, name)
  }
})

test('closing ends what is written and read', async (t) => {
  const spool = await Spool.open({ memoryBytes: 100 })
  const result = spool.create('r', { isRetained: true })
  const { stream, go } = paused(large, 1_000_000)
  const written = t.rejects(result.write(stream, never), { code: 'closed' })
  const read = t.rejects(bytesOf(result.read()), { code: 'closed' })
  await result.begun
  await spool.close()
  await Promise.all([written, read])
  go()
  t.throws(() => spool.create('../x', { isRetained: true }), { code: 'internal' })
})
