// What a pool can be told, checked once here and trusted afterwards.

import { availableParallelism } from 'node:os'
import { checkOptionNames } from '../../functions/options.ts'
import type { ChildOptions } from './child.ts'
import { findLauncher } from './launch.ts'

/** What a pool of workers can be told. */
export interface PoolOptions {
  /** Tasks that run at the same time, each in a process of its own. Default: one per core. */
  readonly workers?: number
  /** Further workers kept started ahead, so that `job` isolation need not wait for a start. Default 0. */
  readonly spareWorkers?: number
  /** Tasks that may wait for a worker; one more is refused with `queue_full`. Default 1000. */
  readonly maxQueue?: number
  /** The module a worker process runs. Default: the one with the engine. */
  readonly entry?: URL
  /** A module every worker imports before it is ready: it registers functions. */
  readonly workerContext?: URL
  /** Flags for the workers' Node. Those of this process are not inherited. */
  readonly nodeOptions?: readonly string[]
  /** Limit of a worker's JavaScript heap, in MiB. Default: Node's own. */
  readonly maxOldSpaceMb?: number
  /** Limit of a worker's resident memory while it has a task (Linux only). Default: none. */
  readonly maxRssBytes?: number
  /**
   * What a worker keeps, between tasks, of what they share: programs and the bodies of functions. What was used least
   * recently is dropped, and sent again when it is needed. Default 64 MiB.
   */
  readonly maxArtifactBytes?: number
  /** What one task may print. Default 64 MiB. */
  readonly maxLogBytes?: number
  /** What a task has to stop by itself when cancelled, before its process is ended. Default 200. */
  readonly graceMs?: number
  /** From the start of a process to its being ready. Default 10,000. */
  readonly startTimeoutMs?: number
  /** Environment variables for the workers, besides the few they get. */
  readonly env?: { readonly [name: string]: string }
  /**
   * A command put before `node`, which must become that process (as `exec` does). Default: on Linux `setpriv`, where
   * there is one, so that workers end with this process even when it is killed; otherwise none.
   */
  readonly launcher?: readonly string[]
}

export interface CheckedOptions extends ChildOptions {
  readonly workers: number
  readonly spareWorkers: number
  readonly maxQueue: number
}

const known: Readonly<Record<keyof PoolOptions, true>> = {
  workers: true,
  spareWorkers: true,
  maxQueue: true,
  entry: true,
  workerContext: true,
  nodeOptions: true,
  maxOldSpaceMb: true,
  maxRssBytes: true,
  maxArtifactBytes: true,
  maxLogBytes: true,
  graceMs: true,
  startTimeoutMs: true,
  env: true,
  launcher: true,
}

/**
 * @throws {TypeError} For an option that there is not.
 * @throws {RangeError} For a number that is not a whole one in its range, naming the option.
 */
export function checkOptions(options: PoolOptions): CheckedOptions {
  checkOptionNames(options, known, 'a pool')
  return {
    workers: whole('workers', options.workers, 1, availableParallelism()),
    spareWorkers: whole('spareWorkers', options.spareWorkers, 0, 0),
    maxQueue: whole('maxQueue', options.maxQueue, 0, 1000),
    entry: options.entry,
    workerContext: options.workerContext?.href,
    nodeOptions: options.nodeOptions ?? [],
    maxOldSpaceMb: limit('maxOldSpaceMb', options.maxOldSpaceMb),
    maxRssBytes: limit('maxRssBytes', options.maxRssBytes),
    maxArtifactBytes: whole('maxArtifactBytes', options.maxArtifactBytes, 0, 64 * 1024 * 1024),
    maxLogBytes: whole('maxLogBytes', options.maxLogBytes, 0, 64 * 1024 * 1024),
    graceMs: whole('graceMs', options.graceMs, 0, 200),
    startTimeoutMs: whole('startTimeoutMs', options.startTimeoutMs, 1, 10_000),
    env: options.env ?? {},
    launcher: options.launcher ?? findLauncher(),
  }
}

const limit = (name: string, value: number | undefined): number | undefined =>
  value === undefined ? undefined : whole(name, value, 1, 1)

function whole(name: string, value: number | undefined, min: number, byDefault: number): number {
  const number = value ?? byDefault
  if (Number.isSafeInteger(number) && number >= min) return number
  throw new RangeError(`Cannot make a pool with ${name} = ${number}: it must be a whole number of at least ${min}`)
}
