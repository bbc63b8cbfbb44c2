// What a worker is sent and told to forget: each part once, as long as it is kept, and never one that is in use.

import { test } from 'tap'
import { KeptParts } from '../../../runtime/pool/kept-parts.ts'

const part = (hash: string, length = 10) => ({ hash, bytes: new Uint8Array(length) })
const [a, b, c, d] = [part('a'), part('b'), part('c'), part('d')]

test('supply() misses a part the first time only', async (t) => {
  const kept = new KeptParts(100)
  t.strictSame(kept.supply([a, b]), { missing: [a, b], dropped: [] })
  t.strictSame(kept.supply([b, c, a]), { missing: [c], dropped: [] })
  t.strictSame(kept.supply([]), { missing: [], dropped: [] })
})

test('supply() misses a part that a task names twice once', async (t) => {
  t.strictSame(new KeptParts(0).supply([a, a]), { missing: [a], dropped: [] })
})

test('supply() drops what was used least recently, as much as is needed', async (t) => {
  const kept = new KeptParts(30)
  kept.supply([a, b, c])
  kept.supply([a])
  t.strictSame(kept.supply([d]), { missing: [d], dropped: ['b'] })
  t.strictSame(kept.supply([part('large', 25)]).dropped, ['c', 'a', 'd'])
  t.strictSame(kept.supply([b]).missing, [b], 'and what was dropped is missing again')
})

test('supply() never drops what the task itself needs', async (t) => {
  const kept = new KeptParts(15)
  t.strictSame(kept.supply([a, b, c]), { missing: [a, b, c], dropped: [] })
  t.strictSame(kept.supply([c]), { missing: [], dropped: ['a', 'b'] })
})
