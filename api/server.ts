// The HTTP server, built but not yet listening: hooks that guard every route, the routes, one way to answer errors, and
// an orderly shutdown. It never runs user code and never looks into it.

import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { createError, type VolleyError } from '../functions/errors.ts'
import {
  checkBoolean,
  checkOptionNames,
  checkTexts,
  checkTextsByName,
  checkWhole,
  invalidArgument,
  wrongOption,
} from '../functions/options.ts'
import type { Backend } from '../runtime/backend.ts'
import { SessionContext } from '../runtime/context/session.ts'
import type { JobLimits } from '../runtime/job/json-job.ts'
import { ForkPool, type PoolOptions, type PoolStats } from '../runtime/pool/pool.ts'
import { Admission } from './admission/admission.ts'
import { addRateLimit } from './admission/rate-limit.ts'
import type { Rate } from './admission/rate-limiter.ts'
import { AcceptedTokens } from './auth/accepted-tokens.ts'
import { addAuth } from './auth/auth.ts'
import { redactingLogger } from './auth/redact.ts'
import { type AcceptedToken, acceptToken, type Token } from './auth/token.ts'
import { addByteBudget, ByteBudget, defaultBytesInFlight } from './bodies/byte-budget.ts'
import { addDocuments, Documents } from './bodies/documents.ts'
import { DataRoots } from './data-roots.ts'
import fastify from './fastify.cjs'
import { addHostCheck } from './host-check.ts'
import { JobService, type Retention } from './jobs/job-service.ts'
import { addErrors, answerError, requestIdOf } from './operations/answer-errors.ts'
import { addConnectionChecks, answerClientError } from './operations/answer-raw.ts'
import {
  addBodyTimeout,
  addRequestLimit,
  type ConnectionLimits,
  connectionLimitsOf,
  serverTimeouts,
} from './operations/request-limits.ts'
import { addExplainRoute } from './routes/explain.ts'
import { addFunctionRoutes } from './routes/functions.ts'
import { addHealthRoutes } from './routes/health.ts'
import { addJobPartRoutes } from './routes/job-parts.ts'
import { addJobRoutes } from './routes/jobs.ts'
import { addTableRoutes } from './routes/tables.ts'
import { checkTables, registerTables, tableSources } from './tables.ts'
import { type WorkerFunctions, workerFunctionsOf } from './worker-functions.ts'
import { WriteRoots } from './write-roots.ts'

/** What a server serves, to whom, and within which limits. */
export interface ServerOptions {
  /**
   * Whose registered functions and tables jobs may use, and whose workers run them. It is not closed with the server.
   *
   * @defaultValue a new one
   */
  readonly session?: SessionContext
  /**
   * For the workers of that new session.
   *
   * @defaultValue the defaults of `PoolOptions`
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
   * Directory of the server's state. Tokens that `volley token` keeps there are accepted besides `tokens`; one that is
   * made, rotated or revoked counts within a second.
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
   * Fastify's logger.
   *
   * @defaultValue no log
   */
  readonly logger?: FastifyServerOptions['logger']
}

const HOUR_MS = 60 * 60_000

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
  allowedHosts: true,
  maxBodyBytes: true,
  maxBytesInFlight: true,
  defaultTimeoutMs: true,
  maxTimeoutMs: true,
  maxRunningJobs: true,
  maxQueuedJobs: true,
  maxRunningPerToken: true,
  rate: true,
  connections: true,
  limits: true,
  drainMs: true,
  replyIdleMs: true,
  resultRetentionMs: true,
  jobRetentionMs: true,
  maxResultBytes: true,
  logger: true,
}

const knownLimits: Readonly<Record<keyof JobLimits, true>> = {
  maxSteps: true,
  maxNodes: true,
  maxColumns: true,
  maxTimeoutMs: true,
  maxPartitions: true,
}

