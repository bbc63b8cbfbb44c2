// Tasks to bytes under the sender context, and back under the worker context.

import { WireError } from '../../functions/errors.ts'
import { decodingContext, encodingContext } from '../context/slots.ts'
import type { Task } from '../task.ts'
import type { CodecContext } from './context.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from './envelope.ts'
import { decodeGraph, encodeGraph } from './graph-codec.ts'

/** @throws {ShippingError} When a function in the task's expressions cannot travel. */
export function encodeTask(task: Task, context?: CodecContext): Uint8Array {
  const { payload, inline } = encodeGraph(task, encodingContext(context))
  return encodeEnvelope('VLYTASK', inline ? FLAG_INLINE_CODE : 0, payload)
}

/** @throws {WireError} When the bytes are no task, or the context refuses what is in them. */
export function decodeTask(bytes: Uint8Array, context?: CodecContext): Task {
  const { payload } = decodeEnvelope(bytes, 'VLYTASK')
  const task = decodeGraph(payload, decodingContext(context))
  if (typeof task === 'object' && task !== null && 'program' in task && 'source' in task) return task as Task
  throw new WireError('wire_damaged', 'Cannot read a task: the payload is none')
}
