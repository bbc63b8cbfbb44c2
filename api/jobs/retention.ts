// How long what is kept of jobs, and how much of it. A file of its own, as the types of a server's options lead here: they
// are published, and what jobs hold besides is not.

/** How long what is kept. */
export interface Retention {
  /** Of results, unless a job says less, in milliseconds. */
  readonly resultMs: number
  /** Of records. */
  readonly jobMs: number
  readonly maxJobs: number
  readonly maxResultBytes: number
}
