// Actors have the methods of their class, each of which gives a promise.

import { type Actor, WorkerPool } from 'volley'

class Base {
  inherited(): bigint {
    return 1n
  }
}

class Counter extends Base {
  count = 0
  readonly pid = 'a field of that name is of no concern'
  #secret = 1
  readonly double = (given: number): number => given * 2
  constructor(start?: number, label = '') {
    super()
    this.count = (start ?? 0) + label.length
  }
  add(more: number, unit?: string): number {
    this.count += more + (unit?.length ?? 0) + this.#secret
    return this.count
  }
  async later(): Promise<string> {
    return 'x'
  }
  reset(): null {
    this.count = 0
    return null
  }
}

const pool = WorkerPool.fork({ workers: 1, maxActors: 4 })
const counter: Actor<Counter> = await pool.actor(Counter, 3, 'a')
await pool.actor(Counter)
const sum: number = await counter.add(1)
const awaited: string = await counter.later()
const nothing: null = await counter.reset()
const inherited: bigint = await counter.inherited()
const doubled: number = await counter.double(2)
const limited: number = await counter.with({ timeoutMs: 5, signal: AbortSignal.timeout(9) }).add(1, 'm')
const pid: number | undefined = counter.pid
await counter.end({ drainMs: 5 })
await using other = await pool.actorWith({ restart: 2, timeoutMs: 5 }, Counter, 1)
export const results = [sum, awaited, nothing, inherited, doubled, limited, pid, other]
