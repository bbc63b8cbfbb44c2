// Actors: instances of classes in worker processes of their own, on real workers.

import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { tableFromArrays } from 'apache-arrow'
import t, { type Test, test } from 'tap'
import { type Actor, col, Expr, float64, SessionContext, udf, WorkerPool } from 'volley'
import type { Tally } from '../../fixtures/contexts/tally.ts'
import { isAlive, until } from '../pool/with-pool.ts'

t.setTimeout(240_000)
const options = { timeout: 240_000 }
const step = 10

class Named {
  #reads = 0
  reads(): number {
    this.#reads += 1
    return this.#reads
  }
}

class Counter extends Named {
  static made = 0
  count: number
  constructor(start = 0) {
    super()
    Counter.made += 1
    this.count = start
  }
  add(more: number): number {
    this.count += more * step
    return this.count
  }
  async addLater(more: number, ms: number): Promise<number> {
    const before = this.count
    await new Promise((resolve) => setTimeout(resolve, ms))
    this.count = before + more
    return this.count
  }
  evaluate(rule: Expr, values: readonly number[]): Promise<unknown[]> {
    return new SessionContext()
      .fromColumns({ a: [...values] })
      .select(rule.alias('r'))
      .toRows()
  }
  fail(): never {
    throw Object.assign(new RangeError('not so far'), { code: 'E_FAR' })
  }
  exit(code: number): void {
    process.exit(code)
  }
  spin(): void {
    for (;;) {}
  }
  reveal = (): number => this.count
}

const pool = WorkerPool.fork({ workers: 1 })

const actorOf = async (t: Test, start = 0): Promise<Actor<Counter>> => {
  const counter = await pool.actor(Counter, start)
  t.teardown(() => counter.end())
  return counter
}

const comes = async (t: Test, condition: () => boolean): Promise<unknown> =>
  t.ok(await until(condition, 60_000), 'it comes')

type Failure = Error & { code: string; details: Record<string, unknown>; cause?: Failure }
const failure = (call: Promise<unknown>): Promise<Failure> =>
  call.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  )

test('an actor keeps its state from call to call, in a process of its own', options, async (t) => {
  const counter = await actorOf(t, 3)
  t.equal(await counter.add(1), 13)
  t.equal(await counter.add(2), 33, 'with what the class captured')
  t.equal(await counter.reads(), 1, 'inherited, with private state')
  t.equal(await counter.reads(), 2)
  t.equal(await counter.reveal(), 33, 'a function in a field is a method')
  t.equal(Counter.made, 0, 'nothing of it runs here')
  t.notOk(pool.pids().includes(counter.pid ?? 0))
  t.not(await pool.run(() => process.pid), counter.pid, 'and nobody else is served there')
  t.match(pool.stats(), { actors: 1 })
})

test('calls are made in their order, an async method to its end', options, async (t) => {
  const counter = await actorOf(t)
  const results = await Promise.all([counter.addLater(1, 20), counter.addLater(1, 1), counter.add(1), counter.reveal()])
  t.strictSame(results, [1, 2, 12, 12])
})

