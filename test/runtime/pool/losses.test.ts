// How a worker ended, by its exit and its last words.

import { test } from 'tap'
import { type LossKind, lossKindOf } from '../../../runtime/pool/losses.ts'

const ends: readonly (readonly [code: number | null, signal: NodeJS.Signals | null, output: string, LossKind])[] = [
  [0, null, '', 'exited'],
  [1, null, 'Error: heap of trouble', 'exited'],
  [null, 'SIGKILL', '', 'killed'],
  [null, 'SIGTERM', '', 'killed'],
  [null, 'SIGSEGV', '', 'crashed'],
  [null, 'SIGABRT', 'FATAL ERROR: … JavaScript heap out of memory', 'out_of_heap'],
  [134, null, 'FATAL ERROR: … JavaScript heap out of memory', 'out_of_heap'],
]

test('lossKindOf() tells how a worker ended', async (t) => {
  for (const [code, signal, output, kind] of ends)
    t.equal(lossKindOf({ code, signal }, output), kind, `${code} ${signal}`)
})
