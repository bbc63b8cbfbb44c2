// Actors: an instance of a user's class that lives in a worker process of its own, and the object that stands for it here.
// Calls are encoded and results are read as WorkerPool does it; order, loss and restarts are DedicatedWorker's business.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { createError, isVolleyError, PlanError } from '../../functions/errors.ts'
import { checkWhole } from '../../functions/options.ts'
import { nameOfFunction } from '../../functions/written-function.ts'
import { cancelReason, inheritLog } from '../backend.ts'
import { unlessAborted } from '../bytes/unless-aborted.ts'
import { encodeCall, encodeClass, encodeExportedClass, encodeMethod } from '../codec/call-codec.ts'
import { encodingContext } from '../codec/context-slots.ts'
import type { DedicatedWorker } from '../pool/dedicated-worker.ts'
import type { CloseOptions, ForkPool } from '../pool/pool.ts'
import type { ActorMembers } from '../program/actor-members.ts'
import { type ActorCallOptions, type ActorOptions, checkActorOptions, checkCallOptions } from './actor-options.ts'
import { withoutCall } from './call-outcome.ts'
import { checkClass, isExportName } from './check-callable.ts'
import { makeCalls } from './make-calls.ts'

/** Names that an actor has for itself; `then` would make a promise of it. */
type ReservedName = 'end' | 'with' | 'pid' | 'then'

/** A class of which actors can be made: it can be constructed, and has no method that is called as those of actors are. */
export type ActorClass<Args extends readonly unknown[], Instance extends object> = (new (
  ...args: Args
) => Instance) &
  (Instance extends
    | Readonly<Record<'end', (...args: never) => unknown> | Record<'with', (...args: never) => unknown>>
    | Readonly<Record<'pid', (...args: never) => unknown> | Record<'then', (...args: never) => unknown>>
    ? never
    : unknown)

/** The methods of an actor: those of its class, each of which gives a promise. */
export type ActorMethods<Instance> = {
  readonly [Name in keyof Instance as Instance[Name] extends (...args: never) => unknown
    ? Name & string
    : never]: Instance[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never
}

/** What every actor has besides the methods of its class. */
export interface ActorControls<Instance> extends AsyncDisposable {
  /** The id of its process; undefined while it is made anew, and once it has ended. */
  readonly pid: number | undefined
  /**
   * The methods again, for calls with options.
   *
   * @param options - A signal, a time limit.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * class Greeter {
   *   greet(name: string): string {
   *     return `Hello, ${name}`
   *   }
   * }
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * await using greeter = await pool.actor(Greeter)
   * await greeter.with({ timeoutMs: 10_000 }).greet('Ada') // => 'Hello, Ada'
   *
   * @see Ray's `actor.method.options`
   */
  with(options: ActorCallOptions): ActorMethods<Instance>
  /**
   * Takes no more calls, lets the present ones finish for `drainMs`, cancels what is left, ends the process.
   *
   * @param options - `drainMs`: milliseconds, default 0.
   * @example
   * import { WorkerPool } from 'volley'
   *
   * class Box {
   *   hold(value: number): number {
   *     return value
   *   }
   * }
   *
   * await using pool = WorkerPool.fork({ workers: 1 })
   * const box = await pool.actor(Box)
   * const held = box.hold(1)
   * await box.end({ drainMs: 10_000 })
   * await held // => 1
   *
   * @see Ray's `ray.kill`
   */
  end(options?: CloseOptions): Promise<void>
}

/** An instance of a class that lives in a worker process: its methods, and what every actor has. */
export type Actor<Instance> = ActorMethods<Instance> & ActorControls<Instance>

const reserved: Readonly<Record<ReservedName, string>> = {
  end: 'actors have an end() of their own',
  with: 'actors have a with() of their own',
  pid: 'actors have a pid of their own',
  // biome-ignore lint/suspicious/noThenProperty: it is the name that is refused
  then: 'await would take the actor for a promise',
}

/**
 * Makes an actor in a process of its own, beside the workers of the pool.
 *
 * @throws {VolleyError} See `WorkerPool.actor`.
 */
export async function makeActor<Instance extends object>(
  pool: ForkPool,
  options: ActorOptions,
  { given, workerContext }: GivenClass,
  args: readonly unknown[],
): Promise<Actor<Instance>> {
  checkActorOptions(options)
  const { signal, timeoutMs, onLog = inheritLog, restart: restarts = 0 } = options
  if (signal?.aborted === true) throw cancelReason(signal, 'call')
  const context = encodingContext(options.context)
  const { name, target } = targetOf(given, workerContext, context)
  const task = encodeCall(target, args, context)
  const made: { members: ActorMembers } = { members: { methods: [], fields: [] } }
  const worker = pool.dedicate({
    holder: `actor "${name}"`,
    first: {
      request: timeoutMs === undefined ? task : { ...task, timeoutMs },
      options: { signal: neverAborted(), onLog },
      begin: async (run) => {
        const calls = { task, count: 1, name: target.name }
        const { results } = await makeCalls({ run: async () => run }, calls, context, {}, neverAborted())
        made.members = checkMembers(results[0])
      },
    },
    restarts,
  })
  try {
    await (signal === undefined ? worker.ready : unlessAborted(worker.ready, signal))
    return handleOf(new ActorCalls(worker, name), made.members)
  } catch (error) {
    await worker.end()
    if (options.signal?.aborted === true) throw cancelReason(options.signal, 'call')
    throw withoutCall(error)
  }
}

/** What an actor is to be made of, and the module that may export it. */
interface GivenClass {
  readonly given: unknown
  readonly workerContext: URL | undefined
}

function targetOf(given: unknown, workerContext: URL | undefined, context: CodecContext) {
  if (isExportName(given, workerContext)) return { name: given, target: encodeExportedClass(given) }
  const Class = checkClass(given)
  const name = nameOfFunction(Class)
  return { name, target: encodeClass(Class, name, context) }
}

/** Ends actors that nobody can call any more. */
const abandoned = new FinalizationRegistry<DedicatedWorker>((worker) => void worker.drain().then(() => worker.end()))

/** The calls of one actor. Its object here, and each of its methods, hold on to this; when none is left, the actor ends. */
class ActorCalls {
  readonly name: string
  readonly worker: DedicatedWorker

  constructor(worker: DedicatedWorker, name: string) {
    this.worker = worker
    this.name = name
    abandoned.register(this, worker, this)
  }

  async make(method: string, args: readonly unknown[], options: ActorCallOptions): Promise<unknown> {
    const context = encodingContext(options.context)
    const target = encodeMethod(this.name, method)
    const calls = { task: encodeCall(target, args, context), count: 1, name: target.name }
    try {
      const { results } = await makeCalls(this.worker, calls, context, options, options.signal ?? neverAborted())
      return results[0]
    } catch (error) {
      throw this.#explain(withoutCall(error))
    }
  }

  async end({ drainMs = 0 }: CloseOptions = {}): Promise<void> {
    checkWhole('drainMs', drainMs, 0)
    abandoned.unregister(this)
    if (drainMs > 0) {
      const timer = Promise.withResolvers<void>()
      const timeout = setTimeout(timer.resolve, drainMs)
      await Promise.race([this.worker.drain(), timer.promise])
      clearTimeout(timeout)
    }
    await this.worker.end()
  }

  /** A worker that is lost here is an actor that is lost. */
  #explain(error: unknown): unknown {
    if (!isVolleyError(error) || error.code !== 'worker_lost') return error
    const follows = this.worker.restartsLeft > 0 ? 'it is made anew' : 'make a new one, or allow it with { restart: 1 }'
    const message = `${error.message}; the state of actor "${this.name}" went with it: ${follows}`
    return createError('actor_lost', message, { details: error.details, cause: error })
  }
}

