// Which context encodes and which decodes when none is given: the sender slot (scoped to the async flow), the worker
// slot (process-wide, set by the worker-context module) and the global context. The slots are kept under registered
// symbols, so that a second copy of the library in a worker finds them.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import { describeValue } from '../../functions/describe-value.ts'
import { invalidArgument } from '../../functions/options.ts'

interface Slots {
  readonly scopes: AsyncLocalStorage<Scope>
  readonly workerScopes: AsyncLocalStorage<Scope>
  sender: CodecContext | undefined
  worker: CodecContext | undefined
  global: CodecContext | undefined
}

interface Scope {
  context: CodecContext | undefined
}

const key = Symbol.for('volley.slots')
const holder = globalThis as { [key]?: Slots }
holder[key] ??= {
  scopes: new AsyncLocalStorage(),
  workerScopes: new AsyncLocalStorage(),
  sender: undefined,
  worker: undefined,
  global: undefined,
}
const slots: Slots = holder[key]

/**
 * Sets the context that expressions and functions are encoded under when none is given: that of the enclosing
 * `runWithSenderCtx` when there is one, else of the process.
 *
 * @param context - A session; with `withUdfInlining({ enabled: false })` functions travel by name only.
 * @throws {PlanError} `invalid_argument` for what is no session.
 * @example
 * import { clearSenderCtx, float64, inspectUdf, SessionContext, setSenderCtx, udf } from 'volley'
 *
 * const square = udf((x: number) => x * x, [float64], float64, { name: 'square' })
 * setSenderCtx(new SessionContext().withUdfInlining({ enabled: false }))
 * inspectUdf(square).kind // => 'by-name'
 * clearSenderCtx()
 *
 * @see datafusion-python `datafusion.ipc.set_sender_ctx`
 */
export function setSenderCtx(context: CodecContext): void {
  checkContext(context)
  const scope = slots.scopes.getStore()
  if (scope === undefined) slots.sender = context
  else scope.context = context
}

/**
 * The sender context in force here, if any.
 *
 * @typeParam Context - What was set: `SessionContext`, in a program that sets sessions.
 * @example
 * import { getSenderCtx } from 'volley'
 *
 * getSenderCtx() // => undefined
 *
 * @see datafusion-python `datafusion.ipc.get_sender_ctx`
 */
export function getSenderCtx<Context extends CodecContext = CodecContext>(): Context | undefined {
  const scope = slots.scopes.getStore()
  return (scope === undefined ? slots.sender : scope.context) as Context | undefined
}

/**
 * Forgets the sender context that `setSenderCtx` set; no error when there is none.
 *
 * @example
 * import { clearSenderCtx, getSenderCtx, SessionContext, setSenderCtx } from 'volley'
 *
 * setSenderCtx(new SessionContext())
 * clearSenderCtx()
 * getSenderCtx() // => undefined
 *
 * @see datafusion-python `datafusion.ipc.clear_sender_ctx`
 */
export function clearSenderCtx(): void {
  const scope = slots.scopes.getStore()
  if (scope === undefined) slots.sender = undefined
  else scope.context = undefined
}

/**
 * Runs a function under a sender context that only it, and what it awaits, can see.
 *
 * @param context - The sender context within.
 * @param fn - Called at once; may be async.
 * @returns What `fn` returns.
 * @throws {PlanError} `invalid_argument` for what is no session, or no function.
 * @example
 * import { float64, inspectUdf, runWithSenderCtx, SessionContext, udf } from 'volley'
 *
 * const square = udf((x: number) => x * x, [float64], float64, { name: 'square' })
 * const strict = new SessionContext().withUdfInlining({ enabled: false })
 * runWithSenderCtx(strict, () => inspectUdf(square).kind) // => 'by-name'
 * inspectUdf(square).kind // => 'by-value'
 *
 * @see Node's `AsyncLocalStorage`; datafusion-python `datafusion.ipc.set_sender_ctx`
 */
export function runWithSenderCtx<Result>(context: CodecContext, fn: () => Result): Result {
  checkContext(context)
  if (typeof fn !== 'function') throw invalidArgument(`Cannot run ${describeValue(fn)}: give a function`)
  return slots.scopes.run({ context }, fn)
}

