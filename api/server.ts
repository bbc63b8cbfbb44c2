// The HTTP server, built but not yet listening: hooks that guard every route, the routes, one way to answer errors, and
// an orderly shutdown. It never runs user code and never looks into it.

import type { FastifyInstance } from 'fastify'
import { createError, type VolleyError } from '../functions/errors.ts'
import type { Backend } from '../runtime/backend.ts'
import { cageLayers } from '../runtime/cage/layers.ts'
import { forkPool } from '../runtime/calls/fork-pool.ts'
import { SessionContext } from '../runtime/context/session.ts'
import type { PoolOptions, PoolStats } from '../runtime/pool/pool.ts'
import { addRateLimit } from './admission/rate-limit.ts'
import { AcceptedTokens } from './auth/accepted-tokens.ts'
import { addAuth, asAnybody, byToken } from './auth/auth.ts'
import type { Authenticate } from './auth/principal.ts'
import { redactingLogger } from './auth/redact.ts'
import { addByteBudget, ByteBudget, defaultBytesInFlight } from './bodies/byte-budget.ts'
import { addDocuments, Documents } from './bodies/documents.ts'
import { DataRoots } from './data-roots.ts'
import fastify from './fastify.cjs'
import { ResultEncoder } from './formats/encode-result.ts'
import { addHostCheck } from './host-check.ts'
import { JobService } from './jobs/job-service.ts'
import { createMetrics, type Metrics } from './metrics/definitions.ts'
import { measureProcess } from './metrics/measure-process.ts'
import { addRequestMetrics } from './metrics/measure-requests.ts'
import { measureWorkers } from './metrics/measure-workers.ts'
import { addErrors, answerError, requestIdOf } from './operations/answer-errors.ts'
import { addConnectionChecks, clientErrorHandler } from './operations/answer-raw.ts'
import { compileCheck } from './operations/check-parameters.ts'
import { type Readiness, readinessOf } from './operations/readiness.ts'
import { addBodyTimeout, addRequestLimit, connectionLimitsOf, serverTimeouts } from './operations/request-limits.ts'
import { addJobsToLog } from './operations/request-log.ts'
import { Routes } from './operations/routes.ts'
import { addExplainRoute } from './routes/explain.ts'
import { addFunctionRoutes } from './routes/functions.ts'
import { addHealthRoutes } from './routes/health.ts'
import { addJobPartRoutes } from './routes/job-parts.ts'
import { addJobRoutes } from './routes/jobs.ts'
import { addMetricsRoute } from './routes/metrics.ts'
import { addPages } from './routes/pages.ts'
import type { Replies } from './routes/send-result.ts'
import { addTableRoutes } from './routes/tables.ts'
import {
  admissionOf,
  bytesInFlight,
  checkServerOptions,
  retentionOf,
  type ServerOptions,
  spoolBytesOf,
  tokensOf,
} from './server-options.ts'
import { serverPool } from './server-pool.ts'
import { checkTables, registerTables, tableSources } from './tables.ts'
import { addRequestTraces } from './tracing/trace-requests.ts'
import { addUploads } from './uploads/add-uploads.ts'
import { Uploads } from './uploads/uploads.ts'
import { type WorkerFunctions, workerFunctionsOf } from './worker-functions.ts'
import { WriteRoots } from './write-roots.ts'

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
  const connections = connectionLimitsOf(options.connections)
  const metrics = createMetrics()
  const app = fastify({
    logger: redactingLogger(options.logger),
    // Replies have had their time before connections are closed.
    forceCloseConnections: true,
    // Until they have, results and probes are answered as ever; new jobs are refused as `closed`.
    return503OnClosing: false,
    // Closing may take as long as `drainMs`, which is more than Fastify grants by default.
    pluginTimeout: 0,
    genReqId: requestIdOf,
    childLoggerFactory: (logger, { reqId }, options) => logger.child({ requestId: reqId }, options),
    frameworkErrors: answerError,
    clientErrorHandler: clientErrorHandler(metrics),
    ...serverTimeouts(connections),
  })
  addConnectionChecks(app, connections.maxConnections, metrics)
  addService(app, options, { metrics, guard: () => addHostCheck(app, options.allowedHosts ?? []) })
  return app
}

/** What differs between a server of its own and a part of somebody's application. */
interface Surroundings {
  readonly metrics: Metrics
  /** Who sends a request; absent, its token tells. */
  readonly authenticate?: Authenticate | undefined
  /** Adds what guards the routes besides, before anybody is asked for a token. */
  guard?(): void
}

/**
 * Adds the service to an application, or to a part of one: hooks, routes, error handling and shutdown, which concern
 * nothing outside of that part.
 *
 * @param options - Checked ones.
 * @throws {PlanError} `invalid_argument`, as `buildServer` does.
 */
