// Everything a pool and a worker say to each other, in both directions, and the file descriptors they say it on.
// What a worker sends is hostile input: `parseWorkerMessage` copies what it knows and refuses the rest. It must
// never hand on an object that a worker made.

import {
  type ErrorCode,
  type ErrorDetails,
  errorCategories,
  type PlainData,
  WorkerError,
} from '../../functions/errors.ts'
import type { TaskProgress, TaskStats } from '../backend.ts'
import { maxSpans, type Span, workerSpanNames } from '../trace/spans.ts'

/** Result bytes, worker to pool, unless they are in the message that the task is done: nothing but the tasks' own bytes, one task after the other. */
export const resultFd = 3
/**
 * Pool to worker: artifacts and tasks that are too large for their messages, in the order of the messages; behind its task
 * an input in chunks, each behind its 32-bit length; length 0 ends them.
 */
export const inputFd = 4
/** Control messages, both ways. */
export const controlFd = 5

/**
 * Where the bytes are that belong to a message: behind it, in its frame, which is one channel less to wait for, as long as a
 * task and its artifacts have no more than `maxContentBytes` together; or so many on fd 4.
 */
export type Placement = 'in-frame' | number

export type PoolMessage =
  /** First of all. The worker loads its context and answers `ready` or `start-failed`. */
  | { readonly kind: 'start'; readonly workerContext?: string; readonly ownGroup: boolean }
  /** Keep these bytes, under this hash, until told to drop them. */
  | { readonly kind: 'artifact'; readonly hash: string; readonly placement: Placement }
  /** Forget that artifact. */
  | { readonly kind: 'drop'; readonly hash: string }
  /** Every artifact that it refers to was sent before. The input's chunks follow on fd 4 if `hasInput`. */
  | {
      readonly kind: 'task'
      readonly id: number
      readonly placement: Placement
      readonly hasInput: boolean /** Tell at its end what took time. */
      readonly trace?: boolean
    }
  /** Stop that task and answer `failed`. */
  | { readonly kind: 'cancel'; readonly id: number }
  /** Leave, now and of your own will. A channel that closes without it means that the pool's process is gone. */
  | { readonly kind: 'exit' }

export type WorkerMessage =
  | ReadyMessage
  | { readonly kind: 'start-failed'; readonly error: WorkerFault }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: TaskProgress }
  /**
   * `stats.bytes` is the size of the result: what the task put on fd 3, all of it written; or what is in the frame, if it is
   * so small that nothing was put there.
   */
  | {
      readonly kind: 'done'
      readonly id: number
      readonly stats: TaskStats
      readonly content: Uint8Array
      readonly spans?: readonly Span[]
    }
  /** `bytes` is what the task put on fd 3 before it failed; the pool reads them off. */
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly bytes: number
      readonly error: WorkerFault
      /** Set when the worker is to serve no other task: what it is made of was damaged. */
      readonly unfit?: true
      readonly spans?: readonly Span[]
    }

/** What a worker tells of itself once it can take tasks. */
export interface WorkerInfo {
  /** Its process id. */
  readonly pid: number
  /** Its version of Node, such as `v24.1.0`. */
  readonly node: string
  /** Names of the functions that its context registered. */
  readonly functions: readonly string[]
  /** Hash over them, so that a sender can tell whether both sides mean the same. */
  readonly hash: string
}

interface ReadyMessage extends WorkerInfo {
  readonly kind: 'ready'
}

/** An error as it crosses the control channel (`PlainError` of functions/errors.ts). */
export interface WorkerFault {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
  readonly stack?: string
}

/**
 * Checks what a worker sent and copies it.
 *
 * @param content - The bytes in its frame.
 * @throws {WorkerError} `protocol_error`, naming the field, for anything that is not exactly a message.
 */
export function parseWorkerMessage(value: unknown, content: Uint8Array): WorkerMessage {
  const message = asRecord(value, 'message')
  if (content.length > 0 && message.kind !== 'done') throw refuse('content', 'empty')
  switch (message.kind) {
    case 'ready':
      return {
        kind: 'ready',
        pid: asCount(message.pid, 'pid'),
        node: asText(message.node, 'node', 100),
        functions: asList(message.functions, 'functions', 50_000).map((name) => asText(name, 'functions', 1000)),
        hash: asText(message.hash, 'hash', 200),
      }
    case 'start-failed':
      return { kind: 'start-failed', error: asFault(message.error) }
    case 'progress':
      return { kind: 'progress', id: asCount(message.id, 'id'), progress: asProgress(message.progress) }
    case 'done':
      return {
        kind: 'done',
        id: asCount(message.id, 'id'),
        stats: asStats(message.stats),
        content,
        ...asSpans(message),
      }
    case 'failed':
      return {
        kind: 'failed',
        id: asCount(message.id, 'id'),
        bytes: asCount(message.bytes, 'bytes'),
        error: parseTaskFault(message.error),
        ...(message.unfit === true ? { unfit: true } : {}),
        ...asSpans(message),
      }
    default:
      throw refuse('kind', 'a known kind of message')
  }
}

