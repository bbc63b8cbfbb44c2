// Which context encodes and which decodes when none is given: the sender slot (scoped to the async flow), the worker
// slot (process-wide, set by the worker-context module) and the global context. The slots are kept under registered
// symbols, so that a second copy of the library in a worker finds them.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { CodecContext } from '../../functions/contract/codec-context.ts'

interface Slots {
  readonly scopes: AsyncLocalStorage<{ context: CodecContext | undefined }>
  sender: CodecContext | undefined
  worker: CodecContext | undefined
  global: CodecContext | undefined
}

const key = Symbol.for('volley.slots')
const holder = globalThis as { [key]?: Slots }
holder[key] ??= { scopes: new AsyncLocalStorage(), sender: undefined, worker: undefined, global: undefined }
const slots: Slots = holder[key]

/** Sets the sender context: of the enclosing `runWithSenderCtx` when there is one, else of the process. */
export function setSenderCtx(context: CodecContext): void {
  const scope = slots.scopes.getStore()
  if (scope === undefined) slots.sender = context
  else scope.context = context
}

/** The sender context in force, if any. */
export function getSenderCtx(): CodecContext | undefined {
  const scope = slots.scopes.getStore()
  return scope === undefined ? slots.sender : scope.context
}

/** Empties the sender slot; no error when it is empty. */
export function clearSenderCtx(): void {
  const scope = slots.scopes.getStore()
  if (scope === undefined) slots.sender = undefined
  else scope.context = undefined
}

/** Runs `fn` with a sender context that only it, and what it awaits, can see. */
export function runWithSenderCtx<Result>(context: CodecContext, fn: () => Result): Result {
  return slots.scopes.run({ context }, fn)
}

/** Sets the context that this worker decodes under; called by the worker-context module. */
export function setWorkerCtx(context: CodecContext): void {
  slots.worker = context
}

export function getWorkerCtx(): CodecContext | undefined {
  return slots.worker
}

/** Empties the worker slot; no error when it is empty. */
export function clearWorkerCtx(): void {
  slots.worker = undefined
}

/** The process-wide fallback for decoding, made on first use. */
export function globalCtx(make: () => CodecContext): CodecContext {
  slots.global ??= make()
  return slots.global
}

/** Nothing registered, everything travels by value: what is in force when nobody said anything. */
const defaults: CodecContext = Object.freeze({ udfInlining: true, findUdf: () => undefined, udfNames: () => [] })

/** Encoding: explicit argument, sender context, default. The worker slot has no say. */
export function encodingContext(explicit?: CodecContext): CodecContext {
  return explicit ?? getSenderCtx() ?? defaults
}

/** Decoding: explicit argument, worker context, global. The sender slot has no say. */
export function decodingContext(explicit?: CodecContext): CodecContext {
  return explicit ?? slots.worker ?? slots.global ?? defaults
}
