// Decoders under mutated payloads of every family, for a moment; `npm run fuzz` goes on for longer. Nothing but coded
// errors, in bounded time and memory.

import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { test } from 'tap'
import { SessionContext } from 'volley'
import { reviveClosure } from '../../../runtime/codec/closure/index.ts'
import { decodeGraph, encodeGraph } from '../../../runtime/codec/graph-codec.ts'
import { encodeSections, splitSections } from '../../../runtime/codec/sections.ts'
import { fuzz } from '../../fuzz/fuzz.ts'
import { createRandom, mutate } from '../../fuzz/mutate.ts'
import { closure, subjects } from '../../fuzz/payloads.ts'

const context = new SessionContext()

test('payloads that were not changed are decoded', { timeout: 120_000 }, (t) => {
  for (const { name, bytes, decode } of subjects) {
    if (name.includes('gross')) t.throws(() => decode(bytes), { code: 'wire_inline_refused' }, 'by the strict context')
    else t.doesNotThrow(() => decode(bytes), name)
  }
  t.end()
})

for (const seed of [1, 2, 3]) {
  test(`mutated payloads are decoded or refused with a code, seed ${seed}`, { timeout: 240_000 }, (t) => {
    const before = process.memoryUsage().rss
    const { rounds, codes, failures } = fuzz(seed, 4000, Number.POSITIVE_INFINITY)
    t.strictSame(failures, [])
    t.equal(rounds, 4000)
    t.ok(codes.size >= 4, `${[...codes.keys()]}`)
    t.ok(process.memoryUsage().rss - before < 600 * 2 ** 20, 'memory stays bounded')
    t.end()
  })
}

test('an Arrow schema whose table of fields ends within a slot is refused at once', { timeout: 120_000 }, (t) => {
  const bytes = Buffer.from(tableToIPC(tableFromArrays({ a: Int32Array.from([1, 2]) }), 'stream'))
  // Every 16-bit number of the metadata made odd, one after the other: some are the sizes of tables of fields.
  for (let at = 8; at + 2 < 200; at += 2) {
    const changed = Buffer.from(bytes)
    changed.writeUInt16LE(changed.readUInt16LE(at) | 1, at)
    const { payload } = encodeGraph({ table: tableFromArrays({ a: Int32Array.from([1]) }) }, context)
    const text = Buffer.from(splitSections(Buffer.concat(payload)).text)
    const body = Buffer.concat(encodeSections({ text: text.toString(), attachments: [changed] }))
    try {
      decodeGraph(body, context)
    } catch (error) {
      t.match(error, { code: 'wire_damaged' })
    }
  }
  t.end()
})

test('mutated closures are refused before they are parsed', { timeout: 120_000 }, async (t) => {
  const random = createRandom(4)
  for (let round = 0; round < 500; round++) {
    const bytes = mutate(closure, random, closure)
    if (Buffer.compare(bytes, closure) === 0) continue
    await t.rejects(reviveClosure(bytes), { code: /^wire_closure_(truncated|magic|version|digest)$/ })
  }
})
