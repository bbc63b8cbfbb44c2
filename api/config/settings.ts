// All settings of `volley serve`, once: of this table are its flags, its variables, the keys of its config file and the
// page docs/reference/configuration.md. A setting that `buildServer` takes says as which option; serve.ts sees to the others.

import type { JobLimits } from '../../runtime/job/json-job.ts'
import type { PoolOptions } from '../../runtime/pool/options.ts'
import type { ConnectionLimits } from '../operations/request-limits.ts'
import type { ServerOptions } from '../server-options.ts'
import {
  bytes,
  choice,
  directory,
  httpUrl,
  type Kind,
  moduleFile,
  named,
  namedPaths,
  onOff,
  path,
  paths,
  seconds,
  text,
  texts,
  whole,
} from './kinds.ts'

/** Where a value goes: an option of `buildServer`, or one of its pool's or limits'. */
type OptionPath =
  | keyof ServerOptions
  | `pool.${keyof PoolOptions}`
  | `limits.${keyof JobLimits}`
  | 'rate.requestsPerSecond'
  | `connections.${keyof ConnectionLimits}`

/** Something that `volley serve` can be told. Its name is the key in a config file; the flag and the variable follow. */
export interface Setting<T = unknown> {
  readonly kind: Kind<T>
  /** What stands for the value in help; switches have none. */
  readonly placeholder?: string
  /** What it does, in a line. */
  readonly help: string
  readonly default?: T
  /** The default in words, where it is not a value of this table: of `buildServer`, or of the machine. */
  readonly defaultText?: string
  /** Left out where there is no such option. */
  readonly option?: OptionPath
  /** Never shown. */
  readonly isSecret?: true
  /** Only a flag or a variable gives it. */
  readonly isOfTheCall?: true
  /** Its values may hold what separates values of a variable. */
  readonly hasNoVariable?: true
}

const setting = <const S extends Omit<Setting, 'kind' | 'default'>, T>(given: S & { kind: Kind<T>; default?: T }) =>
  given