/**
 * Sets the context that this process decodes under when none is given. The module named as `workerContext` calls it: with
 * functions registered there, what travels by name is found. What a function sets that was sent to a worker holds for that
 * task or call alone.
 *
 * @param context - A session with the functions.
 * @throws {PlanError} `invalid_argument` for what is no session.
 * @example
 * import { col, decodeExpr, encodeExpr, float64, SessionContext, setWorkerCtx, udf } from 'volley'
 *
 * const square = udf((x: number) => x * x, [float64], float64, { name: 'square' })
 * const ctx = new SessionContext()
 * ctx.registerUdf(square)
 * setWorkerCtx(ctx)
 * const byName = encodeExpr(square(col('x')), ctx.withUdfInlining({ enabled: false }))
 * decodeExpr(byName).toString() // => 'square(x)'
 *
 * @see datafusion-python `datafusion.ipc.set_worker_ctx`
 */
export function setWorkerCtx(context: CodecContext): void {
  checkContext(context)
  setWorker(context)
}

/**
 * The context that this process decodes under, if one was set. Shipped functions may ask for it in a worker: for its
 * functions, and for its tables.
 *
 * @typeParam Context - What was set: `SessionContext`, in a program that sets sessions.
 * @example
 * import { getWorkerCtx, SessionContext, setWorkerCtx } from 'volley'
 *
 * const ctx = new SessionContext()
 * ctx.registerTable('rates', ctx.fromColumns({ rate: [1.19] }))
 * setWorkerCtx(ctx)
 * await getWorkerCtx<SessionContext>()?.table('rates').collectColumns() // => { rate: [1.19] }
 *
 * @see datafusion-python `datafusion.ipc.get_worker_ctx`
 */
export function getWorkerCtx<Context extends CodecContext = CodecContext>(): Context | undefined {
  const scope = slots.workerScopes.getStore()
  return (scope === undefined ? slots.worker : scope.context) as Context | undefined
}

/**
 * Forgets the context that `setWorkerCtx` set; no error when there is none.
 *
 * @example
 * import { clearWorkerCtx, getWorkerCtx } from 'volley'
 *
 * clearWorkerCtx()
 * getWorkerCtx() // => undefined
 *
 * @see datafusion-python `datafusion.ipc.clear_worker_ctx`
 */
export function clearWorkerCtx(): void {
  setWorker(undefined)
}

function setWorker(context: CodecContext | undefined): void {
  const scope = slots.workerScopes.getStore()
  if (scope === undefined) slots.worker = context
  else scope.context = context
}

/** What it sets, sender or worker context, is its own: neither what runs beside it nor what comes after it is affected. */
export function runWithOwnSlots<Result>(fn: () => Result): Result {
  return slots.workerScopes.run({ context: slots.worker }, () => slots.scopes.run({ context: slots.sender }, fn))
}

/** The process-wide fallback for decoding, made on first use. */
export function globalCtx(make: () => CodecContext): CodecContext {
  slots.global ??= make()
  return slots.global
}

/** Nothing registered, everything travels by value: what is in force when nobody said anything. */
const defaults: CodecContext = Object.freeze({ udfInlining: true, findUdf: () => undefined, udfNames: () => [] })

// Anything else would pass for a strict context: its `udfInlining` is undefined.
function checkContext(context: CodecContext): void {
  if (typeof context?.udfInlining === 'boolean' && typeof context.findUdf === 'function') return
  throw invalidArgument(`Cannot take ${describeValue(context)} as a context: give a SessionContext`)
}

/** Encoding: explicit argument, sender context, default. The worker slot has no say. */
export function encodingContext(explicit?: CodecContext): CodecContext {
  if (explicit !== undefined) checkContext(explicit)
  return explicit ?? getSenderCtx() ?? defaults
}

/** Decoding: explicit argument, worker context, global. The sender slot has no say. */
export function decodingContext(explicit?: CodecContext): CodecContext {
  if (explicit !== undefined) checkContext(explicit)
  return explicit ?? getWorkerCtx() ?? slots.global ?? defaults
}
