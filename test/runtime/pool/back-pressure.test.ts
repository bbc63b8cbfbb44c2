// Who reads slowly pauses the worker, and neither process fills its memory.

import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { residentBytes } from '../../../runtime/pool/watch.ts'
import { isAlive, poolOf, runTask, start, until } from './with-pool.ts'

test('not reading pauses the worker, and neither side fills its memory', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  await runTask(pool, { bytes: 10_000_000 })
  const before = process.memoryUsage().rss
  const progress: number[] = []
  const run = await start(pool, { bytes: 500_000_000 }, {}, { onProgress: ({ batches }) => progress.push(batches) })
  await delay(500)
  const sent = (progress.at(-1) ?? 0) * 65536
  t.ok(sent < 4_000_000, `${sent} bytes were on their way unread`)
  t.ok(process.memoryUsage().rss - before < 50_000_000)
  if (process.platform === 'linux') t.ok(((await residentBytes(run.pid ?? 0)) ?? 0) < 250_000_000)
  let bytes = 0
  let slowReads = 20
  for await (const chunk of run.stream) {
    bytes += chunk.length
    if (slowReads-- > 0) await delay(5)
  }
  t.equal(bytes, 500_000_000)
  t.equal((await run.done).bytes, 500_000_000)
  t.ok(process.memoryUsage().rss - before < 150_000_000)
})

test('chunks that are kept stay as they were read', { timeout: 120_000 }, async (t) => {
  const pool = poolOf(t, 'echo')
  const run = await start(pool, { bytes: 255 * 65536 })
  const chunks: Uint8Array[] = []
  for await (const chunk of run.stream) chunks.push(chunk)
  await runTask(pool, { bytes: 20_000_000 })
  const all = Buffer.concat(chunks)
  const wrong = Array.from({ length: 255 }, (_, at) => at).filter(
    (at) => !all.subarray(at * 65536, (at + 1) * 65536).every((byte) => byte === at + 1),
  )
  t.strictSame(wrong, [])
})

test('a result is delivered in full to a slow reader, even when its worker has ended', {
  timeout: 120_000,
}, async (t) => {
  const pool = poolOf(t, 'loop-cases')
  const run = await start(pool, 'exits after its end')
  t.ok(await until(() => !isAlive(run.pid ?? 0)))
  await delay(800)
  let bytes = 0
  for await (const chunk of run.stream) bytes += chunk.length
  t.equal(bytes, 1_098_576)
  t.match(await run.done, { bytes: 1_098_576 })
  t.equal((await runTask(pool, 'writes empty chunks')).bytes.toString(), 'ab')
})
