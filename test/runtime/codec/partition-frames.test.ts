// Results that are partitioned among the tasks of the next stage: taken apart however they are cut, refused when damaged.

import fc from 'fast-check'
import t from 'tap'
import { frameHeader, PartitionFrameReader } from '../../../runtime/codec/partition-frames.ts'

t.setTimeout(120_000)

const runs = fc.array(fc.record({ partition: fc.nat(4), bytes: fc.uint8Array({ maxLength: 30 }) }), { maxLength: 12 })

t.test('each partition gets its bytes in order, wherever chunks end', (t) => {
  fc.assert(
    fc.property(runs, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (written, sizes) => {
      const all = Buffer.concat(
        written.flatMap(({ partition, bytes }) => [frameHeader(partition, bytes.length), bytes]),
      )
      const reader = new PartitionFrameReader(5)
      const read: Buffer[] = Array.from({ length: 5 }, () => Buffer.alloc(0))
      for (let at = 0, i = 0; at < all.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        for (const { partition, bytes } of reader.push(all.subarray(at, at + size))) {
          read[partition] = Buffer.concat([read[partition] ?? Buffer.alloc(0), bytes])
        }
        at += size
      }
      reader.end()
      return read.every((bytes, partition) =>
        bytes.equals(Buffer.concat(written.filter((run) => run.partition === partition).map((run) => run.bytes))),
      )
    }),
    { numRuns: 300 },
  )
  t.end()
})

t.test('a partition that there is not, and results that end too early, are refused', (t) => {
  const push = (chunk: Uint8Array) => [...new PartitionFrameReader(2).push(chunk)]
  t.throws(() => push(frameHeader(2, 5)), { code: 'protocol_error', message: /partition 2 of 2/ })
  for (const cut of [
    frameHeader(1, 5),
    frameHeader(1, 5).subarray(0, 3),
    Buffer.concat([frameHeader(0, 5), Buffer.alloc(4)]),
  ]) {
    const reader = new PartitionFrameReader(2)
    for (const _ of reader.push(cut));
    t.throws(() => reader.end(), { code: 'protocol_error', message: /in the middle/ })
  }
  t.end()
})
