// What a worker's bundle has in place of the pool: a worker forks no workers, so it need not load what does.

import { forkInWorker } from '../pool/faults.ts'

/** Refuses, as the pool itself does in a worker. */
export const ForkPool = {
  fork(): never {
    throw forkInWorker()
  },
}
