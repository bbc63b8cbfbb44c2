// Decoders under mutated payloads of every family, for a moment; `npm run fuzz` goes on for longer. Nothing but coded
// errors, in bounded time and memory.

import { test } from 'tap'
import { reviveClosure } from '../../../runtime/codec/closure/index.ts'
import { fuzz } from '../../fuzz/fuzz.ts'
import { createRandom, mutate } from '../../fuzz/mutate.ts'
import { closure, subjects } from '../../fuzz/payloads.ts'

test('payloads that were not changed are decoded', { timeout: 20_000 }, (t) => {
  for (const { name, bytes, decode } of subjects) {
    if (name.includes('gross')) t.throws(() => decode(bytes), { code: 'wire_inline_refused' }, 'by the strict context')
    else t.doesNotThrow(() => decode(bytes), name)
  }
  t.end()
})

for (const seed of [1, 2, 3]) {
  test(`mutated payloads are decoded or refused with a code, seed ${seed}`, { timeout: 60_000 }, (t) => {
    const before = process.memoryUsage().rss
    const { rounds, codes, failures } = fuzz(seed, 15_000, 1500)
    t.strictSame(failures, [])
    t.ok(rounds > 1000, `${rounds} rounds`)
    t.ok(codes.size >= 4, `${[...codes.keys()]}`)
    t.ok(process.memoryUsage().rss - before < 600 * 2 ** 20, 'memory stays bounded')
    t.end()
  })
}

test('mutated closures are refused before they are parsed', { timeout: 20_000 }, async (t) => {
  const random = createRandom(4)
  for (let round = 0; round < 500; round++) {
    const bytes = mutate(closure, random, closure)
    if (Buffer.compare(bytes, closure) === 0) continue
    await t.rejects(reviveClosure(bytes), { code: /^wire_closure_(truncated|magic|version|digest)$/ })
  }
})
