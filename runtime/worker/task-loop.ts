// The life of a worker process: load the context, say `ready`, then one task after the other until told to leave.
// It moves bytes and messages around a `RunTask`; it must never look into a task, and never load the pool.

import type { Socket } from 'node:net'
import { CancelledError, errorToPlain, isVolleyError, UdfError } from '../../functions/errors.ts'
import type { TaskProgress } from '../backend.ts'
import type { PoolMessage } from '../pool/protocol.ts'
import { span, TaskSpans } from '../trace/spans.ts'
import { type Control, openControl } from './control.ts'
import { InputReader } from './input-reader.ts'
import { replacedIntrinsic } from './intrinsics.ts'
import { lockProcess } from './lock-process.ts'
import { installLogStreams } from './log-streams.ts'
import { isResultPipeOpen, openResults, ResultWriter } from './result-writer.ts'
import type { RunTask, TaskIo } from './task-io.ts'

export type { RunTask, TaskIo } from './task-io.ts'

/** What loading the worker context brought. */
export interface LoadedContext {
  /** Names of the registered functions. */
  readonly functions: readonly string[]
  readonly hash: string
}

export interface TaskLoopHooks {
  /**
   * Loads the worker context before the worker is ready. `workerContext` is the module's URL, if the pool has one.
   * By default the module is imported and nothing is reported.
   */
  loadContext?(workerContext: string | undefined): Promise<LoadedContext>
}

type TaskMessage = Extract<PoolMessage, { kind: 'task' }>
type ArtifactMessage = Extract<PoolMessage, { kind: 'artifact' }>
/** What the pool has this worker keep, by hash. */
type Artifacts = Map<string, Uint8Array>

/**
 * Serves tasks until the pool says `exit` or is gone. Call it once, from a process that a pool started.
 *
 * @param runTask - Runs one task; what it throws is sent to the pool as the task's error.
 */
export function startTaskLoop(runTask: RunTask, hooks: TaskLoopHooks = {}): void {
  installLogStreams()
  // Of a worker in a cage, whose process was started with the permission model.
  if (process.permission !== undefined) lockProcess()
  const artifacts: Artifacts = new Map()
  const channels = { input: new InputReader(), results: openResults(), artifacts }
  let running: { readonly id: number; readonly controller: AbortController } | undefined
  let last = Promise.resolve()

  const control = openControl((message, content) => {
    if (message.kind === 'start') last = last.then(() => start(control, hooks, message.workerContext))
    if (message.kind === 'artifact') last = last.then(() => keep(message, content, channels))
    if (message.kind === 'drop') last = last.then(() => void artifacts.delete(message.hash))
    if (message.kind === 'cancel' && message.id === running?.id) running.controller.abort(cancelled())
    if (message.kind !== 'task') return
    // Known from here on, before its turn: a `cancel` may come first.
    running = { id: message.id, controller: new AbortController() }
    const { signal } = running.controller
    last = last.then(() => serve(message, content, runTask, { ...channels, control, signal }))
  })
}

async function start(control: Control, hooks: TaskLoopHooks, workerContext: string | undefined): Promise<void> {
  try {
    const { functions, hash } = await (hooks.loadContext ?? importContext)(workerContext)
    control.send({ kind: 'ready', pid: process.pid, node: process.version, functions, hash })
  } catch (thrown) {
    control.send({ kind: 'start-failed', error: errorToPlain(thrown) })
  }
}

async function importContext(workerContext: string | undefined): Promise<LoadedContext> {
  if (workerContext !== undefined) await import(workerContext)
  return { functions: [], hash: '' }
}

/** A failure ends the process, as it should: the pool relies on the artifact being kept. */
async function keep(
  { hash, placement }: ArtifactMessage,
  content: Uint8Array,
  { input, artifacts }: Pick<Channels, 'input' | 'artifacts'>,
): Promise<void> {
  // A copy, so that a small artifact does not hold on to the large piece of memory that it was read into.
  artifacts.set(hash, new Uint8Array(await input.content(placement, content)))
}

interface Channels {
  readonly control: Control
  readonly input: InputReader
  readonly results: Socket
  readonly artifacts: Artifacts
  readonly signal: AbortSignal
}

async function serve(message: TaskMessage, content: Uint8Array, runTask: RunTask, channels: Channels): Promise<void> {
  const { id, placement, hasInput } = message
  const { control, input, results, artifacts, signal } = channels
  const startedAt = performance.now()
  const trace = message.trace === true ? new TaskSpans() : undefined
  const writer = new ResultWriter(results, signal)
  const io: TaskIo = {
    input: hasInput ? input.begin(signal) : nothing(),
    artifact: (hash) => artifacts.get(hash),
    write: (chunks) => writer.write(chunks),
    signal,
    trace,
    progress: throttle((progress) => {
      if (writer.isOpen) control.send({ kind: 'progress', id, progress })
    }),
  }
  const receive = async (): Promise<Uint8Array> => {
    using _receiving = span(trace, 'receive')
    return await input.content(placement, content)
  }
  const spans = () => (trace === undefined ? {} : { spans: trace.spans })
  try {
    const reported = await runTask(await receive(), io)
    const rest = await writer.finish()
    const elapsedMs = performance.now() - startedAt
    control.send({
      kind: 'done',
      id,
      stats: { ...reported, bytes: writer.count, elapsedMs },
      content: rest,
      ...spans(),
    })
  } catch (thrown) {
    writer.close()
    const replaced = replacedIntrinsic()
    const error = errorToPlain(signal.aborted ? signal.reason : blame(thrown, replaced))
    const unfit = replaced !== undefined || !results.writable || !isResultPipeOpen()
    control.send({ kind: 'failed', id, bytes: writer.written, error, ...(unfit ? { unfit } : {}), ...spans() })
  }
  if (hasInput) await input.skip()
}

/** Code that replaces what the worker is made of makes it fail anywhere. */
function blame(thrown: unknown, replaced: string | undefined): unknown {
  if (replaced === undefined || isVolleyError(thrown)) return thrown
  const message = `Cannot finish the task: one of its functions replaced ${replaced}, which the worker needs; leave built-ins as they are`
  return new UdfError('udf_failed', message, { details: { replaced }, cause: thrown })
}

function cancelled(): CancelledError {
  return new CancelledError('cancelled', 'Cannot finish the task: it was cancelled')
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** At most one report in 50 ms, the first after that time: a task may have thousands of batches, or end at once. */
function throttle(send: (progress: TaskProgress) => void): (progress: TaskProgress) => void {
  let next = performance.now() + 50
  return (progress) => {
    const now = performance.now()
    if (now < next) return
    next = now + 50
    send(progress)
  }
}
