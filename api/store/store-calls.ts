// What the job store can be asked, as plain data that crosses threads. Times are milliseconds since 1970.

/** A job as it is accepted. */
export interface NewJob {
  readonly id: string
  readonly owner: string
  readonly createdAt: number
  /** How it is to be run again, should that be asked or needed: the service's own, as JSON. */
  readonly settings: string
  /** What it was sent as. */
  readonly document?: Uint8Array | undefined
  /** The job resource, as JSON. */
  readonly resource: string
  readonly idempotency?: { readonly key: string; readonly fingerprint: Uint8Array } | undefined
  /** The id of what was uploaded with it, which jobs may have in common. */
  readonly upload?: string | undefined
}

/** What became of a new job. */
export type Insertion =
  | { readonly kind: 'inserted'; readonly position: number }
  | { readonly kind: 'id-taken' }
  /** Its idempotency key belongs to another job of its owner. */
  | { readonly kind: 'key-taken' }

/** How a job ended. */
export interface Ending {
  readonly status: string
  readonly resource: string
  /** Where its result lies, as JSON; absent if none is kept. */
  readonly resultIndex?: string | undefined
  readonly resultBytes: number
  readonly resultExpiresAt?: number | undefined
  readonly expiresAt: number
  /** Until when it needs its upload, to be run again. */
  readonly uploadExpiresAt: number
  /** As JSON: an array, oldest first. */
  readonly events: string
  /** Whether its idempotency key may be used again. */
  readonly releasesKey: boolean
}

/** A job as it is kept. */
export interface StoredJob {
  readonly position: number
  readonly id: string
  readonly owner: string
  readonly status: string
  /** How often it has been begun. */
  readonly runs: number
  readonly settings: string
  readonly resource: string
  readonly resultIndex: string | null
  readonly resultExpiresAt: number | null
  readonly upload: string | null
}

/** The ids of what need not be kept any longer. */
export interface Swept {
  /** Of jobs whose result it was. */
  readonly results: readonly string[]
  readonly uploads: readonly string[]
}

/** Which jobs to list, newest first. */
export interface JobFilter {
  readonly owner?: string | undefined
  readonly status?: string | undefined
  /** Accepted then or later. */
  readonly since?: number | undefined
  /** Only those accepted before this one. */
  readonly before?: number | undefined
  readonly limit: number
}

/** What may be kept, of jobs that have ended. */
export interface RetentionLimits {
  readonly maxResultBytes: number
  readonly maxJobs: number
}

/** The calls, each whole or not at all. */
export interface StoreCalls {
  insert(job: NewJob): Insertion
  end(id: string, ending: Ending): void
  /** Counts another run of a job that was interrupted. */
  restart(id: string, resource: string): void
  get(id: string): StoredJob | undefined
  /** The job that an owner's idempotency key belongs to, and what it was sent as. */
  withKey(owner: string, key: string): { readonly id: string; readonly fingerprint: Uint8Array } | undefined
  documentOf(id: string): Uint8Array | undefined
  /** The kept events of a job, as JSON. */
  eventsOf(id: string): string
  list(filter: JobFilter): readonly StoredJob[]
  /** Jobs that have not ended, oldest first. */
  unfinished(): readonly StoredJob[]
  /** The ids of all jobs whose result is kept. */
  idsWithResult(): readonly string[]
  /** The ids of all uploads that jobs need. */
  uploads(): readonly string[]
  /**
   * Forgets what has had its time, and the oldest of what is too much.
   *
   * @param now - What the clock says.
   * @param drift - How far the clock was set forward (or back, below 0) since the last time; nothing expires by that.
   */
  sweep(now: number, drift: number, limits: RetentionLimits): Swept
  /** A job needs its upload no longer. Returns the upload's id, if no other job needs it. */
  releaseUpload(id: string): string | undefined
  /** A result turned out to be unreadable; from now on there is none. */
  dropResult(id: string): void
}
