// What a worker does with the bytes it is given: the family in front says whether they are a task or a call.

import { runWithOwnSlots } from '../codec/context-slots.ts'
import { runCall } from './run-call.ts'
import { runTask } from './run-task.ts'
import type { RunTask } from './task-io.ts'

/** Runs a task or a call. */
export const runWork: RunTask = (bytes, io) =>
  isCall(bytes) ? runCall(bytes, io) : runWithOwnSlots(() => runTask(bytes, io))

// Whatever is not a call is for the task codec to refuse.
const isCall = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset).toString('latin1', 0, 7) === 'VLYCALL'
