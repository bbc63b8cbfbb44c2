// What callers of WorkerPool can ask for, and the checks of it.

import type { CodecContext } from '../../functions/contract/codec-context.ts'
import {
  checkCallback,
  checkChoice,
  checkOptionNames,
  checkSignal,
  checkWhole,
  wrongOption,
} from '../../functions/options.ts'
import type { Isolation, LogStream } from '../backend.ts'

/** How calls are made, and what ends them early. */
export interface CallOptions {
  /**
   * Ends the calls when aborted: those that wait are dropped, those that run are stopped.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal
  /**
   * Wall-clock limit of one call, in milliseconds from 1; beyond it the call fails with `timeout`.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number
  /**
   * `shared`: a worker serves call after call. `job`: each call gets a process of its own.
   *
   * @defaultValue `'shared'`
   */
  readonly isolation?: Isolation
  /**
   * How often a call is made again whose worker was lost, from 0. What it had done until then is done again; its result is
   * given once. Other failures are not tried again.
   *
   * @defaultValue 0
   */
  readonly retries?: number
  /**
   * A whole number: of the calls that wait for a worker, those with the highest go first, and among equals the one that
   * came first. A call of low priority waits as long as there are others; nothing that runs is interrupted.
   *
   * @defaultValue 0
   */
  readonly priority?: number
  /**
   * The function's free names, given explicitly instead of read from its closure.
   *
   * @defaultValue read from its closure
   */
  readonly captures?: Readonly<Record<string, unknown>>
  /**
   * What functions are encoded under.
   *
   * @defaultValue the sender context, else by value
   */
  readonly context?: CodecContext
  /**
   * Limit of the size of one result, in bytes; beyond it the call fails with `size_limit`.
   *
   * @defaultValue 256 MiB
   */
  readonly maxResultBytes?: number
  /**
   * Gets what the function prints, chunk by chunk.
   *
   * @defaultValue it goes to this process's own stdout and stderr
   */
  onLog?(stream: LogStream, bytes: Uint8Array): void
}

/** How one call is made, and what ends it early. */
export interface SingleCallOptions extends CallOptions {
  /**
   * Memory of the arguments that is given away: once they are encoded, these buffers and the views of them are empty here,
   * so that there are never two copies of it in this process while the call is made.
   *
   * @defaultValue none
   */
  readonly transfer?: readonly ArrayBuffer[]
}

/** How far a `map` has come. */
export interface MapProgress {
  /** Calls that have returned. */
  readonly done: number
  /** Items in all, once the last one is known. */
  readonly total?: number
}

/** How calls for many items are made. */
export interface ManyOptions extends CallOptions {
  /**
   * How many messages with calls are in flight at a time, from 1.
   *
   * @defaultValue two per worker, so that no worker waits for its next call
   */
  readonly concurrency?: number
  /**
   * How many calls share a message, from 1. They are made by one worker, one after the other, so neither `timeoutMs` nor
   * `isolation: 'job'` can be given for them.
   *
   * @defaultValue 1, and up to 16 while calls take less than 4 ms and their items are at hand
   */
  readonly chunkSize?: number
}

/** How `map` makes its calls. */
export interface MapOptions extends ManyOptions {
  /**
   * Called after each call that has returned.
   *
   * @defaultValue nobody is told
   */
  onProgress?(progress: MapProgress): void
}

/** How `imap` and `imapUnordered` make their calls. */
export interface ImapOptions extends ManyOptions {
  /**
   * With so many results that wait for whoever iterates, no more calls are begun, from 1; what is in flight then comes
   * besides.
   *
   * @defaultValue as `concurrency`
   */
  readonly buffer?: number
}

const callOptions: Readonly<Record<keyof CallOptions, true>> = {
  signal: true,
  timeoutMs: true,
  isolation: true,
  priority: true,
  retries: true,
  captures: true,
  context: true,
  maxResultBytes: true,
  onLog: true,
}
const singleCallOptions: Readonly<Record<keyof SingleCallOptions, true>> = { ...callOptions, transfer: true }
const manyOptions: Readonly<Record<keyof ManyOptions, true>> = { ...callOptions, concurrency: true, chunkSize: true }
const mapOptions: Readonly<Record<keyof MapOptions, true>> = { ...manyOptions, onProgress: true }
const imapOptions: Readonly<Record<keyof ImapOptions, true>> = { ...manyOptions, buffer: true }

/** @throws {PlanError} `invalid_argument` */
export function checkCallOptions(options: SingleCallOptions): void {
  check(options, singleCallOptions)
  const { transfer } = options
  if (transfer === undefined) return
  if (!Array.isArray(transfer)) throw wrongOption('transfer', transfer, 'it is an array of ArrayBuffers')
  for (const buffer of transfer) {
    if (ArrayBuffer.isView(buffer)) throw wrongOption('transfer', buffer, 'it is a view, give its buffer')
    if (!(buffer instanceof ArrayBuffer)) throw wrongOption('transfer', buffer, 'only an ArrayBuffer can be given away')
    if (buffer.detached) throw wrongOption('transfer', buffer, 'it has been given away before')
  }
}

/** Gives away what was to be transferred. @throws {PlanError} `invalid_argument` for memory that cannot be. */
export function giveAway({ transfer = [] }: SingleCallOptions): void {
  for (const buffer of new Set(transfer)) {
    try {
      buffer.transfer(0)
    } catch {
      throw wrongOption('transfer', buffer, 'its memory cannot be given away, as that of WebAssembly')
    }
  }
}

/** @throws {PlanError} `invalid_argument` */
export function checkMapOptions(options: MapOptions): void {
  checkMany(options, mapOptions)
  checkCallback('onProgress', options.onProgress)
}

/** @throws {PlanError} `invalid_argument` */
export function checkImapOptions(options: ImapOptions): void {
  checkMany(options, imapOptions)
  checkWhole('buffer', options.buffer, 1)
}

function checkMany(options: ManyOptions, known: Readonly<Record<string, true>>): void {
  check(options, known)
  const { concurrency, chunkSize, timeoutMs, isolation } = options
  checkWhole('concurrency', concurrency, 1)
  checkWhole('chunkSize', chunkSize, 1)
  if (chunkSize === undefined || chunkSize === 1) return
  const alone = timeoutMs !== undefined ? 'timeoutMs' : isolation === 'job' ? "isolation: 'job'" : undefined
  if (alone === undefined) return
  throw wrongOption('chunkSize', chunkSize, `calls with ${alone} travel alone, leave one of the two out`)
}

function check(options: CallOptions, known: Readonly<Record<string, true>>): void {
  checkOptionNames(options, known, 'a call')
  checkWhole('timeoutMs', options.timeoutMs, 1)
  checkWhole('maxResultBytes', options.maxResultBytes, 0)
  checkChoice('isolation', options.isolation, ['shared', 'job'])
  checkWhole('priority', options.priority, Number.MIN_SAFE_INTEGER)
  checkWhole('retries', options.retries, 0)
  checkSignal('signal', options.signal)
  checkCallback('onLog', options.onLog)
}

/** How many calls are to share a message; undefined where that is to be learned from how long they take. */
export function chunkSizeOf({ chunkSize, ...options }: ManyOptions, items: object | string): number | undefined {
  const { timeoutMs, isolation, maxResultBytes } = options
  if (chunkSize !== undefined) return chunkSize
  // Calls with a limit of their own, or a process of their own, do not share a message; nor do items that arrive in time.
  const travelsAlone = timeoutMs !== undefined || maxResultBytes !== undefined || isolation === 'job'
  return travelsAlone || Symbol.asyncIterator in Object(items) ? 1 : undefined
}