/** By name, in the order of the help. */
export const settings = {
  config: setting({
    kind: path,
    placeholder: 'file',
    help: 'file with settings, as JSON',
    isOfTheCall: true,
  }),
  host: setting({ kind: text, placeholder: 'host', help: 'address to listen on', default: '127.0.0.1' }),
  port: setting({ kind: whole(0, 65_535), placeholder: 'port', help: '0 picks a free one', default: 8642 }),
  dataRoot: setting({
    kind: paths,
    placeholder: 'dir',
    help: 'directory whose files jobs may read',
    option: 'dataRoots',
  }),
  writeRoot: setting({
    kind: paths,
    placeholder: 'dir',
    help: 'directory that jobs may write files below',
    option: 'writeRoots',
  }),
  table: setting({
    kind: namedPaths('NAME=PATH'),
    placeholder: 'name=path',
    help: 'file that jobs may read by name',
    option: 'tables',
  }),
  workerContext: setting({
    kind: moduleFile,
    placeholder: 'file',
    help: 'module that every worker imports when it starts; jobs call its functions by name. The server imports it as well, to know their names and types',
    option: 'pool.workerContext',
  }),
  workerEnv: setting({
    kind: named('NAME=VALUE'),
    placeholder: 'name=value',
    help: 'variable that functions see',
    option: 'pool.env',
    isSecret: true,
    hasNoVariable: true,
  }),
  workerCwd: setting({
    kind: directory,
    placeholder: 'dir',
    help: 'directory that functions run in',
    defaultText: 'an empty one',
    option: 'pool.cwd',
  }),
  cage: setting({
    kind: choice('on', 'off'),
    placeholder: 'on|off',
    help: 'keep functions from files that jobs may not read, and from starting processes',
    default: 'on',
  }),
  cageRead: setting({
    kind: paths,
    placeholder: 'path',
    help: 'file or directory that functions may read besides the data roots',
  }),
  cageWrite: setting({
    kind: paths,
    placeholder: 'dir',
    help: 'directory that functions may write below besides the write roots',
  }),
  sandbox: setting({
    kind: choice('none', 'auto', 'required'),
    placeholder: 'none|auto|required',
    help: 'run workers without network and other processes, by bubblewrap (Linux); auto does so where it can',
    default: 'none',
  }),
  workerNetwork: setting({
    kind: onOff,
    help: 'let functions in the sandbox use the network',
  }),
  workers: setting({
    kind: whole(1, 1024),
    placeholder: 'n',
    help: 'worker processes',
    defaultText: 'one per core',
    option: 'pool.workers',
  }),
  spareWorkers: setting({
    kind: whole(0, 1024),
    placeholder: 'n',
    help: 'workers kept started ahead',
    defaultText: '0',
    option: 'pool.spareWorkers',
  }),
  maxWorkerMemory: setting({
    kind: bytes(),
    placeholder: 'bytes',
    help: 'that a worker may hold while it has a task; beyond it the task fails (Linux)',
    defaultText: '1GiB',
    option: 'pool.maxRssBytes',
  }),
  stateDir: setting({
    kind: path,
    placeholder: 'dir',
    help: 'where tokens, jobs and their results are kept',
    defaultText: "the user's state directory",
  }),
  token: setting({
    kind: text,
    placeholder: 'token',
    help: 'token that requests must bear, in the place of the one called default; VOLLEY_TOKEN does not show in ps',
    defaultText: 'made on the first start',
    isSecret: true,
  }),
  tokenFile: setting({ kind: path, placeholder: 'file', help: 'file that holds the token' }),
  allowHost: setting({
    kind: texts,
    placeholder: 'name',
    help: 'host name that this server goes by, besides localhost',
  }),
  allowInlineUdfs: setting({
    kind: onOff,
    help: 'run code that jobs bring along: as much as a shell for who has the token',
    option: 'allowInlineUdfs',
  }),
  insecureNoAuth: setting({ kind: onOff, help: 'let anybody who can connect run jobs' }),
  privatePages: setting({
    kind: onOff,
    help: 'ask for a token for the pages /, /docs and /openapi.json too',
    option: 'privatePages',
  }),
  maxBytesInFlight: setting({
    kind: bytes(),
    placeholder: 'bytes',
    help: 'of all bodies together',
    defaultText: 'an eighth of the memory',
    option: 'maxBytesInFlight',
  }),
  maxBodyBytes: setting({
    kind: bytes(),
    placeholder: 'bytes',
    help: "of one request's body",
    defaultText: '16MiB',
    option: 'maxBodyBytes',
  }),
  maxUploadBytes: setting({
    kind: bytes(),
    placeholder: 'bytes',
    help: "of one request's upload, its job and files together",
    defaultText: '1GiB',
    option: 'maxUploadBytes',
  }),
  maxKeptUploadBytes: setting({
    kind: bytes(),
    placeholder: 'bytes',
    help: 'of all uploaded files that are kept',
    defaultText: '8GiB',
    option: 'maxKeptUploadBytes',
  }),
  timeout: setting({
    kind: seconds(),
    placeholder: 'seconds',
    help: 'time limit of jobs that set none',
    defaultText: '300',
    option: 'defaultTimeoutMs',
  }),
  maxTimeout: setting({
    kind: seconds(),
    placeholder: 'seconds',
    help: 'longest time limit that a job may set',
    defaultText: '3600',
    option: 'maxTimeoutMs',
  }),
  maxPartitions: setting({
    kind: whole(1, 1_000_000),
    placeholder: 'n',
    help: 'most tasks that a job may ask for',
    defaultText: '1000',
    option: 'limits.maxPartitions',
  }),
  maxTaskMemory: setting({
    kind: bytes(),
    placeholder: 'bytes',
    help: 'most memory that a job may ask for, for each of its tasks',
    defaultText: 'no limit',
    option: 'limits.maxMemoryBytes',
  }),
  maxRunningJobs: setting({
    kind: whole(1, 1_000_000),
    placeholder: 'n',
    help: 'jobs at the same time',
    defaultText: '64',
    option: 'maxRunningJobs',
  }),
  maxQueuedJobs: setting({
    kind: whole(0, 1_000_000),
    placeholder: 'n',
    help: 'jobs that may wait',
    defaultText: '10000',
    option: 'maxQueuedJobs',
  }),
  maxRunningPerToken: setting({
    kind: whole(1, 1_000_000),
    placeholder: 'n',
    help: 'jobs of one token at the same time',
    defaultText: 'half of them',
    option: 'maxRunningPerToken',
  }),
  maxQueuedPerToken: setting({
    kind: whole(0, 1_000_000),
    placeholder: 'n',
    help: 'jobs of one token that may wait',
    defaultText: 'all of them',
    option: 'maxQueuedPerToken',
  }),
  rate: setting({
    kind: whole(1, 1_000_000),
    placeholder: 'n',
    help: 'requests a second of one token',
    defaultText: 'no limit',
    option: 'rate.requestsPerSecond',
  }),
  headersTimeout: setting({
    kind: seconds(),
    placeholder: 'seconds',
    help: 'how long the head of a request may take to arrive',
    defaultText: '15',
    option: 'connections.headersTimeoutMs',
  }),
  bodyTimeout: setting({
    kind: seconds(),
    placeholder: 'seconds',
    help: 'how long a body of less than 1 KiB a second may take to arrive',
    defaultText: '30',
    option: 'connections.bodyTimeoutMs',
  }),
  keepAliveTimeout: setting({
    kind: seconds(),
    placeholder: 'seconds',
    help: 'how long a connection is kept for another request',
    defaultText: '60',
    option: 'connections.keepAliveTimeoutMs',
  }),
  maxConnections: setting({
    kind: whole(1, 1_000_000),
    placeholder: 'n',
    help: 'connections at the same time',
    defaultText: '10000',
    option: 'connections.maxConnections',
  }),
  maxRequests: setting({
    kind: whole(1, 1_000_000),
    placeholder: 'n',
    help: 'requests at the same time',
    defaultText: '10000',
    option: 'connections.maxRequests',
  }),
  drain: setting({
    kind: seconds(0),
    placeholder: 'seconds',
    help: 'how long running jobs may go on once the server is told to stop',
    default: 30_000,
    option: 'drainMs',
  }),
  replyIdle: setting({
    kind: seconds(1),
    placeholder: 'seconds',
    help: 'how long a client may take nothing of a reply before it is broken off',
    default: 60_000,
    option: 'replyIdleMs',
  }),
  resultRetention: setting({
    kind: seconds(1),
    placeholder: 'seconds',
    help: 'how long results of jobs that nobody waits for are kept, unless a job says less',
    defaultText: '3600',
    option: 'resultRetentionMs',
  }),
  jobRetention: setting({
    kind: seconds(1),
    placeholder: 'seconds',
    help: 'how long a job that has ended can be asked for, at least as long as its result',
    defaultText: '86400',
    option: 'jobRetentionMs',
  }),
  maxResultBytes: setting({
    kind: bytes(),
    placeholder: 'bytes',
    help: 'of all kept results together; beyond it the oldest go',
    defaultText: '8GiB',
    option: 'maxResultBytes',
  }),
  maxSpoolBytes: setting({
    kind: bytes(),
    placeholder: 'bytes',
    help: 'of all results on disk, kept ones and those on their way, at least max-result-bytes',
    defaultText: 'twice max-result-bytes',
    option: 'maxSpoolBytes',
  }),
  maxLogBytes: setting({
    kind: bytes(0),
    placeholder: 'bytes',
    help: 'that the functions of one task may print; beyond it the job fails',
    defaultText: '64MiB',
    option: 'pool.maxLogBytes',
  }),
  otlpEndpoint: setting({
    kind: httpUrl,
    placeholder: 'url',
    help: 'OpenTelemetry collector that gets traces, over HTTP, such as http://127.0.0.1:4318',
    defaultText: 'what OTEL_EXPORTER_OTLP_ENDPOINT says',
  }),
  logLevel: setting({
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    placeholder: 'level',
    help: 'of the JSON log on stderr',
    default: 'info',
  }),
  printConfig: setting({
    kind: onOff,
    help: 'print the settings as a config file, without secrets, and start nothing',
    isOfTheCall: true,
  }),
}

/** The name of a setting. */
export type SettingName = keyof typeof settings

type ValueOf<S> = S extends { readonly kind: Kind<infer T> }
  ? S extends { readonly default: unknown }
    ? T
    : T | undefined
  : never

/** A value for each setting; undefined where there is neither one nor a default. */
export type SettingValues = { readonly [Name in SettingName]: ValueOf<(typeof settings)[Name]> }

/** All of them, as pairs. */
export const settingEntries = Object.entries(settings) as readonly (readonly [SettingName, Setting])[]

/** `dataRoot` is `--data-root`. */
export const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** `dataRoot` is `VOLLEY_DATA_ROOT`. */
export const variableOf = (name: string): string => `VOLLEY_${flagOf(name).slice(2).replaceAll('-', '_').toUpperCase()}`
