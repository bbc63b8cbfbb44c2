// The pool's states without its processes: workers that start, fail, hang, serve and are killed as a random script says,
// in a time that passes when it is told to. Whatever happens, every task ends, no more tasks fail than workers were
// killed, and the pool serves afterwards.

import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { test } from 'tap'
import { CancelledError, WorkerError } from '../../../functions/errors.ts'
import type { Isolation } from '../../../runtime/backend.ts'
import type { Exit } from '../../../runtime/pool/exit.ts'
import type { WorkerInfo } from '../../../runtime/pool/protocol.ts'
import { oneShare } from '../../../runtime/pool/queue.ts'
import type { Clock, Timer } from '../../../runtime/pool/restarts.ts'
import { type PoolWorker, type Return, WorkerSet } from '../../../runtime/pool/worker-set.ts'

const idleTimeoutMs = 5000
const info = { hash: 'same', pid: 1 } as WorkerInfo

class FakeClock implements Clock {
  #now = 0
  #timers: { readonly at: number; readonly call: () => void; isRef: boolean }[] = []

  now(): number {
    return this.#now
  }

  setTimeout(call: () => void, ms: number): Timer {
    const timer = { at: this.#now + ms, call, isRef: true }
    this.#timers.push(timer)
    return {
      ref: () => {
        timer.isRef = true
      },
      unref: () => {
        timer.isRef = false
      },
      [Symbol.dispose]: () => {
        this.#timers = this.#timers.filter((other) => other !== timer)
      },
    }
  }

  /** Timers that keep the process alive. */
  get refs(): number {
    return this.#timers.filter(({ isRef }) => isRef).length
  }

  pass(ms: number): void {
    this.#now += ms
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.filter(({ at }) => at > this.#now)
    for (const { call } of due) call()
  }
}

/** A worker that does as it is told; ending it on demand takes effect at once. */
class FakeWorker implements PoolWorker {
  readonly #ready = Promise.withResolvers<WorkerInfo>()
  readonly #gone = Promise.withResolvers<Exit>()
  readonly ready = this.#ready.promise
  readonly gone = this.#gone.promise
  served = 0
  lost = false
  state: 'starting' | 'idle' | 'busy' | 'gone' = 'starting'
  #return: ((clean: boolean) => void) | undefined

  constructor() {
    this.ready.catch(() => {})
  }

  get isIdle(): boolean {
    return this.state === 'idle'
  }

  getReady(hash = 'same'): void {
    this.state = 'idle'
    this.#ready.resolve({ ...info, hash })
  }

  /** Gives it a task; `onEnd` learns whether it was done. */
  begin(onReturn: (state: Return) => void, isolation: Isolation, onEnd: (done: boolean) => void): void {
    if (this.state !== 'idle') throw new Error(`a worker that is ${this.state} was given a task`)
    this.state = 'busy'
    this.served += 1
    this.#return = (clean) => {
      this.#return = undefined
      if (clean) this.state = 'idle'
      onReturn({ isReusable: clean && isolation === 'shared', hasSucceeded: clean })
      onEnd(clean)
    }
  }

  finish(): void {
    this.#return?.(true)
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#leave({ code: null, signal }, true)
  }

  exit(code: number): void {
    this.#leave({ code, signal: null }, true)
  }

  stop(): void {
    this.#return?.(false)
  }

  async end(): Promise<void> {
    this.#leave({ code: 0, signal: null }, false)
    await this.gone
  }

  #leave(exit: Exit, lost: boolean): void {
    if (this.state === 'gone') return
    this.state = 'gone'
    this.lost = lost
    this.#ready.reject(
      new WorkerError('start_failed', 'it did not start', { details: { exitCode: exit.code, signal: exit.signal } }),
    )
    this.#return?.(false)
    this.#gone.resolve(exit)
  }
}

interface Task {
  readonly cancel: () => void
  outcome: 'waiting' | 'running' | 'done' | 'lost' | string
}

/** A set of fake workers, and the tasks it was given. */
class Model {
  readonly clock = new FakeClock()
  readonly launched: FakeWorker[] = []
  readonly tasks: Task[] = []
  readonly set: WorkerSet<FakeWorker>
  heals = false

  constructor(workers: number, spareWorkers = 0, minWorkers = workers) {
    const launch = (): FakeWorker => {
      const worker = new FakeWorker()
      this.launched.push(worker)
      return worker
    }
    this.set = new WorkerSet({ workers, minWorkers, idleTimeoutMs, spareWorkers, maxQueue: 1000 }, launch, this.clock)
  }