/**
 * Builds the HTTP server; it does not listen yet. Closing it ends its jobs and, unless the session was given, its workers.
 *
 * @param options - What it serves, to whom, and within which limits.
 * @returns A Fastify instance: `listen` starts it, `inject` tries it without a socket, `close` ends it.
 * @throws {PlanError} `missing_dependency` where fastify, an optional peer dependency, is not installed;
 * `invalid_argument` for an option that there is not or a value that it cannot have: neither
 * tokens nor `insecureNoAuth`, a data root that does not exist, a table whose file's name does not say its format.
 *
 * @example
 * import { buildServer } from 'volley/api'
 *
 * const app = buildServer({ tokens: ['secret'], dataRoots: ['.'] })
 * await app.listen({ host: '127.0.0.1', port: 0 })
 * const { statusCode } = await app.inject({ url: '/livez' })
 * statusCode // => 200
 * await app.close()
 *
 * @see Fastify's `listen` and `inject`; docs/reference/errors.md
 */
export function buildServer(options: ServerOptions): FastifyInstance {
  checkServerOptions(options)
  if (fastify === undefined) throw noFastify()
  const tokens = tokensOf(options)
  const roots = new DataRoots(options.dataRoots ?? [])
  const tables = tableSources(options.tables ?? {})
  const { maxBodyBytes = 16 * 1024 * 1024, maxBytesInFlight = defaultBytesInFlight(maxBodyBytes) } = options
  const budget = new ByteBudget(bytesInFlight(maxBytesInFlight, maxBodyBytes))
  const connections = connectionLimitsOf(options.connections)
  const app = fastify({
    logger: redactingLogger(options.logger),
    // Replies have had their time before connections are closed.
    forceCloseConnections: true,
    // Closing may take as long as `drainMs`, which is more than Fastify grants by default.
    pluginTimeout: 0,
    bodyLimit: maxBodyBytes,
    genReqId: requestIdOf,
    childLoggerFactory: (logger, { reqId }, options) => logger.child({ requestId: reqId }, options),
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
    ...serverTimeouts(connections),
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, strict: false } },
  })
  const session = options.session ?? new SessionContext({ backend: ForkPool.fork(options.pool), log: 'ignore' })
  registerTables(session, tables)

  addErrors(app)
  addConnectionChecks(app, connections.maxConnections)
  addRequestLimit(app, connections)
  addHostCheck(app, options.allowedHosts ?? [])
  addAuth(
    app,
    tokens && new AcceptedTokens(tokens, options.stateDir, (err) => app.log.error({ err }, 'tokens cannot be used')),
  )
  addRateLimit(app, options.rate)
  addBodyTimeout(app, connections)
  addByteBudget(app, budget, maxBodyBytes)
  const documents = new Documents()
  addDocuments(app, documents)
  const ofWorkers = functionsOfWorkers(app, options.pool?.workerContext)
  const jobs = new JobService({
    session,
    roots,
    writeRoots: new WriteRoots(options.writeRoots ?? []),
    ofWorkers,
    allowInlineUdfs: options.allowInlineUdfs ?? false,
    defaultTimeoutMs: options.defaultTimeoutMs ?? 5 * 60_000,
    admission: admissionOf(options),
    stateDir: options.stateDir,
    retention: retentionOf(options),
    documents,
    onLog: (jobId, stream, bytes) => {
      app.log.debug({ jobId, stream, text: Buffer.from(bytes.subarray(0, 1024)).toString() }, 'job log')
    },
    onDefect: (err, message) => app.log.error({ err }, message),
    limits: { maxTimeoutMs: options.maxTimeoutMs ?? 60 * 60_000, ...options.limits },
  })
  addHealthRoutes(app, readiness(session, jobs))
  addFunctionRoutes(app, session, ofWorkers)
  addTableRoutes(app, session)
  addExplainRoute(app, jobs)
  const replyIdleMs = options.replyIdleMs ?? 60_000
  addJobRoutes(app, jobs, replyIdleMs)
  addJobPartRoutes(app, jobs, replyIdleMs)

  app.addHook('onReady', async () => {
    await checkTables(session, tables.keys())
    await jobs.open()
  })
  app.addHook('preClose', () => jobs.close(options.drainMs ?? 1000))
  app.addHook('onClose', async () => {
    if (options.session === undefined) await session.close()
  })
  return app
}

/**
 * What gives the functions of the worker context, which is loaded when it is first asked for. A module that only workers can load is a
 * matter of theirs: SQL text then does not know its functions.
 */
