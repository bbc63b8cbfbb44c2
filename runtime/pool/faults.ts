// The errors a pool raises about tasks and workers: their codes, their texts, their details. They are made here and
// thrown elsewhere.

import { tmpdir } from 'node:os'
import { CancelledError, isVolleyError, ResourceError, type VolleyError, WorkerError } from '../../functions/errors.ts'
import type { Exit } from './exit.ts'
import { isOutOfHeap } from './losses.ts'

/** The error of a task whose worker ended under it. */
export function lossError(pid: number, exit: Exit, output: string): VolleyError {
  const details = { pid, exitCode: exit.code, signal: exit.signal, output }
  if (isOutOfHeap(output)) {
    const message = `Cannot finish the task: worker ${pid} ran out of heap; raise maxOldSpaceMb or use smaller partitions`
    return new ResourceError('memory_limit', message, { details })
  }
  const message = `Cannot finish the task: worker ${pid} ${describe(exit)}${quote(output)}`
  return new WorkerError('worker_lost', message, { details })
}

/**
 * The error of whoever had a worker for itself that is no more.
 *
 * @param failure - The task's error that it ended with, if there was one.
 */
export function stateLost(holder: string, pid: number, exit: Exit, failure: Error | undefined): WorkerError {
  const isByItself = failure === undefined || (isVolleyError(failure) && failure.code === 'worker_lost')
  const how = isByItself ? describe(exit) : `was ended with a call that failed (${failure.message})`
  const message = `Cannot call the ${holder}: its worker ${pid} ${how}, and its state with it. Make a new one, or allow it to be made anew with { restart: 1 }`
  const details = { pid, exitCode: exit.code, signal: exit.signal }
  return new WorkerError('actor_lost', message, { details, cause: failure })
}

/** The error of whoever wants a worker for itself where there are as many as are allowed. */
export function tooManyActors(maxActors: number): ResourceError {
  const wayOut = 'end those that are done with end(), or raise maxActors'
  const message = `Cannot make an actor: the pool has ${maxActors} already, each with a process of its own; ${wayOut}`
  return new ResourceError('actor_limit', message, { details: { maxActors } })
}

/** The error of a worker that ended before it was ready. */
export function startError(exit: Exit, output: string): WorkerError {
  const details = { exitCode: exit.code, signal: exit.signal, output }
  const message = `Cannot start a worker: it ${describe(exit)}${quote(output)}`
  return new WorkerError('start_failed', message, { details, cause: exit.spawnError })
}

function describe(exit: Exit): string {
  if (exit.spawnError !== undefined) return `could not be spawned (${exit.spawnError.message})`
  if (exit.signal !== null) return `was ended by ${exit.signal}`
  return `exited with code ${exit.code}`
}

/**
 * What a process printed before its end, for a message: the error that ended it, where there is one, else its last lines.
 * Node prints the source, the error and its stack, in this order, and whatever the error holds: the end says nothing.
 */
function quote(output: string): string {
  const lines = output.split('\n')
  const at = lines.findLastIndex((line) => errorLine.test(line))
  if (at === -1) return output === '' ? '' : `; its last output: ${lines.slice(-12).join('\n')}`
  const end = lines.findIndex((line, i) => i > at && (stackLine.test(line) || line === ''))
  const message = lines.slice(at, end === -1 ? at + maxErrorLines : Math.min(end, at + maxErrorLines)).join('\n')
  const place = placeBefore(lines, at)
  return `; its last output: ${message.slice(0, maxErrorText)}${place === undefined ? '' : ` (${place})`}`
}

/** `TypeError: …`, `Error [ERR_MODULE_NOT_FOUND]: …`, `node: bad option: …`. */
const errorLine = /^(?:Uncaught )?(?:\w*(?:Error|Exception)(?: \[\w+\])?|FATAL ERROR|\S*node\S*): \S/
const stackLine = /^\s+at /
const maxErrorLines = 8
const maxErrorText = 2000

/** The position that Node prints above the source of what failed: `file:///…/context.ts:3`. */
function placeBefore(lines: readonly string[], at: number): string | undefined {
  const place = lines.slice(Math.max(0, at - 8), at).find((line) => /^(?:file:\/\/)?[/A-Z].*:\d+$/.test(line))
  return place?.replace(/^file:\/\//, '')
}

/** Somebody stopped it. */
export function cancelled(why: string, cause?: unknown): CancelledError {
  return new CancelledError('cancelled', `Cannot finish the task: ${why}`, { cause })
}

export function timedOut(timeoutMs: number): ResourceError {
  const message = `Cannot finish the task: it ran for more than ${timeoutMs} ms; raise timeoutMs if it needs longer`
  return new ResourceError('timeout', message, { details: { timeoutMs } })
}

export function tooMuchLog(maxLogBytes: number): ResourceError {
  const message = `Cannot keep the task's log: it printed more than ${maxLogBytes} bytes; print less or raise maxLogBytes`
  return new ResourceError('log_limit', message, { details: { maxLogBytes } })
}

/** A signal stopped the worker, and it does not go on. */
export function stopped(pid: number): WorkerError {
  const message = `Cannot finish the task: worker ${pid} was stopped by a signal, such as SIGSTOP, and did not go on`
  return new WorkerError('worker_lost', message, { details: { pid, state: 'stopped' } })
}

/** The worker did not keep to the protocol. */
export function broken(what: string): WorkerError {
  return new WorkerError('protocol_error', `Cannot trust the worker: ${what}`)
}

/** Its worker context is not the one of the workers before it. */
export function disagrees(): WorkerError {
  const what = 'Cannot use a worker: its worker context registers other functions than those of the workers before it'
  return new WorkerError('start_failed', `${what}. Close the pool and make it anew if the module was changed`)
}

export function leftBeforeWork({ code, signal }: Exit): WorkerError {
  const how = signal ?? `code ${code}`
  return new WorkerError('start_failed', `Cannot keep a worker: it was ready, then ended by itself with ${how}`)
}

/** @param cause - Of the last of them. */
export function killedAtStart(times: number, cause: Error): WorkerError {
  const message = `Cannot start a worker: ${times} in a row were killed while they started; look for what kills them, such as a limit of memory`
  return new WorkerError('start_failed', message, { cause })
}

export function closed(): CancelledError {
  return new CancelledError('closed', 'Cannot run the task: the pool is closed')
}

export function ended(holder: string): CancelledError {
  return new CancelledError('closed', `Cannot call the ${holder}: it has ended`)
}

/** The error of a pool that has no place for its workers' temporary files. */
export function noScratch(cause: unknown): WorkerError {
  const { code } = cause as NodeJS.ErrnoException
  const message = `Cannot start workers: they need a directory in "${tmpdir()}", where none can be made (${code}); name another place in TMPDIR`
  return new WorkerError('start_failed', message, { cause })
}

/** Forks of forks would multiply without anybody who counts them. */
export function forkInWorker(): WorkerError {
  const wayOut = 'a SessionContext made here runs its jobs in this process'
  return new WorkerError('start_failed', `Cannot fork workers from within a worker: ${wayOut}`)
}