export function addService(
  app: FastifyInstance,
  options: ServerOptions,
  { metrics, authenticate, guard }: Surroundings,
): void {
  const asking = authenticate ?? authenticationOf(app, options)
  const roots = new DataRoots(options.dataRoots ?? [])
  const tables = tableSources(options.tables ?? {})
  const { maxBodyBytes = 16 * 1024 * 1024, maxBytesInFlight = defaultBytesInFlight(maxBodyBytes) } = options
  const budget = new ByteBudget(bytesInFlight(maxBytesInFlight, maxBodyBytes))
  const connections = connectionLimitsOf(options.connections)
  const uploads = new Uploads(options.stateDir, options.maxKeptUploadBytes ?? 8 * 1024 ** 3)
  const session = options.session ?? ownSession(app, serverPool({ options, tables, uploads }))
  registerTables(session, tables)

  const routes = new Routes(app)
  app.setValidatorCompiler(compileCheck)
  app.setSerializerCompiler(() => JSON.stringify)
  addErrors(app, routes)
  addRequestTraces(app)
  addRequestMetrics(app, metrics)
  addRequestLimit(app, connections)
  guard?.()
  addAuth(app, asking)
  addRateLimit(app, options.rate)
  addBodyTimeout(app, connections)
  addByteBudget(app, budget, maxBodyBytes)
  const documents = new Documents()
  addDocuments(app, documents, maxBodyBytes)
  addUploads(app, documents, uploads, { maxBodyBytes, maxUploadBytes: options.maxUploadBytes ?? 1024 ** 3 })
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
    maxSpoolBytes: spoolBytesOf(options),
    documents,
    metrics,
    uploads,
    onLog: (jobId, stream, bytes) => {
      app.log.debug({ jobId, stream, text: Buffer.from(bytes.subarray(0, 1024)).toString() }, 'job log')
    },
    onEnd: (line) => app.log.info(line, 'job ended'),
    onDefect: (err, message) => app.log.error({ err }, message),
    limits: { maxTimeoutMs: options.maxTimeoutMs ?? 60 * 60_000, ...options.limits },
  })
  const workers = poolStatsOf(session)
  const readiness = (): Readiness =>
    readinessOf({ isClosing: jobs.isClosing, isStoreFailing: jobs.isStoreFailing, workers: workers() })
  measureWorkers(metrics, () => workers() ?? undefined)
  metrics.onRead('ready', () => [[readiness().status === 'ok' ? 1 : 0]])
  metrics.onRead('requestBytes', () => [[budget.inFlight]])
  metrics.onRead('uploadBytes', () => [[uploads.bytes]])
  const measuring = measureProcess(metrics)
  addHealthRoutes(app, readiness)
  addMetricsRoute(app, metrics)
  addFunctionRoutes(app, session, ofWorkers)
  addTableRoutes(app, session)
  addExplainRoute(app, jobs)
  addJobsToLog(app)
  const replies: Replies = { encoder: new ResultEncoder(), idleMs: options.replyIdleMs ?? 60_000 }
  addJobRoutes(app, jobs, replies)
  addJobPartRoutes(app, jobs, replies)
  addPages(app, routes, options.privatePages ?? false)

  app.addHook('onReady', async () => {
    await checkTables(session, tables.keys())
    await jobs.open()
  })
  app.addHook('preClose', () => jobs.close(options.drainMs ?? 1000))
  app.addHook('onClose', async () => {
    measuring[Symbol.dispose]()
    await replies.encoder[Symbol.asyncDispose]()
    if (options.session === undefined) await session.close()
  })
}

/** The log says what keeps functions, and why other layers do not. */
function ownSession(app: FastifyInstance, pool: PoolOptions): SessionContext {
  const session = new SessionContext({ backend: forkPool(pool, 'ignore'), log: 'ignore' })
  app.log.info({ layers: cageLayers(pool.cage ?? false) }, 'workers start in their cage')
  return session
}

/** By tokens, unless everybody may do everything. */
function authenticationOf(app: FastifyInstance, options: ServerOptions): Authenticate {
  const tokens = tokensOf(options)
  if (tokens === undefined) return asAnybody
  const accepted = new AcceptedTokens(tokens, options.stateDir, (err) =>
    app.log.error({ err }, 'tokens cannot be used'),
  )
  app.addHook('onClose', () => accepted[Symbol.asyncDispose]())
  return byToken(accepted)
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

/** What gives the statistics of the workers: undefined until there are any, null where tasks run without them. */
function poolStatsOf(session: SessionContext): () => PoolStats | undefined | null {
  let backend: (Backend & { stats?(): PoolStats }) | undefined
  session.backend().then(
    (made) => {
      backend = made
    },
    () => {},
  )
  return () => (backend === undefined ? undefined : (backend.stats?.() ?? null))
}
