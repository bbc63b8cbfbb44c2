// What a server can be told, and what follows from it: options as they are checked, and the limits that they mean.

import type { FastifyServerOptions } from 'fastify'
import {
  checkBoolean,
  checkOptionNames,
  checkTexts,
  checkTextsByName,
  checkWhole,
  invalidArgument,
  wrongOption,
} from '../functions/options.ts'
import type { SessionContext } from '../runtime/context/session.ts'
import type { JobLimits } from '../runtime/job/json-job.ts'
import type { PoolOptions } from '../runtime/pool/pool.ts'
import { Admission } from './admission/admission.ts'
import type { Rate } from './admission/rate-limiter.ts'
import { type AcceptedToken, acceptToken, type Token } from './auth/token.ts'
import type { Retention } from './jobs/retention.ts'
import type { ConnectionLimits } from './operations/request-limits.ts'

/** What a server serves, to whom, and within which limits. */
export interface ServerOptions {
  /**
   * Whose registered functions and tables jobs may use, and whose workers run them. It is not closed with the server.
   *
   * @defaultValue a new one
   */
  readonly session?: SessionContext
  /**
   * For the workers of that new session. They run in a cage unless `cage` is `false`: functions read and write what jobs
   * may, and what its `read` and `write` add.
   *
   * @defaultValue the defaults of `PoolOptions`, but for `cage: true` and a `maxRssBytes` of 1 GiB
   */
  readonly pool?: PoolOptions
  /**
   * Files as tables, by name: `{ flights: 'data/flights.parquet' }`. They are opened when the server gets ready.
   *
   * @defaultValue none
   */
  readonly tables?: Readonly<Record<string, string>>
  /**
   * Directories whose files jobs may read.
   *
   * @defaultValue none
   */
  readonly dataRoots?: readonly string[]
  /**
   * Directories that jobs may write files below.
   *
   * @defaultValue none
   */
  readonly writeRoots?: readonly string[]
  /**
   * Directory of the server's state. Tokens that `volley token` keeps there are accepted besides `tokens`, but for those
   * of the same names; one that is made, rotated or revoked counts within a second.
   *
   * @defaultValue none
   */
  readonly stateDir?: string
  /**
   * Tokens that are accepted. Required, unless `stateDir` has some, or `insecureNoAuth`.
   *
   * @defaultValue none
   */
  readonly tokens?: readonly (string | Token)[]
  /**
   * Accepts requests without a token.
   *
   * @defaultValue `false`
   */
  readonly insecureNoAuth?: boolean
  /**
   * Accepts function bodies in jobs, from tokens with the scope `udf:inline`. That means running the sender's code: see
   * docs/security.md.
   *
   * @defaultValue `false`
   */
  readonly allowInlineUdfs?: boolean
  /**
   * Asks for a token, with the scope `jobs:read`, for the pages `/`, `/docs`, `/docs/errors` and `/openapi.json` too. They
   * are the same on every server of a version, and tell nothing of this one but that version.
   *
   * @defaultValue `false`
   */
  readonly privatePages?: boolean
  /**
   * Host names that this server goes by.
   *
   * @defaultValue `localhost` and its addresses, which are always accepted
   */
  readonly allowedHosts?: readonly string[]
  /**
   * Limit of one request's body, in bytes.
   *
   * @defaultValue 16 MiB
   */
  readonly maxBodyBytes?: number
  /**
   * Limit of the bodies and inline rows of all requests together, in bytes, at least `maxBodyBytes`; beyond it requests
   * are refused with `overloaded`.
   *
   * @defaultValue an eighth of the memory that this process may have, and at least two bodies
   */
  readonly maxBytesInFlight?: number
  /**
   * Limit of one request's upload, its job and files together, in bytes.
   *
   * @defaultValue 1 GiB
   */
  readonly maxUploadBytes?: number
  /**
   * Limit of all uploaded files that are kept, in bytes; beyond it uploads are refused with `storage_full`.
   *
   * @defaultValue 8 GiB
   */
  readonly maxKeptUploadBytes?: number
  /**
   * The time limit of jobs that set no `timeoutMs`, in milliseconds.
   *
   * @defaultValue 5 minutes
   */
  readonly defaultTimeoutMs?: number
  /**
   * The longest `timeoutMs` that a job may set, in milliseconds.
   *
   * @defaultValue 1 hour
   */
  readonly maxTimeoutMs?: number
  /**
   * Jobs that run at the same time; more wait for their turn, nobody's behind those of one token.
   *
   * @defaultValue 64
   */
  readonly maxRunningJobs?: number
  /**
   * Jobs that may wait; beyond it they are refused with `queue_full`.
   *
   * @defaultValue 10,000
   */
  readonly maxQueuedJobs?: number
  /**
   * Jobs of one token that run at the same time.
   *
   * @defaultValue half of `maxRunningJobs`, so that one token leaves room for another; all of them with `insecureNoAuth`
   */
  readonly maxRunningPerToken?: number
  /**
   * Jobs of one token that may wait; beyond it they are refused with `too_many_jobs`.
   *
   * @defaultValue `maxQueuedJobs`
   */
  readonly maxQueuedPerToken?: number
  /**
   * How often one token may send requests; beyond it they are refused with `rate_limited`.
   *
   * @defaultValue as often as it likes
   */
  readonly rate?: Rate
  /**
   * How slow and how many connections and requests may be.
   *
   * @defaultValue the defaults of `ConnectionLimits`
   */
  readonly connections?: ConnectionLimits
  /**
   * How large job documents may be.
   *
   * @defaultValue the defaults of `JobLimits`
   */
  readonly limits?: JobLimits
  /**
   * How long running jobs may go on after `close()`, in milliseconds.
   *
   * @defaultValue 1,000
   */
  readonly drainMs?: number
  /**
   * How long a client may take nothing of a reply, in milliseconds; the connection is then broken off, and the job cancelled
   * if it still runs.
   *
   * @defaultValue 1 minute
   */
  readonly replyIdleMs?: number
  /**
   * How long results of jobs that nobody waits for are kept, unless a job says less, in milliseconds.
   *
   * @defaultValue 1 hour
   */
  readonly resultRetentionMs?: number
  /**
   * How long a job that has ended can be asked for, in milliseconds; at least as long as its result.
   *
   * @defaultValue 1 day
   */
  readonly jobRetentionMs?: number
  /**
   * The size of all kept results together, in bytes, beyond which the oldest go.
   *
   * @defaultValue 8 GiB
   */
  readonly maxResultBytes?: number
  /**
   * What results may take on disk together, kept ones and those on their way, in bytes, at least `maxResultBytes`. One that
   * has no room waits for 30 seconds, then its job fails with `storage_full`.
   *
   * @defaultValue twice `maxResultBytes`
   */
  readonly maxSpoolBytes?: number
  /**
   * Fastify's logger.
   *
   * @defaultValue no log
   */
  readonly logger?: FastifyServerOptions['logger']
}