  in(state: FakeWorker['state']): readonly FakeWorker[] {
    return this.launched.filter((worker) => worker.state === state)
  }

  submit(isolation: Isolation = 'shared', priority = 0, share = oneShare): Task {
    const controller = new AbortController()
    const task: Task = { outcome: 'waiting', cancel: () => controller.abort(new CancelledError('cancelled', 'enough')) }
    this.tasks.push(task)
    const start = (worker: FakeWorker, onReturn: (state: Return) => void): void => {
      task.outcome = 'running'
      worker.begin(onReturn, isolation, (done) => {
        task.outcome = done ? 'done' : 'lost'
      })
    }
    this.set.run({ isolation, priority, share }, controller.signal, start).catch((error) => {
      task.outcome = error.code
    })
    return task
  }

  /** From now on all goes well, until there is nothing left to do. */
  async heal(): Promise<void> {
    for (let step = 0; step < 400; step++) {
      for (const worker of this.in('starting')) worker.getReady()
      await turn()
      for (const worker of this.in('busy')) worker.finish()
      await turn()
      this.clock.pass(100)
      await turn()
    }
  }
}

const action = fc.oneof(
  { weight: 6, arbitrary: fc.constant('submit' as const) },
  { weight: 2, arbitrary: fc.constant('submitAlone' as const) },
  { weight: 6, arbitrary: fc.constant('ready' as const) },
  { weight: 6, arbitrary: fc.constant('finish' as const) },
  { weight: 4, arbitrary: fc.constant('killStarting' as const) },
  { weight: 3, arbitrary: fc.constant('killIdle' as const) },
  { weight: 3, arbitrary: fc.constant('killBusy' as const) },
  { weight: 2, arbitrary: fc.constant('failStart' as const) },
  { weight: 2, arbitrary: fc.constant('cancel' as const) },
  { weight: 3, arbitrary: fc.constant('pass' as const) },
  { weight: 3, arbitrary: fc.constant('turn' as const) },
)
type Action = typeof action extends fc.Arbitrary<infer Kind> ? Kind : never

/** @returns How many workers died because somebody or something killed them. */
async function play(model: Model, script: readonly (readonly [Action, number])[]): Promise<number> {
  let deaths = 0
  const pick = <Item>(items: readonly Item[], at: number): Item | undefined => items[at % Math.max(1, items.length)]
  const kill = (state: FakeWorker['state'], at: number): void => {
    const worker = pick(model.in(state), at)
    deaths += worker === undefined ? 0 : 1
    worker?.kill()
  }
  const actions: Readonly<Record<Action, (at: number) => unknown>> = {
    submit: () => model.submit(),
    submitAlone: () => model.submit('job'),
    ready: (at) => pick(model.in('starting'), at)?.getReady(),
    finish: (at) => pick(model.in('busy'), at)?.finish(),
    killStarting: (at) => kill('starting', at),
    killIdle: (at) => kill('idle', at),
    killBusy: (at) => kill('busy', at),
    failStart: (at) => pick(model.in('starting'), at)?.exit(1),
    cancel: (at) => pick(model.tasks, at)?.cancel(),
    pass: (at) => model.clock.pass(at),
    turn: () => turn(),
  }
  for (const [name, at] of script) {
    await actions[name](at)
    if (at % 3 === 0) await turn()
  }
  await turn()
  return deaths
}

const script = fc.array(fc.tuple(action, fc.nat(400)), { maxLength: 60 })
const sizes = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 }))

test('run() ends every task and serves afterwards, whatever happens to the workers', {
  timeout: 240_000,
}, async (t) => {
  const property = fc.asyncProperty(sizes, script, async ([workers, spareWorkers, fewer], steps) => {
    const minWorkers = Math.max(0, workers - fewer)
    const model = new Model(workers, spareWorkers, minWorkers)
    const deaths = await play(model, steps)
    await model.heal()
    const left = model.tasks.filter(({ outcome }) => outcome === 'waiting' || outcome === 'running')
    const counts = model.set.counts
    const fits = { ...counts, started: 0, lost: 0 }
    t.strictSame(left, [], 'every task has ended')
    t.strictSame(
      fits,
      { starting: 0, idle: minWorkers + spareWorkers, busy: 0, queued: 0, started: 0, lost: 0 },
      'all workers are back',
    )
    const failed = model.tasks.filter(({ outcome }) => outcome === 'lost' || outcome === 'start_failed').length
    const startsFailed = steps.filter(([name]) => name === 'failStart').length
    t.ok(startsFailed >= Math.max(1, minWorkers + spareWorkers) || failed <= deaths, `${failed} failed, ${deaths} died`)
    const last = model.submit()
    await model.heal()
    t.equal(last.outcome, 'done')
    t.equal(model.clock.refs, 0, 'and nothing keeps the process alive')
    if (!t.passing()) throw new Error('see above')
  })
  await fc.assert(property, { numRuns: 150 })
})

