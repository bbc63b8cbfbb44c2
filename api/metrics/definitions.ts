// All metrics of a server, once: of this table are what `GET /metrics` answers and the page docs/reference/metrics.md.

import { Registry } from './registry.ts'

const shortSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const longSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]

/** By what the code calls them, in the order of the page. */
export const definitions = {
  buildInfo: {
    name: 'volley_build_info',
    type: 'gauge',
    help: 'Always 1; the versions of Volley and Node.',
    labels: ['version', 'node'],
  },
  ready: { name: 'volley_ready', type: 'gauge', help: 'Whether /readyz says ok: 1 or 0.' },
  jobs: {
    name: 'volley_jobs',
    type: 'gauge',
    help: 'Jobs that wait for their turn, and that run.',
    labels: ['status'],
  },
  jobsAccepted: { name: 'volley_jobs_accepted_total', type: 'counter', help: 'Jobs that were accepted.' },
  jobsEnded: {
    name: 'volley_jobs_ended_total',
    type: 'counter',
    help: 'Jobs that ended, by how, and by the code of their error; admission refuses with queue_full, too_many_jobs and queue_timeout.',
    labels: ['status', 'code'],
  },
  jobQueueSeconds: {
    name: 'volley_job_queue_seconds',
    type: 'histogram',
    help: 'How long jobs waited for their turn.',
    buckets: longSeconds,
  },
  jobRunSeconds: {
    name: 'volley_job_run_seconds',
    type: 'histogram',
    help: 'How long jobs ran, by how they ended.',
    labels: ['status'],
    buckets: longSeconds,
  },
  rowsRead: { name: 'volley_rows_read_total', type: 'counter', help: 'Rows that jobs read from their sources.' },
  resultRows: { name: 'volley_result_rows_total', type: 'counter', help: 'Rows of the results of jobs.' },
  resultBytes: {
    name: 'volley_result_bytes_total',
    type: 'counter',
    help: 'Bytes of the results of jobs, as Arrow streams.',
  },
  tasks: { name: 'volley_tasks_total', type: 'counter', help: 'Tasks of jobs that ended well.' },
  taskRetries: {
    name: 'volley_task_retries_total',
    type: 'counter',
    help: 'Tasks that were run again because their worker was lost.',
  },
  tasksQueued: { name: 'volley_tasks_queued', type: 'gauge', help: 'Tasks that wait for a worker.' },
  workers: { name: 'volley_workers', type: 'gauge', help: 'Worker processes, by what they do.', labels: ['state'] },
  workersStarted: {
    name: 'volley_workers_started_total',
    type: 'counter',
    help: 'Worker processes that were started, those in the place of others too.',
  },
  workersLost: {
    name: 'volley_workers_lost_total',
    type: 'counter',
    help: 'Worker processes that ended without having been told to, by how: out_of_heap, killed from outside, crashed by a signal of their own, exited.',
    labels: ['kind'],
  },
  spoolBytes: {
    name: 'volley_spool_bytes',
    type: 'gauge',
    help: 'What results take, in memory and on disk.',
    labels: ['place'],
  },
  storeCallSeconds: {
    name: 'volley_store_call_seconds',
    type: 'histogram',
    help: 'How long the job store took to answer, which it does once it is on disk.',
    buckets: shortSeconds,
  },
  storeCallsWaiting: {
    name: 'volley_store_calls_waiting',
    type: 'gauge',
    help: 'Calls that the job store has not answered yet.',
  },
  storeErrors: {
    name: 'volley_store_errors_total',
    type: 'counter',
    help: 'Calls of the job store that failed, for want of disk space perhaps.',
  },
  httpRequests: {
    name: 'volley_http_requests_total',
    type: 'counter',
    help: 'Requests that were answered, by their route (empty for none) and status.',
    labels: ['method', 'route', 'status'],
  },
  httpRequestSeconds: {
    name: 'volley_http_request_seconds',
    type: 'histogram',
    help: 'From the head of a request to the last byte of its reply, at the pace of its reader.',
    labels: ['method', 'route'],
    buckets: longSeconds,
  },
  httpRequestsOpen: { name: 'volley_http_requests_open', type: 'gauge', help: 'Requests that are being answered.' },
  httpProblems: {
    name: 'volley_http_problems_total',
    type: 'counter',
    help: 'Problem documents that were sent, also on connections that sent no request, by code: unauthorized and too_many_attempts are wrong tokens, rate_limited and overloaded are limits.',
    labels: ['code'],
  },
  httpConnections: { name: 'volley_http_connections', type: 'gauge', help: 'Connections that are open.' },
  requestBytes: {
    name: 'volley_request_bytes_in_flight',
    type: 'gauge',
    help: 'Bytes of requests that this process holds: bodies that arrive, and what jobs hold of them.',
  },
  uploadBytes: {
    name: 'volley_upload_bytes',
    type: 'gauge',
    help: 'What uploads take on disk: those that arrive, and those that a job may need yet.',
  },
  eventLoopDelay: {
    name: 'volley_event_loop_delay_seconds',
    type: 'gauge',
    help: 'How much longer than it should the event loop took for a turn, since this was last asked.',
    labels: ['quantile'],
  },
  heapBytes: {
    name: 'volley_heap_bytes',
    type: 'gauge',
    help: 'The JavaScript heap of the server: what is used of it, and what it may have.',
    labels: ['kind'],
  },
  cpuSeconds: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'CPU time of the server, without its workers.',
  },
  residentBytes: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of the server, without its workers.',
  },
  startTime: {
    name: 'process_start_time_seconds',
    type: 'gauge',
    help: 'When the server started, in seconds since 1970.',
  },
} as const

/** What the code calls a metric. */
export type MetricName = keyof typeof definitions

export type Metrics = Registry<MetricName>

/** The metrics of one server, all of them at nothing. */
export const createMetrics = (): Metrics => new Registry<MetricName>(definitions)