const HOUR_MS = 60 * 60_000
const MAX_RESULT_BYTES = 8 * 1024 ** 3

const known: Readonly<Record<keyof ServerOptions, true>> = {
  session: true,
  pool: true,
  tables: true,
  dataRoots: true,
  stateDir: true,
  writeRoots: true,
  tokens: true,
  insecureNoAuth: true,
  allowInlineUdfs: true,
  privatePages: true,
  allowedHosts: true,
  maxBodyBytes: true,
  maxBytesInFlight: true,
  maxUploadBytes: true,
  maxKeptUploadBytes: true,
  defaultTimeoutMs: true,
  maxTimeoutMs: true,
  maxRunningJobs: true,
  maxQueuedJobs: true,
  maxRunningPerToken: true,
  maxQueuedPerToken: true,
  rate: true,
  connections: true,
  limits: true,
  drainMs: true,
  replyIdleMs: true,
  resultRetentionMs: true,
  jobRetentionMs: true,
  maxResultBytes: true,
  maxSpoolBytes: true,
  logger: true,
}

const knownLimits: Readonly<Record<keyof JobLimits, true>> = {
  maxSteps: true,
  maxNodes: true,
  maxColumns: true,
  maxTimeoutMs: true,
  maxPartitions: true,
  maxMemoryBytes: true,
}

export function tokensOf({
  tokens = [],
  stateDir,
  insecureNoAuth,
}: ServerOptions): readonly AcceptedToken[] | undefined {
  if (insecureNoAuth === true) return undefined
  if (tokens.length === 0 && stateDir === undefined) {
    throw invalidArgument(
      'Cannot build a server without tokens: give some or a stateDir, or say insecureNoAuth if anybody may run jobs',
    )
  }
  return tokens.map(acceptToken)
}

