// What a worker's bundle has in place of the pool: workers fork no workers, so they need not load what forks them.

import { forkInWorker } from '../pool/faults.ts'

/** Refuses, as the pool itself does in a worker. */
export const ForkPool = {
  fork(): never {
    throw forkInWorker()
  },
}
