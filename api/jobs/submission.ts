// What a job comes in with, and who asks for it.

import type { Context } from '@opentelemetry/api'
import type { Payload } from '../bodies/documents.ts'
import type { Upload } from '../uploads/uploads.ts'
import type { JobRecord, JobResource } from './job-record.ts'

/** A job as it comes in. */
export interface Submission {
  /** The job document: its JSON, or `{ bytes }`. */
  readonly document: unknown
  /** What it was sent as; absent where it cannot be sent again from here. */
  readonly payload: Payload | undefined
  /** What came with it. */
  readonly upload?: Upload | undefined
  /** The id that the client chose. */
  readonly id?: string | undefined
  /** Whether its sender may bring function bodies along. */
  readonly mayInline: boolean
  /** Whose job it is. */
  readonly owner: string
  /** Nobody waits for it; its result is kept. */
  readonly isAsync: boolean
  readonly idempotency?: Idempotency | undefined
  /** The request that it comes with. */
  readonly requestId: string
  /** What its spans are below. */
  readonly traceContext: Context | undefined
}

/** What is new about a job that is submitted once more. */
export type Repetition = Pick<Submission, 'mayInline' | 'idempotency' | 'requestId' | 'traceContext'>

/** What makes a second submission the first one. */
export interface Idempotency {
  readonly key: string
  /** Of the payload. */
  readonly fingerprint: Uint8Array
}

/** Who asks. */
export interface Asker {
  readonly id: string
  /** Sees the jobs of everybody. */
  readonly isAdmin: boolean
}

/** What it takes to run a job again, as the store keeps it. */
export interface Settings {
  readonly isAsync: boolean
  readonly isRepeatable: boolean
  readonly mayInline: boolean
  readonly contentType?: string
  readonly upload?: Upload
}

/** A job with what is known of it. */
export interface FoundJob {
  readonly resource: JobResource
  /** While it runs, or has only just ended. */
  readonly record: JobRecord | undefined
}
