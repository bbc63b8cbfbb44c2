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
import type { ChildOptions } from './child.ts'
import { findLauncher } from './launch.ts'
import type { PoolOptions } from './options.ts'

export interface CheckedOptions extends Omit<ChildOptions, 'trace'> {
  readonly workers: number
  readonly spareWorkers: number
  readonly maxQueue: number
  readonly trace: string | URL | undefined
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
  cwd: true,
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
  checkTexts('nodeOptions', options.nodeOptions)
  checkTexts('launcher', options.launcher)
  checkFile('trace', options.trace)
  return {
    workers: whole('workers', options.workers, 1, availableParallelism(), mostWorkers),
    spareWorkers: whole('spareWorkers', options.spareWorkers, 0, 0, mostWorkers),
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
    env: checkedEnv(options.env),
    workingDirectory: checkedDirectory(options.cwd),
    launcher: options.launcher ?? findLauncher(),
    trace: options.trace,
  }
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
