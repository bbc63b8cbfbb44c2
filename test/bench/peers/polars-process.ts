// Polars with another number of threads than this process's: it can be told only once, so a process of its own answers
// a query at a time. What crosses to it and back is one small message each way.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { tableFromIPC } from 'apache-arrow'
import { type Cells, cellsOfArrow } from '../measure/cells.ts'
import { flightDelays } from './polars-flights.ts'

export class PolarsProcess {
  readonly #child: ChildProcess

  constructor(threads: number) {
    this.#child = fork(fileURLToPath(import.meta.url), [], {
      env: { ...process.env, POLARS_MAX_THREADS: `${threads}` },
      serialization: 'advanced',
    })
  }

  /** The flights query's result as an Arrow IPC stream. */
  async flightDelays(): Promise<Uint8Array> {
    this.#child.send('flights')
    const [answer] = (await once(this.#child, 'message')) as [Uint8Array]
    return answer
  }

  async close(): Promise<void> {
    this.#child.disconnect()
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
  }
}

export const cellsOfIpc = (bytes: Uint8Array): Cells => cellsOfArrow(tableFromIPC(bytes))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { pl } = await import('./polars.ts')
  process.on('message', () => process.send?.(flightDelays(pl).collectSync().writeIPCStream()))
}
