// One task from its bytes to the last byte of its result: decode under the worker context, revive functions, compile,
// batches through the pipeline, Arrow stream out. Runs in workers, and in this process for the in-process backend.

import { fromRecordBatch } from '../../functions/column/arrow.ts'
import type { Batch } from '../../functions/column/column.ts'
import type { CodecContext } from '../../functions/contract/codec-context.ts'
import type { Udf } from '../../functions/contract/udf.ts'
import { fromArrowSchema } from '../../functions/types/arrow.ts'
import type { Schema } from '../../functions/types/type.ts'
import { prepareProgram, prepareUdf } from '../codec/prepare.ts'
import { RecentlyUsed } from '../codec/recently-used.ts'
import { type DecodedTask, decodeProgram, decodeTask } from '../codec/task-codec.ts'
import { MemoryBudget } from '../engine/memory-budget.ts'
import { CompiledPipeline } from '../engine/pipeline.ts'
import type { Program } from '../program/program.ts'
import { udfsIn } from '../program/udfs-in.ts'
import { readArrowStreams } from '../source/arrow/read-streams.ts'
import { readPartition } from '../source/formats.ts'
import type { SourceSpec } from '../source/source.ts'
import { span } from '../trace/spans.ts'
import type { TaskIo, TaskReport } from './task-io.ts'
import { TaskOutput } from './task-output.ts'

/**
 * Runs an encoded task.
 *
 * @param context - What the task is decoded under. Default: the worker context, else the global one.
 */
export async function runTask(bytes: Uint8Array, io: TaskIo, context?: CodecContext): Promise<TaskReport> {
  const task = decode(bytes, io, context)
  const compiled = await compile(task, io, context)
  using _running = span(io.trace, 'run')
  const budget = new MemoryBudget(task.maxMemoryBytes)
  const pipeline = compiled.start(budget, task.partitionIndex)
  await using output = await TaskOutput.start(task, compiled, io, budget)
  for await (const batch of readBatches(task, io)) {
    output.read(batch.length)
    const result = pipeline.push(batch)
    if (result !== undefined) {
      await output.write(result)
      if (output.freesBatches) pipeline.recycle(result)
    }
    io.signal.throwIfAborted()
    if (pipeline.done) break
  }
  for (const result of pipeline.finish()) await output.write(result)
  return output.end()
}

interface CachedProgram {
  readonly compiled: Promise<CompiledPipeline>
  /** Functions that came by name: the same name may have come to mean another function. */
  readonly named: readonly Udf[]
}

/** Compiled programs by their hash and the schema they are for. */
const cachedPrograms = new RecentlyUsed<CachedProgram>(100)

function decode(bytes: Uint8Array, io: TaskIo, context: CodecContext | undefined): DecodedTask {
  using _decoding = span(io.trace, 'decode')
  return decodeTask(bytes, io, context)
}

function programOf(task: DecodedTask, io: TaskIo, context: CodecContext | undefined): Program {
  using _decoding = span(io.trace, 'decode')
  return decodeProgram(task.programBytes, io, context)
}

async function revive(program: Program, io: TaskIo): Promise<Program> {
  using _reviving = span(io.trace, 'revive')
  return await prepareProgram(program)
}

function compileProgram(schema: Schema, program: Program, io: TaskIo): CompiledPipeline {
  using _compiling = span(io.trace, 'compile')
  return new CompiledPipeline(schema, program)
}

/** The task's program, revived and compiled; a program that came before is compiled already. */
async function compile(task: DecodedTask, io: TaskIo, context: CodecContext | undefined): Promise<CompiledPipeline> {
  const { schema } = task.source
  // Decoded every time: whether code may come in, and what a name stands for, is the context's to say.
  const program = programOf(task, io, context)
  const named = [...udfsIn(program)].filter((udf) => udf.body.kind === 'live')
  const key = `${task.programHash} ${JSON.stringify(schema)}`
  let cached = cachedPrograms.get(key)
  if (cached === undefined || named.some((udf, i) => udf !== cached?.named[i])) {
    cached = { named, compiled: revive(program, io).then((prepared) => compileProgram(schema, prepared, io)) }
  }
  cachedPrograms.set(key, cached)
  try {
    return await cached.compiled
  } catch (error) {
    cachedPrograms.delete(key)
    throw error
  }
}

/** The source, with its function brought to life if it is one's. */
async function liveSource(spec: SourceSpec): Promise<SourceSpec> {
  return spec.kind === 'function' ? { ...spec, udf: await prepareUdf(spec.udf) } : spec
}

/** The task's input as batches. */
async function* readBatches({ source }: DecodedTask, io: TaskIo): AsyncGenerator<Batch> {
  if (source.kind === 'partition') {
    const spec = await liveSource(source.spec)
    const { partition, columns, schema, predicate } = source
    const options = { columns, predicate, dictionaries: 'keep', signal: io.signal } as const
    for await (const batch of readPartition(spec, partition, options)) {
      yield fromRecordBatch(batch, schema)
    }
    return
  }
  for await (const { schema, batches } of readArrowStreams(io.input)) {
    const columns = fromArrowSchema(schema)
    for await (const batch of batches) yield fromRecordBatch(batch, columns)
  }
}
