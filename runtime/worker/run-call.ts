// Calls of a shipped function from their bytes to the bytes of their results. Runs in workers only: it brings code to
// life. A function is revived once per worker, so what it keeps in its closure outlives the call.

import type { ShippedBody, UserFunction } from '../../functions/contract/udf.ts'
import { errorToPlain, isVolleyError, ShippingError, WireError } from '../../functions/errors.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { userFailure } from '../../functions/udf/failure.ts'
import { findByName, unregistered } from '../codec/by-name.ts'
import { type DecodedCall, decodeCall, ResultEncoder } from '../codec/call-codec.ts'
import { isScalarUdf } from '../codec/callables.ts'
import { decodingContext, encodingContext, runWithOwnSlots } from '../codec/context-slots.ts'
import { reviveBody } from '../codec/prepare.ts'
import { span } from '../trace/spans.ts'
import { actorMaker, methodOfActor } from './actor.ts'
import { contextExports } from './load-context.ts'
import type { TaskIo, TaskReport } from './task-io.ts'

/** Makes encoded calls one after the other, awaits what each returns, and writes the results. */
export async function runCall(bytes: Uint8Array, io: TaskIo): Promise<TaskReport> {
  const call = decode(bytes, io)
  const fn = await functionOf(call, io)
  const results = new ResultEncoder(encodingContext())
  for (let index = 0; index < call.count; index += 1) {
    try {
      // What an actor's constructor sets, or what a worker calls before it takes work, lasts as long as the process.
      const withSlots = call.isOfProcess ? (work: () => Promise<void>) => work() : runWithOwnSlots
      await withSlots(async () => {
        const args = await argumentsOf(call, index, io)
        io.signal.throwIfAborted()
        using _running = span(io.trace, 'run')
        addResult(results, call.name, await invoke(fn, args, call.name))
      })
      io.signal.throwIfAborted()
    } catch (error) {
      const failure = atCall(error, index)
      if (index === 0 || !isVolleyError(failure) || io.signal.aborted) throw failure
      // What was made is made: it is not lost because another call failed.
      await io.write([results.finish(errorToPlain(failure))])
      return nothingRead
    }
  }
  using _writing = span(io.trace, 'write')
  await io.write([results.finish()])
  return nothingRead
}

const nothingRead: TaskReport = { rows: 0, batches: 0 }

function decode(bytes: Uint8Array, io: TaskIo): DecodedCall {
  using _decoding = span(io.trace, 'decode')
  return decodeCall(bytes, io)
}

/** Reviving a function takes turns, reading what holds it takes none: with functions in them, arguments are read twice. */
async function argumentsOf(call: DecodedCall, index: number, io: TaskIo): Promise<readonly unknown[]> {
  using _decoding = span(io.trace, 'decode')
  const functions = new Map<string, Promise<UserFunction>>()
  const args = call.args(index, (body, name) => {
    if (!functions.has(keyOf(body))) functions.set(keyOf(body), reviveBody(body, name))
  })
  if (functions.size === 0) return args
  const live = new Map(await Promise.all([...functions].map(async ([key, fn]) => [key, await fn] as const)))
  return call.args(index, (body) => live.get(keyOf(body)))
}

const keyOf = ({ hash, member }: ShippedBody): string => `${hash} ${member}`

async function functionOf({ name, target }: DecodedCall, io: TaskIo): Promise<UserFunction> {
  using _reviving = span(io.trace, 'revive')
  switch (target.callee) {
    case 'named':
      return registered(name, target.signature)
    case 'function':
      return await reviveBody(target.body, name)
    case 'export':
      return exported(name)
    case 'class':
      return actorMaker(await reviveBody(target.body, name), name)
    case 'exportedClass':
      return actorMaker(exported(target.exportName), name)
    case 'method':
      return methodOfActor(target.method, name)
  }
}

/** An export of the worker-context module: a function, or one made with `udf()`. */
function exported(name: string): UserFunction {
  const exports = contextExports()
  const found: unknown = Object.hasOwn(exports, name) ? Reflect.get(exports, name) : undefined
  if (isScalarUdf(found) && found.definition.body.kind === 'live') return found.definition.body.fn
  if (typeof found === 'function') return found as UserFunction
  const names = Object.keys(exports).filter((key) => typeof Reflect.get(exports, key) === 'function')
  const hint = didYouMean(name, names, 'Export it from the module that the pool names as workerContext')
  throw new WireError(
    'wire_not_registered',
    `Cannot call "${name}": the worker context exports no function of that name. ${hint}`,
    { details: { function: name } },
  )
}

function registered(name: string, signature: Uint8Array): UserFunction {
  const context = decodingContext()
  const { body } = findByName('scalar', name, signature, context)
  return body.kind === 'live' ? body.fn : unregistered(name, context, 'scalar')
}

async function invoke(fn: UserFunction, args: readonly unknown[], name: string): Promise<unknown> {
  try {
    return await fn(...args)
  } catch (thrown) {
    throw userFailure(name, '', thrown, {})
  }
}

/** Reading a result calls the user's code as well: its getters. */
function addResult(results: ResultEncoder, name: string, result: unknown): void {
  try {
    results.add(name, result)
  } catch (error) {
    throw error instanceof ShippingError ? error : userFailure(name, '', error, {})
  }
}

/** The error with the position of the call that it ended, which whoever made the calls takes off again. */
function atCall(error: unknown, call: number): unknown {
  return isVolleyError(error) ? Object.assign(error, { details: { ...error.details, call } }) : error
}