export function checkServerOptions(options: ServerOptions): void {
  checkOptionNames(options, known, 'a server')
  const { tokens, limits, tables } = options
  if (tokens !== undefined && !Array.isArray(tokens)) throw wrongOption('tokens', tokens, 'it is an array of tokens')
  checkTexts('stateDir', options.stateDir === undefined ? undefined : [options.stateDir])
  checkTexts('dataRoots', options.dataRoots)
  checkTexts('writeRoots', options.writeRoots)
  checkTexts('allowedHosts', options.allowedHosts)
  if (tables !== undefined) checkTextsByName('tables', tables)
  for (const name of ['insecureNoAuth', 'allowInlineUdfs', 'privatePages'] as const) checkBoolean(name, options[name])
  for (const name of ['maxBodyBytes', 'defaultTimeoutMs', 'maxTimeoutMs', 'replyIdleMs'] as const)
    checkWhole(name, options[name], 1)
  for (const name of ['maxRunningJobs', 'maxRunningPerToken'] as const) checkWhole(name, options[name], 1)
  for (const name of ['maxUploadBytes', 'maxKeptUploadBytes'] as const) checkWhole(name, options[name], 1)
  for (const name of ['resultRetentionMs', 'jobRetentionMs', 'maxResultBytes', 'maxSpoolBytes'] as const) {
    checkWhole(name, options[name], 1)
  }
  for (const name of ['maxQueuedJobs', 'maxQueuedPerToken', 'drainMs'] as const) checkWhole(name, options[name], 0)
  if (options.rate !== undefined) checkRate(options.rate)
  if (limits === undefined) return
  checkOptionNames(limits, knownLimits, 'the limits of jobs')
  for (const [name, value] of Object.entries(limits)) checkWhole(`limits.${name}`, value, 1)
}

function checkRate(rate: Rate): void {
  checkOptionNames(rate, { requestsPerSecond: true, burst: true }, 'a rate')
  const { requestsPerSecond, burst } = rate
  checkWhole('rate.burst', burst, 1)
  if (Number.isFinite(requestsPerSecond) && requestsPerSecond > 0) return
  throw wrongOption('rate.requestsPerSecond', requestsPerSecond, 'it is a number above 0')
}

/** Where all are one, none has others to leave room for. */
export function admissionOf({
  maxRunningJobs = 64,
  maxQueuedJobs,
  maxRunningPerToken,
  maxQueuedPerToken: maxQueuedPerOwner,
  insecureNoAuth,
}: ServerOptions): Admission {
  const maxRunningPerOwner = maxRunningPerToken ?? (insecureNoAuth === true ? maxRunningJobs : undefined)
  return new Admission({ maxRunningJobs, maxQueuedJobs, maxRunningPerOwner, maxQueuedPerOwner })
}

/** A record outlives its result. */
export function retentionOf({
  resultRetentionMs = HOUR_MS,
  jobRetentionMs = 24 * HOUR_MS,
  maxResultBytes = MAX_RESULT_BYTES,
}: ServerOptions): Retention {
  return {
    resultMs: resultRetentionMs,
    jobMs: Math.max(jobRetentionMs, resultRetentionMs),
    maxResultBytes,
    maxJobs: 100_000,
  }
}

/** What is kept leaves room for what is on its way. */
export function spoolBytesOf({ maxResultBytes = MAX_RESULT_BYTES, maxSpoolBytes = 2 * maxResultBytes }: ServerOptions) {
  if (maxSpoolBytes >= maxResultBytes) return maxSpoolBytes
  throw invalidArgument(
    `Cannot build a server with maxSpoolBytes = ${maxSpoolBytes}: it must be at least maxResultBytes, ${maxResultBytes}`,
  )
}

export function bytesInFlight(max: number, maxBodyBytes: number): number {
  if (Number.isSafeInteger(max) && max >= maxBodyBytes) return max
  throw invalidArgument(
    `Cannot build a server with maxBytesInFlight = ${max}: it must be a whole number of at least maxBodyBytes, ${maxBodyBytes}`,
  )
}