test('expressions with functions, and tables, are arguments as they are of run()', options, async (t) => {
  const counter = await actorOf(t)
  const factor = 2
  const double = udf((value: number) => value * factor, [float64], float64, { name: 'double' })
  t.strictSame(await counter.evaluate(double(col('a')).add(1), [1, 2]), [{ r: 3 }, { r: 5 }])

  class Holder {
    readonly #rule: Expr
    constructor(rule: Expr) {
      this.#rule = rule
    }
    rule(): Expr {
      return this.#rule
    }
    async apply(table: Parameters<Expr['evaluate']>[0]): Promise<unknown[]> {
      return [...(await this.#rule.evaluate(table))]
    }
  }
  await using holder = await pool.actor(Holder, double(col('a')))
  t.strictSame(await holder.apply(tableFromArrays({ a: Float64Array.of(1, 2) })), [2, 4])
  const rule = await holder.rule()
  t.ok(rule instanceof Expr)
  t.equal(String(rule), 'double(a)')
})

test('what a method throws comes back as from run(), and the actor goes on', options, async (t) => {
  const counter = await actorOf(t, 1)
  const error = await failure(counter.fail())
  t.match(error, {
    code: 'udf_failed',
    message: /^Function "Counter\.fail" threw at .*actors\.test\.ts:\d+:\d+: not so far/,
    details: { udf: 'Counter.fail', cause: { name: 'RangeError', code: 'E_FAR' } },
  })
  t.equal(await counter.add(1), 11)
  t.match(await failure((counter.add as (given: unknown) => Promise<number>)(Promise.resolve(1))), {
    code: 'closure_unserializable',
    message: /the arguments of function "Counter\.add"/,
  })
  t.equal(await counter.add(1), 21)
})

test('a constructor that throws makes no actor and leaves no process', options, async (t) => {
  class Broken {
    constructor(why: string) {
      throw new TypeError(why)
    }
    use(): void {}
  }
  t.match(await failure(pool.actorWith({ restart: 5 }, Broken, 'out of order')), {
    code: 'udf_failed',
    message: /^Function "new Broken" threw at .*: out of order/,
  })
  t.match(
    await failure(
      pool.actorWith(
        { timeoutMs: 100 },
        class {
          constructor() {
            for (;;) {}
          }
        },
      ),
    ),
    { code: 'timeout', details: { functions: ['new anonymous'] } },
  )
  const stop = AbortSignal.abort(new Error('never mind'))
  t.match(await failure(pool.actorWith({ signal: stop }, Counter)), { code: 'cancelled' })
  const starting = new AbortController()
  const made = failure(pool.actorWith({ signal: starting.signal }, Counter))
  starting.abort()
  t.match(await made, { code: 'cancelled' })
  await comes(t, () => pool.stats().actors === 0)
})

test('a call is stopped at its limit, with the actor unless it comes to its end soon', options, async (t) => {
  const counter = await actorOf(t, 1)
  t.match(await failure(counter.with({ timeoutMs: 20 }).addLater(1, 60)), {
    code: 'timeout',
    details: { timeoutMs: 20, functions: ['Counter.addLater'] },
  })
  t.equal(await counter.reveal(), 2, 'it came to its end while it was waited for')
  const stop = new AbortController()
  const [first, waiting] = [counter.addLater(1, 50), failure(counter.with({ signal: stop.signal }).add(1))]
  stop.abort()
  t.match(await waiting, { code: 'cancelled' })
  t.equal(await first, 3)
  t.equal(await counter.reveal(), 3, 'a call that waited never happened')
  const [spinning, after] = [failure(counter.with({ timeoutMs: 50 }).spin()), failure(counter.reveal())]
  t.match(await spinning, { code: 'timeout' })
  t.match(await after, { code: 'actor_lost', cause: { code: 'timeout' }, message: /was ended with a call that failed/ })
})

test('when its process dies, calls fail with actor_lost; one that may restart is made anew', options, async (t) => {
  const counter = await actorOf(t, 1)
  const pid = counter.pid ?? 0
  const calls = [failure(counter.exit(3)), failure(counter.add(1)), failure(counter.add(1))]
  const [first, ...others] = await Promise.all(calls)
  t.match(first, {
    code: 'actor_lost',
    message: `Cannot finish the task: worker ${pid} exited with code 3; it ran the user's function "Counter.exit"; the state of actor "Counter" went with it: make a new one, or allow it with { restart: 1 }`,
    details: { pid, exitCode: 3 },
    cause: { code: 'worker_lost' },
  })
  for (const other of others) t.match(other, { code: 'actor_lost', details: { pid, exitCode: 3 } })
  t.match(await failure(counter.add(1)), { code: 'actor_lost' })
  t.equal(counter.pid, undefined)

  const tough = await pool.actorWith({ restart: 2 }, Counter, 5)
  t.teardown(() => tough.end())
  t.equal(await tough.add(1), 15)
  const [lost, next] = [failure(tough.exit(1)), tough.add(1)]
  t.match(await lost, { code: 'actor_lost', message: /went with it: it is made anew$/ })
  t.equal(await next, 15, 'with the arguments it had, and none of its state')
  const killed = tough.pid ?? 0
  process.kill(killed, 'SIGKILL')
  await comes(t, () => tough.pid !== killed)
  t.equal(await tough.add(1), 15, 'killed while idle, it was made anew without a call')
  process.kill(tough.pid ?? 0, 'SIGKILL')
  t.match(await failure(tough.add(1).then(() => tough.add(1))), { code: 'actor_lost' })
})

test('whenever its process is killed, each call ends, in order, and counts from the start', options, async (t) => {
  const counter = await pool.actorWith({ restart: 5 }, Counter, 0)
  t.teardown(() => counter.end())
  let kills = 0
  const outcomes: (number | string)[] = []
  for (let round = 0; round < 6; round++) {
    const calls = Array.from({ length: 30 }, () => counter.addLater(1, 0).catch(({ code }: Failure) => code))
    if (round < 5) {
      await Promise.race([calls[round * 5], delay(5000)])
      if (counter.pid !== undefined) {
        kills += 1
        process.kill(counter.pid, 'SIGKILL')
      }
    }
    outcomes.push(...(await Promise.all(calls)))
  }
  const lost = outcomes.filter((outcome) => outcome === 'actor_lost').length
  t.ok(lost <= kills, `${lost} calls lost by ${kills} kills`)
  t.strictSame(
    outcomes.filter((outcome) => typeof outcome === 'string' && outcome !== 'actor_lost'),
    [],
  )
  const counts = outcomes.filter((outcome) => typeof outcome === 'number')
  const starts = counts.filter((count, i) => count !== (counts[i - 1] ?? 0) + 1)
  t.ok(
    starts.every((count) => count === 1) && starts.length <= kills,
    `it counted from the start ${starts.length} times`,
  )
})

test('end() cancels, or waits for drainMs; the process is gone', options, async (t) => {
  const counter = await pool.actor(Counter)
  const pid = counter.pid ?? 0
  const calls = [counter.addLater(1, 50), counter.add(1)]
  const ended = counter.end({ drainMs: 60_000 })
  t.match(await failure(counter.add(1)), { code: 'closed', message: 'Cannot call the actor "Counter": it has ended' })
  t.strictSame(await Promise.all(calls), [1, 11])
  await ended
  t.notOk(isAlive(pid))
  await counter.end()

  const other = await pool.actor(Counter)
  const running = failure(other.addLater(1, 60_000))
  await other.end()
  t.match(await running, { code: 'closed' })
})

test('a pool that closes ends its actors, and makes no more than it may', options, async (t) => {
  const small = WorkerPool.fork({ workers: 1, maxActors: 2 })
  const actors = [await small.actor(Counter), await small.actor(Counter)]
  t.match(await failure(small.actor(Counter)), {
    code: 'actor_limit',
    message: /has 2 already, each with a process of its own; end those that are done with end\(\), or raise maxActors$/,
    details: { maxActors: 2 },
  })
  await actors[0]?.end()
  actors.push(await small.actor(Counter))
  const pids = actors.map((actor) => actor.pid ?? 0).filter((pid) => pid !== 0)
  t.equal(pids.length, 2)
  await small.close()
  t.notOk(pids.some(isAlive))
  t.match(await failure(actors[1]?.add(1) ?? Promise.resolve()), { code: 'closed' })
  t.match(await failure(small.actor(Counter)), { code: 'closed' })
  t.match(await failure(actorOfOptions({ maxActors: -1 })), { code: 'invalid_argument' })
})

const actorOfOptions = async (given: { maxActors: number }): Promise<unknown> => WorkerPool.fork(given)

test('an actor that nobody can call any more ends', options, async (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const forget = async (): Promise<number> => {
    const counter = await pool.actor(Counter)
    const add = counter.add
    t.equal(await add(1), 10)
    return counter.pid ?? 0
  }
  const pid = await forget()
  await comes(t, () => {
    collect()
    return !isAlive(pid)
  })
  t.notOk(isAlive(pid))
})

test(
  'fields are not reachable, nor are instances, functions and names that actors use themselves',
  options,
  async (t) => {
    const counter = await actorOf(t, 1)
    t.throws(() => (counter as unknown as Counter).count, {
      code: 'invalid_argument',
      message:
        'Cannot read "count" of actor "Counter": only methods can be called from another process. Add a method that returns it',
    })
    t.equal((counter as unknown as { then?: unknown }).then, undefined)
    t.throws(() => {
      ;(counter as unknown as { count: number }).count = 2
    })
    t.match(await failure(pool.run((given: unknown) => given, counter)), {
      code: 'closure_unserializable',
      message: /"\[0\]" is an ActorHandle/,
    })
    const refuse = pool as unknown as { actor(given: unknown): Promise<unknown> }
    for (const [given, message] of [
      [new Counter(), 'a Counter: pass the class, and the arguments of its constructor: instances do not travel'],
      [() => 1, 'the function "": pass a class; functions are called with run()'],
      [undefined, 'undefined: pass a class; functions are called with run()'],
    ] as const) {
      t.match(await failure(refuse.actor(given)), {
        code: 'invalid_argument',
        message: `Cannot make an actor of ${message}`,
      })
    }
    for (const name of ['end', 'with', 'pid', 'then']) {
      const Class = {
        [name]: class {
          [name](): void {}
        },
      }[name]
      t.match(await failure(refuse.actor(Class)), {
        code: 'invalid_argument',
        message: new RegExp(`a method "${name}"`),
      })
    }
    t.match(await failure(pool.actorWith({ retries: 1 } as object, Counter)), { code: 'invalid_argument' })
    t.throws(() => counter.with({ timeout: 1 } as object), { code: 'invalid_argument' })
    const context = new SessionContext().withUdfInlining({ enabled: false })
    t.match(await failure(pool.actorWith({ context }, Counter)), { code: 'closure_inlining_off' })
    await until(() => pool.stats().actors === 1)
  },
)

test('what an actor holds does not count against the memory of its next call', options, async (t) => {
  await using limited = WorkerPool.fork({ workers: 1, maxRssBytes: 600_000_000 })
  class Store {
    #kept: Uint8Array[] = []
    keep(bytes: number): number {
      return this.#kept.push(new Uint8Array(bytes).fill(1))
    }
  }
  const store = await limited.actor(Store)
  const { pid } = store
  t.equal(await store.keep(350_000_000), 1)
  t.equal(await store.keep(1), 2)
  t.equal(store.pid, pid)
})

test('a class that the worker context exports goes by name, under a strict sender too', options, async (t) => {
  const workerContext = new URL('../../fixtures/contexts/tally.ts', import.meta.url)
  await using byName = WorkerPool.fork({ workers: 1, workerContext })
  const context = new SessionContext().withUdfInlining({ enabled: false })
  const tally = await byName.actorWith<[start: number], Tally>({ context }, 'Tally', 3)
  t.equal(await tally.add(1), 4)
  t.equal(await tally.reads(), 1)
  t.match(await failure(byName.actor('Tallly', 1)), { code: 'wire_not_registered', message: /Did you mean "Tally"/ })
  t.match(await failure(pool.actor('Tally', 1)), { code: 'invalid_argument', message: /no worker context/ })
})

test('the pool is closed', options, async () => {
  await pool.close()
})