function asProgress(value: unknown): TaskProgress {
  const progress = asRecord(value, 'progress')
  return {
    rows: asCount(progress.rows, 'rows'),
    batches: asCount(progress.batches, 'batches'),
    ...(progress.rowsRead === undefined ? {} : { rowsRead: asCount(progress.rowsRead, 'rowsRead') }),
    ...(progress.rowsTotal === undefined ? {} : { rowsTotal: asCount(progress.rowsTotal, 'rowsTotal') }),
  }
}

function asStats(value: unknown): TaskStats {
  const stats = asRecord(value, 'stats')
  return {
    ...asProgress(stats),
    bytes: asCount(stats.bytes, 'bytes'),
    elapsedMs: asNumber(stats.elapsedMs, 'elapsedMs'),
    ...(stats.metrics === undefined ? {} : { metrics: asMetrics(stats.metrics) }),
  }
}

function asSpans({ spans }: Record<string, unknown>): { readonly spans?: readonly Span[] } {
  if (spans === undefined) return {}
  return {
    spans: asList(spans, 'spans', maxSpans).map((given) => {
      const [name, startMs, durationMs] = asList(given, 'spans', 3)
      const known = workerSpanNames.find((candidate) => candidate === name)
      if (known === undefined) throw refuse('spans', 'of known names')
      return [known, asNumber(startMs, 'spans'), asNumber(durationMs, 'spans')]
    }),
  }
}

function asMetrics(value: unknown): { readonly [name: string]: number } {
  const entries = Object.entries(asRecord(value, 'metrics'))
  if (entries.length > 200) throw refuse('metrics', 'at most 200 entries')
  return Object.fromEntries(entries.map(([name, metric]) => [name, asNumber(metric, 'metrics')]))
}

/** What only a pool can say of a task: code in a worker must not pass for it. */
const poolCodes: ReadonlySet<string> = new Set([
  'queue_full',
  'closed',
  'timeout',
  'log_limit',
  'worker_lost',
  'actor_lost',
  'actor_limit',
  'start_failed',
])

/**
 * Checks and copies the error of a task, or of a call in it, that a worker sent.
 *
 * @throws {WorkerError} `protocol_error` for what is none, and for codes that only a pool can give.
 */
export function parseTaskFault(value: unknown): WorkerFault {
  const fault = asFault(value)
  if (poolCodes.has(fault.code)) throw refuse('error.code', 'a code that a task can end with')
  return fault
}

function asFault(value: unknown): WorkerFault {
  const error = asRecord(value, 'error')
  return {
    code: asCode(error.code),
    message: asText(error.message, 'error.message'),
    details: asDetails(error.details),
    ...(error.stack === undefined ? {} : { stack: asText(error.stack, 'error.stack') }),
  }
}

function asCode(value: unknown): ErrorCode {
  const code = asText(value, 'error.code', 100)
  if (Object.hasOwn(errorCategories, code) || /^(closure|wire)_[a-z0-9_]+$/.test(code)) return code as ErrorCode
  throw refuse('error.code', 'a known code')
}

function asDetails(value: unknown): ErrorDetails {
  return copyPlain(asRecord(value, 'error.details'), 0) as ErrorDetails
}

function copyPlain(value: unknown, depth: number): PlainData {
  if (depth > 16) throw refuse('error.details', 'at most 16 levels deep')
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return value
  if (Array.isArray(value)) return value.map((item) => copyPlain(item, depth + 1))
  const entries = Object.entries(asRecord(value, 'error.details')).filter(([key]) => key !== '__proto__')
  return Object.fromEntries(entries.map(([key, item]) => [key, copyPlain(item, depth + 1)]))
}

function asRecord(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw refuse(field, 'an object')
}

function asList(value: unknown, field: string, maxLength: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= maxLength) return value
  throw refuse(field, `a list of at most ${maxLength}`)
}

function asText(value: unknown, field: string, maxLength = Number.POSITIVE_INFINITY): string {
  if (typeof value === 'string' && value.length <= maxLength) return value
  throw refuse(field, Number.isFinite(maxLength) ? `a text of at most ${maxLength} characters` : 'a text')
}

function asCount(value: unknown, field: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw refuse(field, 'a count')
}

function asNumber(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw refuse(field, 'a finite number')
}

function refuse(field: string, wanted: string): WorkerError {
  return new WorkerError('protocol_error', `Cannot accept a worker's message: '${field}' must be ${wanted}`, {
    details: { field },
  })
}
