// What a worker is sent and told to forget: each artifact once, as long as it is kept, and never one that is in use.

import { test } from 'tap'
import { ArtifactCache } from '../../../runtime/pool/artifact-cache.ts'

const artifact = (hash: string, length = 10) => ({ hash, bytes: new Uint8Array(length) })
const [a, b, c, d] = [artifact('a'), artifact('b'), artifact('c'), artifact('d')]

test('update() misses an artifact the first time only', async (t) => {
  const kept = new ArtifactCache(100)
  t.strictSame(kept.update([a, b]), { missing: [a, b], dropped: [] })
  t.strictSame(kept.update([b, c, a]), { missing: [c], dropped: [] })
  t.strictSame(kept.update([]), { missing: [], dropped: [] })
})

test('update() misses an artifact that a task names twice once', async (t) => {
  t.strictSame(new ArtifactCache(0).update([a, a]), { missing: [a], dropped: [] })
})

test('update() drops what was used least recently, as much as is needed', async (t) => {
  const kept = new ArtifactCache(30)
  kept.update([a, b, c])
  kept.update([a])
  t.strictSame(kept.update([d]), { missing: [d], dropped: ['b'] })
  t.strictSame(kept.update([artifact('large', 25)]).dropped, ['c', 'a', 'd'])
  t.strictSame(kept.update([b]).missing, [b], 'and what was dropped is missing again')
})

test('update() never drops what the task itself needs', async (t) => {
  const kept = new ArtifactCache(15)
  t.strictSame(kept.update([a, b, c]), { missing: [a, b, c], dropped: [] })
  t.strictSame(kept.update([c]), { missing: [], dropped: ['a', 'b'] })
})
