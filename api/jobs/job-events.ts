// What happened to a job, for those who follow it: in order, kept as far as they are of use to a late reader. Of progress
// only the last is.

/** One thing that happened. */
export interface JobEvent {
  /** Grows from event to event, over restarts of the server too. */
  readonly id: number
  readonly event: 'status' | 'progress' | 'log'
  readonly data: unknown
}

/** Older ones are forgotten: what functions print has no end. */
const MAX_KEPT = 500

/** More than any run has. */
const IDS_OF_A_RUN = 1_000_000_000

export class JobEvents {
  #events: readonly JobEvent[]
  #lastId: number
  #changed: PromiseWithResolvers<void> | undefined

  /** @param events - Those that there were before. */
  constructor(events: readonly JobEvent[] = [], lastId = events.at(-1)?.id ?? 0) {
    this.#events = events
    this.#lastId = lastId
  }

  /** Of a job that is begun for the so manieth time: what was told of it before was lost with the process, its ids are not used again. */
  static ofRun(run: number): JobEvents {
    return new JobEvents([], (run - 1) * IDS_OF_A_RUN)
  }

  get all(): readonly JobEvent[] {
    return this.#events
  }

  add(event: JobEvent['event'], data: unknown): void {
    const kept = event === 'progress' ? this.#events.filter((earlier) => earlier.event !== 'progress') : this.#events
    this.#lastId += 1
    this.#events = [...kept.slice(-MAX_KEPT + 1), { id: this.#lastId, event, data }]
    this.#changed?.resolve()
    this.#changed = undefined
  }

  /** Those behind an id. */
  after(id: number): readonly JobEvent[] {
    return this.#events.filter((event) => event.id > id)
  }

  /** Resolves with the next one. */
  change(): Promise<void> {
    this.#changed ??= Promise.withResolvers()
    return this.#changed.promise
  }
}
