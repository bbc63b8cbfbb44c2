// What a pool can be told. check-options.ts checks it: these types are public, and those of a pool's parts are not.

import type { CageOptions } from '../cage/options.ts'

/** What workers call before they take work. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the function takes
export interface WorkerStartOptions<Args extends readonly unknown[] = readonly any[]> {
  /**
   * Called in every worker before it takes work, with `initArgs`, and awaited: a function that can travel, or the name of
   * one that the `workerContext` exports. What it leaves behind, in globals or in modules, is there for the functions that
   * run later. A worker in which it throws is not used: `start_failed`.
   *
   * @defaultValue none; with `initArgs`, the export `onWorkerStart` of the `workerContext`
   */
  readonly onWorkerStart?: string | ((...args: Args) => unknown)
  /**
   * What `onWorkerStart` gets: plain data, functions, expressions, DataFrames, Arrow tables, batches and vectors.
   *
   * @defaultValue none
   */
  readonly initArgs?: readonly [...Args]
}

/** What a pool of workers can be told. */
// biome-ignore lint/suspicious/noExplicitAny: whatever `onWorkerStart` takes
export interface PoolOptions<StartArgs extends readonly unknown[] = readonly any[]>
  extends WorkerStartOptions<StartArgs> {
  /**
   * Tasks that run at the same time, each in a process of its own, from 1. The pool keeps that many; to have it grow and
   * shrink, give `minWorkers` and `maxWorkers` instead.
   *
   * @defaultValue one per core
   */
  readonly workers?: number
  /**
   * Workers that are kept when there is nothing to do, from 0.
   *
   * @defaultValue `workers`; 1 with `maxWorkers`
   */
  readonly minWorkers?: number
  /**
   * Workers that there are at most, from 1: one is started for each task that waits, up to so many.
   *
   * @defaultValue `workers`; one per core with `minWorkers`
   */
  readonly maxWorkers?: number
  /**
   * How long a worker beyond `minWorkers` may have nothing to do before it is ended, in milliseconds from 0.
   *
   * @defaultValue 30,000
   */
  readonly idleTimeoutMs?: number
  /**
   * Further workers kept started ahead, from 0, so that `job` isolation need not wait for a start.
   *
   * @defaultValue 0
   */
  readonly spareWorkers?: number
  /**
   * Tasks that may wait for a worker, from 0; one more is refused with `queue_full`.
   *
   * @defaultValue 1,000
   */
  readonly maxQueue?: number
  /**
   * Actors that there may be at the same time, from 0, each in a process of its own beside the `workers`; one more is
   * refused with `actor_limit`.
   *
   * @defaultValue 64
   */
  readonly maxActors?: number
  /**
   * The module that a worker process runs. An application that is bundled may have to say where it is: see
   * docs/guide/bundling.md.
   *
   * @defaultValue the one with the engine
   */
  readonly entry?: URL
  /**
   * A module that every worker imports before it is ready: it registers functions.
   *
   * @defaultValue none
   */
  readonly workerContext?: URL
  /**
   * Flags for the workers' Node, such as `--expose-gc`. Those of this process are not inherited.
   *
   * @defaultValue none
   */
  readonly execArgv?: readonly string[]
  /**
   * Another name for `execArgv`.
   *
   * @defaultValue none
   */
  readonly nodeOptions?: readonly string[]
  /**
   * Limit of a worker's JavaScript heap, in MiB, from 1. A task that needs more fails with `memory_limit`.
   *
   * @defaultValue Node's own
   */
  readonly maxOldSpaceMb?: number
  /**
   * Limit of a worker's resident memory while it has a task, in bytes (Linux only). Beyond it the task fails with
   * `memory_limit`.
   *
   * @defaultValue none
   */
  readonly maxRssBytes?: number
  /**
   * What a worker keeps, between tasks, of what they share, in bytes: programs and the bodies of functions. What was
   * used least recently is dropped, and sent again when it is needed.
   *
   * @defaultValue 64 MiB
   */
  readonly maxArtifactBytes?: number
  /**
   * What one task may print, in bytes; beyond it the task fails with `log_limit`.
   *
   * @defaultValue 64 MiB
   */
  readonly maxLogBytes?: number
  /**
   * How long a task has to stop by itself when cancelled, before its process is ended, in milliseconds from 0.
   *
   * @defaultValue 200
   */
  readonly graceMs?: number
  /**
   * How long a process may take from its start to being ready, in milliseconds from 1; beyond it, `start_failed`.
   *
   * @defaultValue 30,000
   */
  readonly startTimeoutMs?: number
  /**
   * Environment variables for the workers, besides the few they get: see docs/guide/distributing-work.md.
   *
   * @defaultValue none
   */
  readonly env?: { readonly [name: string]: string }
  /**
   * The working directory of the workers: what relative paths in functions are relative to.
   *
   * @defaultValue an empty one for each, which is removed with it
   */
  readonly cwd?: string
  /**
   * Whether workers run in a cage: functions then read and write only files that they are given, and start no processes
   * and threads. See docs/security.md for what that stops, and what not.
   *
   * @defaultValue `false`; `true` for the workers of a server
   */
  readonly cage?: boolean | CageOptions
  /**
   * A command put before `node`, which must become that process (as `exec` does).
   *
   * @defaultValue on Linux `setpriv`, where there is one, so that workers end with this process even when it is killed;
   * otherwise none
   */
  readonly launcher?: readonly string[]
  /**
   * A file for a timeline of this process and its workers, as a Chrome trace: see docs/guide/looking-at-jobs.md. A file
   * that is there is replaced; it is complete once the pool is closed.
   *
   * @defaultValue none
   */
  readonly trace?: string | URL
}
