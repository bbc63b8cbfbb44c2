/**
 * A client of the HTTP server. Import it from `volley/client`.
 *
 * @module Client
 */

export {
  type BatchOptions,
  type ClientOptions,
  type ClientRunOptions,
  type ColumnDescription,
  type EventOptions,
  type ExplainOptions,
  type FunctionDescription,
  type JobDocument,
  type JobEvent,
  type JobInput,
  type JobListOptions,
  type JobPlan,
  RemoteJob,
  type RequestOptions,
  type ResultFormatName,
  type ResultOptions,
  type SubmitOptions,
  type TableDescription,
  type UploadFile,
  VolleyClient,
} from '../../api/client/index.ts'