test('close() ends every task and every worker, whatever happened before', { timeout: 240_000 }, async (t) => {
  const property = fc.asyncProperty(sizes, script, async ([workers, spareWorkers, fewer], steps) => {
    const model = new Model(workers, spareWorkers, Math.max(0, workers - fewer))
    await play(model, steps)
    await model.set.close()
    await turn()
    if (model.tasks.some(({ outcome }) => outcome === 'waiting' || outcome === 'running'))
      throw new Error('a task is left')
    if (model.launched.some(({ state }) => state !== 'gone')) throw new Error('a worker is left')
    model.clock.pass(100_000)
    const { length } = model.launched
    await turn()
    t.equal(model.launched.length, length, 'and none is started any more')
    if (model.submit().outcome === 'running') throw new Error('a task was taken')
  })
  await fc.assert(property, { numRuns: 100 })
})

test('a set whose workers die while it is idle starts others by itself', async (t) => {
  const model = new Model(2)
  for (const worker of model.in('starting')) worker.getReady()
  await turn()
  for (const worker of model.in('idle')) worker.kill()
  await turn()
  t.equal(model.in('starting').length, 2)
  for (const worker of model.in('starting')) worker.kill()
  await turn()
  t.match(model.set.counts, { starting: 0, idle: 0 })
  t.equal(model.clock.refs, 0, 'without keeping the process alive')
  model.clock.pass(100)
  t.equal(model.in('starting').length, 2)
})

test('a task that waits while starts are backed off keeps the process alive, and gets the next worker', async (t) => {
  const model = new Model(1)
  model.in('starting')[0]?.kill()
  await turn()
  const task = model.submit()
  await turn()
  t.strictSame([task.outcome, model.clock.refs], ['waiting', 1])
  model.clock.pass(100)
  model.in('starting')[0]?.getReady()
  await turn()
  t.equal(task.outcome, 'running')
})

test('workers killed while they start prove nothing, until it has no end', async (t) => {
  const model = new Model(1)
  const task = model.submit()
  for (let killed = 0; killed < 19; killed++) {
    model.in('starting')[0]?.kill()
    await turn()
    model.clock.pass(100)
  }
  t.equal(task.outcome, 'waiting')
  model.in('starting')[0]?.kill()
  await turn()
  t.equal(task.outcome, 'start_failed')
  await t.rejects(model.set.ready(), {
    code: 'start_failed',
    message: /^Cannot start a worker: 20 in a row were killed while they started; look for what kills them/,
  })
  await model.heal()
  t.equal((await model.set.ready()).hash, 'same')
})

test('a worker that crashes while it starts has failed to start', async (t) => {
  const model = new Model(1)
  const task = model.submit()
  model.in('starting')[0]?.kill('SIGSEGV')
  await turn()
  t.equal(task.outcome, 'start_failed')
})

test('one failed start sends nobody away while another worker may start', async (t) => {
  const model = new Model(2)
  const task = model.submit()
  model.in('starting')[0]?.exit(1)
  await turn()
  t.equal(task.outcome, 'waiting')
  model.in('starting')[0]?.getReady()
  await turn()
  t.equal(task.outcome, 'running')
  model.in('busy')[0]?.kill()
  await turn()
  const next = model.submit()
  await turn()
  t.equal(next.outcome, 'waiting', 'one has started since')
  await model.heal()
  t.equal(next.outcome, 'done')
})

test('starts that fail are tried again after twice the time', async (t) => {
  const model = new Model(1)
  const starts: number[] = []
  for (let ms = 0; ms < 2000; ms += 50) {
    if (model.in('starting').length > 0) starts.push(ms)
    for (const worker of model.in('starting')) worker.exit(1)
    await turn()
    model.clock.pass(50)
  }
  t.strictSame(starts, [0, 100, 300, 700, 1500])
})

