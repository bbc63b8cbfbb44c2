// The entry point of the client: it needs nothing of the server but its address.

import '../../functions/node-version.ts'

export type { ColumnDescription, FunctionDescription, JobPlan, TableDescription } from './answers.ts'
export { VolleyClient } from './client.ts'
export type { JobDocument, JobInput } from './job-body.ts'
export type { JobEvent } from './job-events.ts'
export type { UploadFile } from './multipart.ts'
export type {
  BatchOptions,
  ClientOptions,
  ClientRunOptions,
  EventOptions,
  ExplainOptions,
  JobListOptions,
  RequestOptions,
  ResultFormatName,
  ResultOptions,
  SubmitOptions,
} from './options.ts'
export { RemoteJob } from './remote-job.ts'
