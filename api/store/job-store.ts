// The job store as the service sees it: calls that are answered once they are on disk. The database is in a thread, which
// starts with the first call and keeps no process alive while nothing is asked.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { createError, errorFromPlain } from '../../functions/errors.ts'
import type { Metrics } from '../metrics/definitions.ts'
import { threadModule } from '../threads/thread-module.ts'
import type { StoreCalls } from './store-calls.ts'
import type { StoreAnswer, StoreRequest } from './store-thread.ts'

/** Whether a call writes: those that only read may succeed on a full disk. */
const isWriting: Readonly<Record<keyof StoreCalls, boolean>> = {
  insert: true,
  end: true,
  restart: true,
  get: false,
  withKey: false,
  documentOf: false,
  eventsOf: false,
  list: false,
  unfinished: false,
  idsWithResult: false,
  uploads: false,
  sweep: true,
  releaseUpload: true,
  dropResult: true,
}

/** Calls of one transaction: while they run nobody else is answered. */
const MAX_CALLS = 256

interface Waiting {
  readonly isWriting: boolean
  readonly askedAt: number
  resolve(value: unknown): void
  reject(error: Error): void
}

export class JobStore {
  readonly #path: string
  readonly #metrics: Metrics
  readonly #waiting = new Map<number, Waiting>()
  /** Those that came while others were being answered. */
  readonly #unsent: StoreRequest[] = []
  #isAnswering = false
  #thread: Promise<Worker> | undefined
  #lastId = 0
  #failure: Error | undefined
  #isFailing = false

  /** @param directory - Where it is kept; absent, it is in memory and ends with the process. */
  constructor(directory: string | undefined, metrics: Metrics) {
    if (directory !== undefined) mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#path = directory === undefined ? ':memory:' : join(directory, 'jobs.db')
    this.#metrics = metrics
    metrics.onRead('storeCallsWaiting', () => [[this.#waiting.size]])
  }

  /** Whether it has failed to write, the last time it was to, or has ended by itself. */
  get isFailing(): boolean {
    return this.#isFailing
  }

  /**
   * Asks the store; what it was told is on disk once this resolves.
   *
   * @throws {ResourceError} `storage_failed` when the disk is full or fails, or the database cannot be opened.
   */
  async call<Name extends keyof StoreCalls>(
    name: Name,
    ...args: Parameters<StoreCalls[Name]>
  ): Promise<ReturnType<StoreCalls[Name]>> {
    return (await this.#ask({ name, args })) as ReturnType<StoreCalls[Name]>
  }

  /** Answers what was asked so far, then closes the database. */
  async close(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined)
    // It was never there, or has ended by itself.
    if (thread === undefined || this.#failure !== undefined) return
    this.#failure = createError('closed', 'Cannot ask the job store: it is closed')
    const exit = new Promise((resolve) => thread.once('exit', resolve))
    if (!this.#isAnswering) this.#send(thread)
    await exit
  }

  async #ask(call: Required<Omit<StoreRequest, 'id'>>): Promise<unknown> {
    this.#thread ??= this.#start()
    const thread = await this.#thread
    if (this.#failure !== undefined) throw this.#failure
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.set(id, { isWriting: isWriting[call.name], askedAt: performance.now(), resolve, reject })
    this.#unsent.push({ ...call, id })
    if (!this.#isAnswering) this.#send(thread)
    return promise
  }

  /** What has come meanwhile goes together; nothing, once the store is closed, is its end. */
  #send(thread: Worker): void {
    this.#isAnswering = true
    thread.ref()
    thread.postMessage(this.#unsent.splice(0, MAX_CALLS))
  }

  async #start(): Promise<Worker> {
    const module = await threadModule('store/store-thread')
    const thread = new Worker(module, {
      workerData: { path: this.#path },
      // SQLite in Node warns that its interface may change. Flags of the process are not for threads.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    thread.unref()
    thread.on('message', (answers: readonly StoreAnswer[]) => {
      this.#isAnswering = false
      for (const answer of answers) this.#settle(answer)
      if (this.#unsent.length > 0 || this.#failure !== undefined) this.#send(thread)
      else thread.unref()
    })
    thread.on('error', (error) => this.#fail(error as Error))
    thread.on('exit', () => this.#fail(createError('storage_failed', 'Cannot ask the job store: its thread has ended')))
    return thread
  }

  #settle({ id, value, error }: StoreAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (waiting === undefined) return
    this.#metrics.observe('storeCallSeconds', (performance.now() - waiting.askedAt) / 1000)
    if (waiting.isWriting) this.#isFailing = error !== undefined
    if (error === undefined) waiting.resolve(value)
    else {
      this.#metrics.add('storeErrors')
      waiting.reject(errorFromPlain(error))
    }
  }

  #fail(error: Error): void {
    if (this.#failure === undefined) this.#isFailing = true
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