test('a worker whose context differs from the first is not used', async (t) => {
  const model = new Model(2)
  const [first, second] = model.in('starting')
  first?.getReady()
  await turn()
  second?.getReady('other')
  await turn()
  t.equal(second?.state, 'gone')
  t.match(model.set.counts, { idle: 1, starting: 0 })
  model.clock.pass(100)
  t.match(model.set.counts, { starting: 1 })
})

test('a set grows with its tasks, and shrinks when there have been none for a while', async (t) => {
  const model = new Model(3, 0, 1)
  t.equal(model.launched.length, 1)
  const tasks = Array.from({ length: 5 }, () => model.submit())
  await turn()
  t.equal(model.launched.length, 3, 'no further than it may')
  for (const worker of model.in('starting')) worker.getReady()
  await turn()
  t.match(model.set.counts, { busy: 3, queued: 2 })
  let isQuiet = false
  void model.set.quiet().then(() => {
    isQuiet = true
  })
  for (const worker of model.in('busy')) worker.finish()
  await turn()
  t.equal(isQuiet, false)
  for (const worker of model.in('busy')) worker.finish()
  await turn()
  t.equal(isQuiet, true)
  t.ok(tasks.every(({ outcome }) => outcome === 'done'))
  t.match(model.set.counts, { idle: 3, busy: 0, queued: 0 })
  model.clock.pass(idleTimeoutMs - 1)
  t.equal(model.in('idle').length, 3)
  t.equal(model.clock.refs, 0, 'waiting for that keeps no process alive')
  const [kept] = [model.submit()]
  await turn()
  model.clock.pass(1)
  await turn()
  t.equal(model.in('idle').length, 0)
  t.equal(model.in('busy').length, 1, 'the one that is used stays')
  model.in('busy')[0]?.finish()
  await turn()
  t.equal(kept?.outcome, 'done')
  model.clock.pass(2 * idleTimeoutMs)
  t.equal(model.in('idle').length, 1, 'and one is always kept')
})

test('a set of none at rest starts a worker for a task, and ends it afterwards', async (t) => {
  const model = new Model(2, 0, 0)
  t.equal(model.launched.length, 0)
  const task = model.submit()
  await turn()
  model.in('starting')[0]?.getReady()
  await turn()
  model.in('busy')[0]?.finish()
  await turn()
  t.equal(task.outcome, 'done')
  model.clock.pass(idleTimeoutMs)
  await turn()
  t.equal(model.in('gone').length, 1)
  t.match(model.set.counts, { starting: 0, idle: 0, busy: 0, lost: 0 })
})

test('a task that wants a fresh worker gets one where the only worker there is was used', async (t) => {
  const model = new Model(2, 0, 0)
  model.submit()
  await model.heal()
  const alone = model.submit('job')
  await model.heal()
  t.equal(alone.outcome, 'done')
})

test('of those that wait the highest priority goes first, and among equals the one that came first', async (t) => {
  const model = new Model(1)
  model.in('starting')[0]?.getReady()
  await turn()
  const running = model.submit()
  const waiting = [0, 5, -1, 5, 0].map((priority) => model.submit('shared', priority))
  await turn()
  t.equal(running.outcome, 'running')
  const order: number[] = []
  for (let step = 0; step < waiting.length; step++) {
    model.in('busy')[0]?.finish()
    await turn()
    order.push(waiting.findIndex(({ outcome }) => outcome === 'running'))
  }
  t.strictSame(order, [1, 3, 0, 4, 2])
})

test('a task of another owner goes first, whatever one owner has waiting', async (t) => {
  const model = new Model(1)
  model.in('starting')[0]?.getReady()
  await turn()
  const share = (owner: string, job: string) => ({ owner, job })
  const long = Array.from({ length: 6 }, () => model.submit('shared', 0, share('ann', 'long')))
  const short = model.submit('shared', 0, share('ann', 'short'))
  const other = model.submit('shared', 0, share('bob', 'only'))
  await turn()
  const all = [...long, short, other]
  const order: number[] = []
  for (let step = 0; step < all.length; step++) {
    order.push(all.findIndex(({ outcome }) => outcome === 'running'))
    model.in('busy')[0]?.finish()
    await turn()
  }
  t.strictSame(order, [0, 7, 6, 1, 2, 3, 4, 5])
})