function handleOf<Instance extends object>(calls: ActorCalls, { methods, fields }: ActorMembers): Actor<Instance> {
  for (const name of methods) {
    if (!Object.hasOwn(reserved, name)) continue
    const why = reserved[name as ReservedName]
    const message = `Cannot make an actor of class "${calls.name}": it has a method "${name}", and ${why}. Give the method another name`
    throw new PlanError('invalid_argument', message, { details: { method: name } })
  }
  const handle = new ActorHandle<Instance>(calls, methods)
  for (const field of fields) {
    if (!(field in handle)) Object.defineProperty(handle, field, unreachable(calls.name, field))
  }
  return addMethods(handle, calls, methods, {}) as Actor<Instance>
}

/** What stands for the actor here, before it has its methods. */
class ActorHandle<Instance> implements ActorControls<Instance> {
  readonly #calls: ActorCalls
  readonly #methods: readonly string[]

  constructor(calls: ActorCalls, methods: readonly string[]) {
    this.#calls = calls
    this.#methods = methods
  }

  get pid(): number | undefined {
    return this.#calls.worker.pid
  }

  with(options: ActorCallOptions): ActorMethods<Instance> {
    return addMethods({}, this.#calls, this.#methods, checkCallOptions(options)) as ActorMethods<Instance>
  }

  end(options?: CloseOptions): Promise<void> {
    return this.#calls.end(options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { name, worker } = this.#calls
    return `Actor { class: '${name}', pid: ${worker.pid}, state: '${worker.state}', waiting: ${worker.waiting} }`
  }
}

/** Adds the methods to an object, which is complete then. */
function addMethods(target: object, calls: ActorCalls, methods: readonly string[], options: ActorCallOptions): object {
  for (const method of methods) {
    const value = (...args: unknown[]): Promise<unknown> => calls.make(method, args, options)
    Object.defineProperty(value, 'name', { value: method })
    Object.defineProperty(target, method, { value, enumerable: true })
  }
  return Object.freeze(target)
}

/** A field of the instance: it lives in another process, so it cannot be read here. */
const unreachable = (actor: string, field: string): PropertyDescriptor => ({
  get: () => {
    const message = `Cannot read "${field}" of actor "${actor}": only methods can be called from another process. Add a method that returns it`
    throw new PlanError('invalid_argument', message, { details: { field } })
  },
})

const neverAborted = (): AbortSignal => new AbortController().signal

/** What a worker says is checked: code of a user's runs there. */
function checkMembers(told: unknown): ActorMembers {
  const { methods, fields } = (told ?? {}) as Partial<Record<keyof ActorMembers, unknown>>
  return { methods: textsOf(methods), fields: textsOf(fields) }
}

const textsOf = (given: unknown): readonly string[] =>
  Array.isArray(given) ? given.filter((text) => typeof text === 'string') : []
