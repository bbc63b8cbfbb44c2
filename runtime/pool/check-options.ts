// What a pool was told, checked once here and trusted afterwards.

import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import {
  checkFile,
  checkOptionNames,
  checkTexts,
  checkTextsByName,
  checkUrl,
  checkWhole,
  wrongOption,
} from '../../functions/options.ts'
import { mostWorkers } from '../backend.ts'
import { checkedCage } from '../cage/options.ts'
import type { ChildOptions } from './child.ts'
import { findLauncher } from './launch.ts'
import type { PoolOptions } from './options.ts'

export interface CheckedOptions extends Omit<ChildOptions, 'trace'> {
  /** At most. */
  readonly workers: number
  readonly minWorkers: number
  readonly idleTimeoutMs: number
  readonly spareWorkers: number
  readonly maxQueue: number
  readonly trace: string | URL | undefined
  readonly maxActors: number
}

const known: Readonly<Record<keyof PoolOptions, true>> = {
  workers: true,
  minWorkers: true,
  maxWorkers: true,
  idleTimeoutMs: true,
  spareWorkers: true,
  maxQueue: true,
  maxActors: true,
  entry: true,
  workerContext: true,
  onWorkerStart: true,
  initArgs: true,
  execArgv: true,
  nodeOptions: true,
  maxOldSpaceMb: true,
  maxRssBytes: true,
  maxArtifactBytes: true,
  maxLogBytes: true,
  graceMs: true,
  startTimeoutMs: true,
  env: true,
  cwd: true,
  cage: true,
  launcher: true,
  trace: true,
}

/**
 * @throws {PlanError} `invalid_argument` for an option that there is not, or a value that it cannot have.
 */
export function checkOptions(options: PoolOptions): CheckedOptions {
  checkOptionNames(options, known, 'a pool')
  checkUrl('entry', options.entry)
  checkUrl('workerContext', options.workerContext)
  checkTexts('execArgv', options.execArgv)
  checkTexts('nodeOptions', options.nodeOptions)
  if (options.execArgv !== undefined && options.nodeOptions !== undefined) {
    throw wrongOption('nodeOptions', options.nodeOptions, 'it is another name for execArgv, give one of the two')
  }
  checkTexts('launcher', options.launcher)
  checkFile('trace', options.trace)
  return {
    ...checkedWorkers(options),
    idleTimeoutMs: whole('idleTimeoutMs', options.idleTimeoutMs, 0, 30_000),
    spareWorkers: whole('spareWorkers', options.spareWorkers, 0, 0, mostWorkers),
    maxQueue: whole('maxQueue', options.maxQueue, 0, 1000),
    maxActors: whole('maxActors', options.maxActors, 0, 64, mostWorkers),
    entry: options.entry,
    workerContext: options.workerContext?.href,
    nodeOptions: options.execArgv ?? options.nodeOptions ?? [],
    maxOldSpaceMb: limit('maxOldSpaceMb', options.maxOldSpaceMb),
    maxRssBytes: limit('maxRssBytes', options.maxRssBytes),
    maxArtifactBytes: whole('maxArtifactBytes', options.maxArtifactBytes, 0, 64 * 1024 * 1024),
    maxLogBytes: whole('maxLogBytes', options.maxLogBytes, 0, 64 * 1024 * 1024),
    graceMs: whole('graceMs', options.graceMs, 0, 200),
    startTimeoutMs: whole('startTimeoutMs', options.startTimeoutMs, 1, 30_000),
    env: checkedEnv(options.env),
    workingDirectory: checkedDirectory(options.cwd),
    cage: checkedCage(options.cage),
    launcher: options.launcher ?? findLauncher(),
    trace: options.trace,
  }
}

function checkedWorkers({ workers, minWorkers, maxWorkers }: PoolOptions) {
  const cores = availableParallelism()
  if (minWorkers === undefined && maxWorkers === undefined) {
    const count = whole('workers', workers, 1, cores, mostWorkers)
    return { workers: count, minWorkers: count }
  }
  if (workers !== undefined) {
    throw wrongOption('workers', workers, 'with minWorkers or maxWorkers there is no fixed number, leave it out')
  }
  const most = whole('maxWorkers', maxWorkers, 1, Math.max(cores, minWorkers ?? 1), mostWorkers)
  const least = whole('minWorkers', minWorkers, 0, 1, mostWorkers)
  if (least <= most) return { workers: most, minWorkers: least }
  throw wrongOption('minWorkers', least, `maxWorkers is ${most}, and there cannot be more`)
}

const limit = (name: string, value: number | undefined): number | undefined =>
  value === undefined ? undefined : whole(name, value, 1, 1)

function whole(name: string, value: number | undefined, least: number, byDefault: number, most?: number): number {
  checkWhole(name, value, least, most)
  return value ?? byDefault
}

function checkedEnv(env: PoolOptions['env']): { readonly [name: string]: string } {
  checkTextsByName('env', env)
  return env ?? {}
}

/** Absolute, and there: a process that cannot enter its directory fails with an error that names the program instead. */
function checkedDirectory(cwd: string | undefined): string | undefined {
  if (cwd === undefined) return undefined
  if (typeof cwd !== 'string') throw wrongOption('cwd', cwd, 'it is the path of a directory')
  const directory = resolve(cwd)
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return directory
  throw wrongOption('cwd', cwd, `there is no directory "${directory}"`)
}
