// Results that are dealt among the tasks of the next stage: taken apart however they are cut, refused when damaged.

import fc from 'fast-check'
import t from 'tap'
import { DealtReader, shareHeader } from '../../../runtime/codec/partition-frames.ts'

t.setTimeout(30_000)

const runs = fc.array(fc.record({ share: fc.nat(4), bytes: fc.uint8Array({ maxLength: 30 }) }), { maxLength: 12 })

t.test('each share gets its bytes in order, wherever chunks end', (t) => {
  fc.assert(
    fc.property(runs, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (written, sizes) => {
      const all = Buffer.concat(written.flatMap(({ share, bytes }) => [shareHeader(share, bytes.length), bytes]))
      const reader = new DealtReader(5)
      const read: Buffer[] = Array.from({ length: 5 }, () => Buffer.alloc(0))
      for (let at = 0, i = 0; at < all.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        for (const { share, bytes } of reader.push(all.subarray(at, at + size))) {
          read[share] = Buffer.concat([read[share] ?? Buffer.alloc(0), bytes])
        }
        at += size
      }
      reader.end()
      return read.every((bytes, share) =>
        bytes.equals(Buffer.concat(written.filter((run) => run.share === share).map((run) => run.bytes))),
      )
    }),
    { numRuns: 300 },
  )
  t.end()
})

t.test('a share that there is not, and results that end too early, are refused', (t) => {
  const push = (chunk: Uint8Array) => [...new DealtReader(2).push(chunk)]
  t.throws(() => push(shareHeader(2, 5)), { code: 'protocol_error', message: /share 2 of 2/ })
  for (const cut of [
    shareHeader(1, 5),
    shareHeader(1, 5).subarray(0, 3),
    Buffer.concat([shareHeader(0, 5), Buffer.alloc(4)]),
  ]) {
    const reader = new DealtReader(2)
    for (const _ of reader.push(cut));
    t.throws(() => reader.end(), { code: 'protocol_error', message: /in the middle/ })
  }
  t.end()
})
