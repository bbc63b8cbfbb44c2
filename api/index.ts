// The entry point of the API: a Fastify server to listen with, and the types of its options and errors.

import '../functions/node-version.ts'

export type { HttpErrorCode } from '../functions/http-error-code.ts'
export type { JobLimits } from '../runtime/job/json-job.ts'
export type { Rate } from './admission/rate-limiter.ts'
export type { Authenticate, Principal, Scope } from './auth/principal.ts'
export type { Token } from './auth/token.ts'
export type { Problem } from './errors.ts'
export type { JobAttempt, JobResource, JobStatus, StoredResult } from './jobs/job-record.ts'
export type { ConnectionLimits } from './operations/request-limits.ts'
export { type VolleyPluginOptions, volleyPlugin } from './plugin.ts'
export { buildServer } from './server.ts'
export type { ServerOptions } from './server-options.ts'
