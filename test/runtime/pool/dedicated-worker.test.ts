// The states of a worker that one holder has for itself, without its processes: they start, fail and are killed as a random
// script says. Whatever happens, tasks begin in their order, each ends, none runs before the first task of its process, and
// no more processes are started than restarts allow.

import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { test } from 'tap'
import { CancelledError, ResourceError, WorkerError } from '../../../functions/errors.ts'
import type { TaskOptions, TaskRequest, TaskRun, TaskStats } from '../../../runtime/backend.ts'
import { DedicatedWorker, type TaskWorker } from '../../../runtime/pool/dedicated-worker.ts'
import type { Exit } from '../../../runtime/pool/exit.ts'
import type { WorkerInfo } from '../../../runtime/pool/protocol.ts'

const stats: TaskStats = { rows: 0, batches: 0, bytes: 0, elapsedMs: 1 }
const first: TaskRequest = { task: Buffer.from('first') }

/** A worker that does as it is told; it keeps the names of the tasks it was given. */
class FakeWorker implements TaskWorker {
  readonly #ready = Promise.withResolvers<WorkerInfo>()
  readonly #gone = Promise.withResolvers<Exit>()
  readonly ready = this.#ready.promise
  readonly gone = this.#gone.promise
  readonly pid: number
  readonly given: string[] = []
  lost = false
  state: 'starting' | 'idle' | 'busy' | 'gone' = 'starting'
  #finish: ((error: Error | undefined, clean: boolean) => void) | undefined

  constructor(pid: number) {
    this.pid = pid
    this.ready.catch(() => {})
  }

  get isIdle(): boolean {
    return this.state === 'idle'
  }

  get served(): number {
    return this.given.length
  }

  getReady(): void {
    if (this.state !== 'starting') return
    this.state = 'idle'
    this.#ready.resolve({} as WorkerInfo)
  }

  run({ task }: TaskRequest, { signal }: TaskOptions, onReleased: (clean: boolean) => void): TaskRun {
    if (this.state !== 'idle') throw new Error(`a worker that is ${this.state} was given a task`)
    this.state = 'busy'
    this.given.push(Buffer.from(task).toString())
    const done = Promise.withResolvers<TaskStats>()
    done.promise.catch(() => {})
    const onAbort = (): void => this.fail(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    this.#finish = (error, clean) => {
      this.#finish = undefined
      signal.removeEventListener('abort', onAbort)
      if (clean && this.state === 'busy') this.state = 'idle'
      onReleased(this.state === 'idle')
      if (error === undefined) done.resolve(stats)
      else done.reject(error)
    }
    return { pid: this.pid, stream: (async function* () {})(), done: done.promise }
  }

  finish(): void {
    this.#finish?.(undefined, true)
  }

  fail(error: Error): void {
    this.#finish?.(error, true)
  }

  /** The task hangs, and the process is ended for it. */
  hang(error: Error): void {
    this.#finish?.(error, false)
  }

  stop(error: Error): void {
    this.#finish?.(error, true)
  }

  kill(): void {
    this.#leave({ code: null, signal: 'SIGKILL' })
  }

  async end(): Promise<void> {
    this.#leave({ code: 0, signal: null })
    await this.gone
  }

  #leave(exit: Exit): void {
    if (this.state === 'gone') return
    this.state = 'gone'
    const error = new WorkerError('worker_lost', 'it is gone')
    this.#ready.reject(new WorkerError('start_failed', 'it did not start'))
    this.#finish?.(error, false)
    this.#gone.resolve(exit)
  }
}

class Model {
  readonly launched: FakeWorker[] = []
  readonly begun: number[] = []
  readonly outcomes = new Map<number, string>()
  readonly cancels: (() => void)[] = []
  readonly worker: DedicatedWorker<FakeWorker>

  constructor(restarts = 0, maxQueue = 1000) {
    const dedication = {
      holder: 'actor "Counter"',
      first: {
        request: first,
        options: { signal: new AbortController().signal },
        begin: async (run: TaskRun) => void (await run.done),
      },
      restarts,
    }
    this.worker = new DedicatedWorker(dedication, maxQueue, () => {
      const worker = new FakeWorker(this.launched.length + 1)
      this.launched.push(worker)
      return worker
    })
  }

  get last(): FakeWorker {
    const last = this.launched.at(-1)
    if (last === undefined) throw new Error('no worker was started')
    return last
  }

  submit(): number {
    const number = this.cancels.length
    const stop = new AbortController()
    this.cancels.push(() => stop.abort(new CancelledError('cancelled', 'enough')))
    this.outcomes.set(number, 'waiting')
    const run = async (): Promise<void> => {
      const { done } = await this.worker.run({ task: Buffer.from(`${number}`) }, { signal: stop.signal })
      this.begun.push(number)
      this.outcomes.set(number, 'running')
      await done
    }
    run().then(
      () => this.outcomes.set(number, 'done'),
      (error) => this.outcomes.set(number, error.code),
    )
    return number
  }