function functionsOfWorkers(app: FastifyInstance, workerContext: URL | undefined) {
  return async (): Promise<WorkerFunctions | undefined> => {
    if (workerContext === undefined) return undefined
    return workerFunctionsOf(workerContext).catch((err: unknown) => {
      app.log.warn({ err }, 'the worker context cannot be loaded here, SQL text knows none of its functions')
      return undefined
    })
  }
}

function noFastify(): VolleyError {
  const wayOut = 'run "npm install fastify", or "npx -p volley -p fastify volley serve" where nothing is installed'
  return createError('missing_dependency', `Cannot build a server: fastify is not installed; ${wayOut}`)
}

function tokensOf({ tokens = [], stateDir, insecureNoAuth }: ServerOptions): readonly AcceptedToken[] | undefined {
  if (insecureNoAuth === true) return undefined
  if (tokens.length === 0 && stateDir === undefined) {
    throw invalidArgument(
      'Cannot build a server without tokens: give some or a stateDir, or say insecureNoAuth if anybody may run jobs',
    )
  }
  return tokens.map(acceptToken)
}

function checkServerOptions(options: ServerOptions): void {
  checkOptionNames(options, known, 'a server')
  const { tokens, limits, tables } = options
  if (tokens !== undefined && !Array.isArray(tokens)) throw wrongOption('tokens', tokens, 'it is an array of tokens')
  checkTexts('stateDir', options.stateDir === undefined ? undefined : [options.stateDir])
  checkTexts('dataRoots', options.dataRoots)
  checkTexts('writeRoots', options.writeRoots)
  checkTexts('allowedHosts', options.allowedHosts)
  if (tables !== undefined) checkTextsByName('tables', tables)
  for (const name of ['insecureNoAuth', 'allowInlineUdfs'] as const) checkBoolean(name, options[name])
  for (const name of ['maxBodyBytes', 'defaultTimeoutMs', 'maxTimeoutMs', 'replyIdleMs'] as const)
    checkWhole(name, options[name], 1)
  for (const name of ['maxRunningJobs', 'maxRunningPerToken'] as const) checkWhole(name, options[name], 1)
  for (const name of ['resultRetentionMs', 'jobRetentionMs', 'maxResultBytes'] as const) {
    checkWhole(name, options[name], 1)
  }
  for (const name of ['maxQueuedJobs', 'drainMs'] as const) checkWhole(name, options[name], 0)
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
function admissionOf({
  maxRunningJobs = 64,
  maxQueuedJobs,
  maxRunningPerToken,
  insecureNoAuth,
}: ServerOptions): Admission {
  const maxRunningPerOwner = maxRunningPerToken ?? (insecureNoAuth === true ? maxRunningJobs : undefined)
  return new Admission({ maxRunningJobs, maxQueuedJobs, maxRunningPerOwner })
}

/** A record outlives its result. */
function retentionOf({
  resultRetentionMs = HOUR_MS,
  jobRetentionMs = 24 * HOUR_MS,
  ...options
}: ServerOptions): Retention {
  return {
    resultMs: resultRetentionMs,
    jobMs: Math.max(jobRetentionMs, resultRetentionMs),
    maxResultBytes: options.maxResultBytes ?? 8 * 1024 ** 3,
    maxJobs: 100_000,
  }
}

function bytesInFlight(max: number, maxBodyBytes: number): number {
  if (Number.isSafeInteger(max) && max >= maxBodyBytes) return max
  throw invalidArgument(
    `Cannot build a server with maxBytesInFlight = ${max}: it must be a whole number of at least maxBodyBytes, ${maxBodyBytes}`,
  )
}

/** A server is ready when it is not closing and has a worker that is idle or at work. */
function readiness(session: SessionContext, jobs: JobService): () => boolean {
  let backend: (Backend & { stats?(): PoolStats }) | undefined
  session.backend().then(
    (made) => {
      backend = made
    },
    () => {},
  )
  return () => {
    if (jobs.isClosing || backend === undefined) return false
    const stats = backend.stats?.()
    return stats === undefined || stats.idle + stats.busy > 0
  }
}
