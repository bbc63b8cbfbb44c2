// Paths as users write them: relative to the working directory of the process that builds the job. Workers have a
// directory of their own, so what travels is absolute.

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeValue } from '../../functions/describe-value.ts'
import { invalidArgument } from '../../functions/options.ts'
import { checkIsPath } from '../source/check-is-path.ts'

/**
 * Absolute paths; globs stay globs, file URLs become paths.
 *
 * @throws {PlanError} `not_implemented` for URLs of anything but files; `invalid_argument` for what is no path.
 */
export function resolvePaths(paths: string | URL | readonly (string | URL)[]): readonly string[] {
  const all: unknown = typeof paths === 'string' || paths instanceof URL ? [paths] : paths
  if (Array.isArray(all)) return all.map(resolvePath)
  throw invalidArgument(`Cannot read ${describeValue(all)}: give the path of a file, or an array of them`)
}

function resolvePath(path: unknown): string {
  if (path instanceof URL) return resolvePath(path.href)
  if (typeof path !== 'string') throw invalidArgument(`Cannot read ${describeValue(path)}: a path is a string`)
  if (path === '') throw invalidArgument('Cannot read a file without a name: the path is empty')
  if (path.startsWith('file://')) return fromFileUrl(path)
  checkIsPath(path)
  return resolve(path)
}

function fromFileUrl(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (cause) {
    throw invalidArgument(`Cannot read "${url}": ${(cause as Error).message}`, cause)
  }
}
