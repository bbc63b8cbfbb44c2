// Tasks to bytes under the sender context, and back under the worker context. The program is an artifact, and so is the
// body of each function in it: the tasks of a job refer to them, and a worker knows what it has compiled before by its hash.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { ShippedBody } from '../../functions/contract/udf.ts'
import { WireError } from '../../functions/errors.ts'
import type { Schema } from '../../functions/types/type.ts'
import type { Artifact } from '../backend.ts'
import type { Program } from '../program/program.ts'
import type { Task } from '../program/task.ts'
import { udfsIn } from '../program/udfs-in.ts'
import { ArtifactCollector, type ArtifactSource, type EncodedTask, findArtifact } from './artifacts.ts'
import { captureBodies } from './bodies.ts'
import { decodingContext, encodingContext } from './context-slots.ts'
import { decodeEnvelope, encodeEnvelope, FLAG_INLINE_CODE } from './envelope.ts'
import { decodeGraph, encodeGraph } from './graph-codec.ts'
import { type PackedSource, packSource, unpackSource } from './task-source.ts'
import { validateProgram } from './validate-program.ts'
import { NodeBudget } from './validate-type.ts'

interface EncodedProgram {
  readonly reference: Uint8Array
  /** The program, and what that refers to. */
  readonly artifacts: readonly Artifact[]
  /** Whether there is code among them. */
  readonly inline: boolean
}

/** Encodes the tasks of a job, a program that several share once. */
export class TaskEncoder {
  readonly #context: CodecContext
  readonly #programs = new Map<Program, EncodedProgram>()
  readonly #schemas = new Map<Schema, Uint8Array>()
  readonly #bodies: ReadonlyMap<unknown, ShippedBody>

  /**
   * Captures the functions of a job, all of them at once: what they share stays shared.
   *
   * @param programs - Of all tasks.
   * @param context - Default: the sender context, else inlining.
   * @throws {ShippingError} When one cannot travel.
   */
  constructor(programs: Iterable<Program>, context?: CodecContext) {
    this.#context = encodingContext(context)
    const udfs = new Set([...programs].flatMap((program) => [...udfsIn(program)]))
    this.#bodies = captureBodies(udfs, this.#context)
  }

  encode({ program, ...task }: Task): EncodedTask {
    let encoded = this.#programs.get(program)
    if (encoded === undefined) {
      encoded = this.#encodeProgram(program)
      this.#programs.set(program, encoded)
    }
    const source = packSource(task.source, this.#schemas)
    const { payload, inline } = encodeGraph({ ...task, source, program: encoded.reference }, this.#context)
    const bytes = encodeEnvelope('VLYTASK', encoded.inline || inline ? FLAG_INLINE_CODE : 0, payload)
    return { task: bytes, artifacts: encoded.artifacts }
  }

  #encodeProgram(program: Program): EncodedProgram {
    const collector = new ArtifactCollector()
    const { payload, inline } = encodeGraph(program, this.#context, {
      label: 'the program',
      artifacts: collector,
      bodiesOf: () => this.#bodies,
    })
    const reference = collector.add(encodeEnvelope('VLYPROG', inline ? FLAG_INLINE_CODE : 0, payload))
    return { reference, artifacts: collector.artifacts, inline }
  }
}

/** A task whose program is still bytes. */
export interface DecodedTask extends Omit<Task, 'program'> {
  readonly programBytes: Uint8Array
  /** The same for the same program, whatever task it is in. */
  readonly programHash: string
}

/** @throws {WireError} When the bytes are not a task, or its program is not among the artifacts. */
export function decodeTask(bytes: Uint8Array, artifacts: ArtifactSource, context?: CodecContext): DecodedTask {
  const { payload } = decodeEnvelope(bytes, 'VLYTASK')
  const task = decodeGraph(payload, decodingContext(context)) as Partial<
    Omit<Task, 'program' | 'source'> & { program: unknown; source: PackedSource }
  >
  const { source, partitionIndex, writes, maxMemoryBytes, sink, program } = task ?? {}
  if (
    source === undefined ||
    partitionIndex === undefined ||
    writes === undefined ||
    maxMemoryBytes === undefined ||
    program === undefined
  ) {
    throw new WireError('wire_damaged', 'Cannot read a task: the payload is not one')
  }
  const { bytes: programBytes, hash: programHash } = findArtifact(program, artifacts, 'the program of a task')
  const decoded = { source: unpackSource(source), partitionIndex, writes, maxMemoryBytes, programBytes, programHash }
  return sink === undefined ? decoded : { ...decoded, sink }
}

/**
 * @throws {WireError} When the bytes are not a program, a function's body is not among the artifacts, or the context refuses
 * what is in them.
 */
export function decodeProgram(bytes: Uint8Array, artifacts: ArtifactSource, context?: CodecContext): Program {
  const { payload } = decodeEnvelope(bytes, 'VLYPROG')
  const program = decodeGraph(payload, decodingContext(context), artifacts)
  validateProgram(program, new NodeBudget(bytes.length))
  return program
}
