// What happened to a job, for those who follow it: numbered from 1, kept as far as they are of use to a late reader. Of
// progress only the last is.

/** One thing that happened. */
export interface JobEvent {
  /** From 1 on, in order. */
  readonly id: number
  readonly event: 'status' | 'progress' | 'log'
  readonly data: unknown
}

/** Older ones are forgotten: what functions print has no end. */
const MAX_KEPT = 500

export class JobEvents {
  #events: readonly JobEvent[]
  #lastId: number
  #changed: PromiseWithResolvers<void> | undefined

  /** @param events - Those that there were before. */
  constructor(events: readonly JobEvent[] = []) {
    this.#events = events
    this.#lastId = events.at(-1)?.id ?? 0
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