  /** Does all there is to do. */
  async settle(): Promise<void> {
    for (let step = 0; step < 200; step++) {
      this.last.getReady()
      await turn()
      this.last.finish()
      await turn()
    }
  }
}

const action = fc.constantFrom(
  'submit',
  'submit',
  'submit',
  'ready',
  'finish',
  'finish',
  'fail',
  'hang',
  'kill',
  'cancel',
  'turn',
)

test('whatever happens to its processes, tasks run in their order and each ends', { timeout: 120_000 }, async (t) => {
  const property = fc.asyncProperty(
    fc.array(fc.tuple(action, fc.nat(20)), { maxLength: 60 }),
    fc.nat(3),
    async (script, restarts) => {
      const model = new Model(restarts)
      for (const [what, at] of script) {
        if (what === 'submit') model.submit()
        if (what === 'ready') model.last.getReady()
        if (what === 'finish') model.last.finish()
        if (what === 'fail') model.last.fail(new Error('it threw'))
        if (what === 'hang') model.last.hang(new ResourceError('timeout', 'it took too long'))
        if (what === 'kill') model.last.kill()
        if (what === 'cancel') model.cancels[at % Math.max(1, model.cancels.length)]?.()
        if (what === 'turn') await turn()
      }
      await model.settle()
      const open = [...model.outcomes.values()].filter((outcome) => outcome === 'waiting' || outcome === 'running')
      const ordered = model.begun.every((number, i) => i === 0 || number > (model.begun[i - 1] ?? 0))
      const firsts = model.launched.every(({ given }) => given.length === 0 || given[0] === 'first')
      const once = model.launched.flatMap(({ given }) => given.slice(1))
      const twice = once.length - new Set(once).size
      const started = model.launched.length - 1 <= restarts
      await model.worker.end()
      const left = model.launched.filter(({ state }) => state !== 'gone').length
      return open.length === 0 && ordered && firsts && twice === 0 && started && left === 0
    },
  )
  await fc.assert(property, { numRuns: 300 })
  t.pass()
})

test('calls that wait go to the process that follows; those that come when none follows are refused', async (t) => {
  const model = new Model(1)
  model.last.getReady()
  await turn()
  model.last.finish()
  await model.worker.ready
  const [running, waiting] = [model.submit(), model.submit()]
  await turn()
  model.last.kill()
  await turn()
  t.equal(model.outcomes.get(running), 'worker_lost')
  t.equal(model.outcomes.get(waiting), 'waiting')
  await model.settle()
  t.equal(model.outcomes.get(waiting), 'done')
  model.last.kill()
  await turn()
  const error = await model.worker.run(first, { signal: new AbortController().signal }).catch((thrown) => thrown)
  t.match(error, {
    code: 'actor_lost',
    message:
      'Cannot call the actor "Counter": its worker 2 was ended by SIGKILL, and its state with it. Make a new one, or allow it to be made anew with { restart: 1 }',
    details: { pid: 2, exitCode: null, signal: 'SIGKILL' },
  })
  t.equal(model.worker.state, 'ended')
  t.equal(model.worker.pid, undefined)
  await model.worker.gone
})

test('a first task that fails is not tried again, and one that fails later takes everything along', async (t) => {
  const once = new Model(3)
  once.last.getReady()
  await turn()
  once.last.fail(new Error('the constructor threw'))
  await t.rejects(once.worker.ready, { message: 'the constructor threw' })
  await once.worker.gone
  t.equal(once.launched.length, 1)

  const later = new Model(3)
  later.last.getReady()
  await turn()
  later.last.finish()
  await later.worker.ready
  later.last.kill()
  await turn()
  later.last.getReady()
  const waiting = later.submit()
  await turn()
  later.last.fail(new Error('not again'))
  await later.worker.gone
  await turn()
  t.equal(later.launched.length, 2)
  t.equal(later.outcomes.get(waiting), 'actor_lost')
})

test('it takes no more than may wait, and drains before it ends', async (t) => {
  const model = new Model(0, 2)
  model.last.getReady()
  await turn()
  model.last.finish()
  await model.worker.ready
  const numbers = [model.submit(), model.submit(), model.submit(), model.submit()]
  await turn()
  t.strictSame(
    numbers.map((number) => model.outcomes.get(number)),
    ['running', 'waiting', 'waiting', 'queue_full'],
  )
  t.equal(model.worker.waiting, 2)
  const drained = model.worker.drain()
  const late = model.submit()
  await turn()
  t.equal(model.outcomes.get(late), 'closed')
  await model.settle()
  await drained
  await model.worker.end()
  t.strictSame(
    numbers.map((number) => model.outcomes.get(number)),
    ['done', 'done', 'done', 'queue_full'],
  )
  t.equal(model.last.state, 'gone')
})
