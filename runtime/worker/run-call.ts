// One call of a shipped function from its bytes to the bytes of its result. Runs in workers only: it brings code to
// life. A function is revived once per worker, so what it keeps in its closure outlives the call.

import type { UserFunction } from '../../functions/contract/udf.ts'
import { ShippingError } from '../../functions/errors.ts'
import { userFailure } from '../../functions/udf/failure.ts'
import { findByName, unregistered } from '../codec/by-name.ts'
import { type DecodedCall, decodeCall, encodeResult } from '../codec/call-codec.ts'
import { decodingContext, encodingContext } from '../codec/context-slots.ts'
import { reviveBody } from '../codec/prepare.ts'
import type { TaskIo, TaskReport } from './task-io.ts'

/** Runs an encoded call, awaits what it returns, and writes the result. */
export async function runCall(bytes: Uint8Array, io: TaskIo): Promise<TaskReport> {
  const call = decodeCall(bytes, io)
  const fn = await functionOf(call)
  const args = call.args()
  io.signal.throwIfAborted()
  const result = await invoke(fn, args, call.name)
  io.signal.throwIfAborted()
  await io.write([encode(call.name, result)])
  return { rows: 0, batches: 0 }
}

async function functionOf({ name, target }: DecodedCall): Promise<UserFunction> {
  return target.by === 'name' ? registered(name, target.signature) : reviveBody(target.body, name)
}

function registered(name: string, signature: Uint8Array): UserFunction {
  const context = decodingContext()
  const { body } = findByName('scalar', name, signature, context)
  return body.kind === 'live' ? body.fn : unregistered(name, context)
}

async function invoke(fn: UserFunction, args: readonly unknown[], name: string): Promise<unknown> {
  try {
    return await fn(...args)
  } catch (thrown) {
    throw userFailure(name, '', thrown, {})
  }
}

/** Reading a result calls the user's code as well: its getters. */
function encode(name: string, result: unknown): Uint8Array {
  try {
    return encodeResult(name, result, encodingContext())
  } catch (error) {
    throw error instanceof ShippingError ? error : userFailure(name, '', error, {})
  }
}
