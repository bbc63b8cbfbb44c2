// What a pool was told, checked once here and trusted afterwards.

import { availableParallelism } from 'node:os'
import { checkOptionNames } from '../../functions/options.ts'
import type { ChildOptions } from './child.ts'
import { findLauncher } from './launch.ts'
import type { PoolOptions } from './options.ts'

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
