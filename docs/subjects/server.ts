/**
 * The HTTP server, as `volley serve` runs it, for an application of your own. Import it from `volley/api`.
 *
 * @module Server
 */

export {
  type Authenticate,
  buildServer,
  type ConnectionLimits,
  type HttpErrorCode,
  type JobAttempt,
  type JobLimits,
  type JobResource,
  type JobStatus,
  type Principal,
  type Problem,
  type Rate,
  type Scope,
  type ServerOptions,
  type StoredResult,
  type Token,
  type VolleyPluginOptions,
  volleyPlugin,
} from '../../api/index.ts'
