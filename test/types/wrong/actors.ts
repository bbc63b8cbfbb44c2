// Actors that must not compile, and calls of them.

import { WorkerPool } from 'volley'

class Counter {
  count: number
  #secret = 1
  constructor(start: number) {
    this.count = start + this.#secret
  }
  add(more: number): number {
    this.count += more
    return this.count
  }
}
abstract class Shape {
  abstract area(): number
}
class Session {
  end(): void {}
}
class Later {
  // biome-ignore lint/suspicious/noThenProperty: it is what is refused
  then(): void {}
}

const pool = WorkerPool.fork({ workers: 1 })
// @ts-expect-error: an argument is missing
pool.actor(Counter)
// @ts-expect-error: of another type
pool.actor(Counter, 'x')
// @ts-expect-error: an instance is no class
pool.actor(new Counter(1))
// @ts-expect-error: a function is no class
pool.actor(() => 1)
// @ts-expect-error: it has no constructor of its own
pool.actor(Shape)
// @ts-expect-error: actors have an end() of their own
pool.actor(Session)
// @ts-expect-error: it would be taken for a promise
pool.actorWith({}, Later)
// @ts-expect-error: a misspelt option
pool.actorWith({ restarts: 1 }, Counter, 1)

const counter = await pool.actor(Counter, 1)
// @ts-expect-error: fields cannot be reached
export const count = counter.count
// @ts-expect-error: results are promises
export const sum: number = counter.add(1)
// @ts-expect-error: there is no such method
counter.ad(1)
// @ts-expect-error: of another type
counter.add('x')
// @ts-expect-error: a misspelt option
counter.with({ timeout: 1 })
// @ts-expect-error: it has methods alone
counter.with({}).end()
