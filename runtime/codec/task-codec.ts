// Tasks to bytes under the sender context, and back under the worker context. The program is a payload of its own inside
// the task's: the tasks of a job share its bytes, and a worker knows a program it has compiled before by their hash.

import { hash } from 'node:crypto'
import { WireError } from '../../functions/errors.ts'
import { decodingContext, encodingContext } from '../context/slots.ts'
import type { Program } from '../program/program.ts'
import type { Task } from '../task.ts'
import type { CodecContext } from './context.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from './envelope.ts'
import { decodeGraph, encodeGraph } from './graph-codec.ts'
import { validateProgram } from './validate-program.ts'
import { PartBudget } from './validate-type.ts'

/** Encodes the tasks of a job, a program that several share once. */
export class TaskEncoder {
  readonly #context: CodecContext
  readonly #programs = new Map<Program, { readonly payload: Uint8Array; readonly inline: boolean }>()

  /** @param context - Default: the sender context, else inlining. */
  constructor(context?: CodecContext) {
    this.#context = encodingContext(context)
  }

  /** @throws {ShippingError} When a function in the task's expressions cannot travel. */
  encode({ program, ...task }: Task): Uint8Array {
    let encoded = this.#programs.get(program)
    if (encoded === undefined) {
      encoded = encodeGraph(program, this.#context)
      this.#programs.set(program, encoded)
    }
    const { payload } = encodeGraph({ ...task, program: [encoded.payload] }, this.#context)
    return encodeEnvelope('VLYTASK', encoded.inline ? FLAG_INLINE_CODE : 0, payload)
  }
}

/** A task whose program is still bytes. */
export interface DecodedTask extends Omit<Task, 'program'> {
  readonly programBytes: Uint8Array
  /** The same for the same program, whatever task it is in. */
  readonly programHash: string
}

/** @throws {WireError} When the bytes are no task. */
export function decodeTask(bytes: Uint8Array, context?: CodecContext): DecodedTask {
  const { payload } = decodeEnvelope(bytes, 'VLYTASK')
  const task = decodeGraph(payload, decodingContext(context)) as Partial<DecodedTask & { program: readonly unknown[] }>
  const programBytes = task?.program?.[0]
  const { source, writes, maxMemoryBytes } = task ?? {}
  if (
    source === undefined ||
    writes === undefined ||
    maxMemoryBytes === undefined ||
    !(programBytes instanceof Uint8Array)
  ) {
    throw new WireError('wire_damaged', 'Cannot read a task: the payload is none')
  }
  return { source, writes, maxMemoryBytes, programBytes, programHash: hash('sha256', programBytes) }
}

/** @throws {WireError} When the bytes are no program, or the context refuses what is in them. */
export function decodeProgram(bytes: Uint8Array, context?: CodecContext): Program {
  const program = decodeGraph(bytes, decodingContext(context))
  validateProgram(program, new PartBudget(bytes.length))
  return program
}
