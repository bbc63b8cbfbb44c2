// Paths as users write them: relative to the working directory of the process that builds the job. Workers have a
// directory of their own, so what travels is absolute.

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute paths; globs stay globs, file URLs become paths. */
export function resolvePaths(paths: string | readonly string[]): readonly string[] {
  const all = typeof paths === 'string' ? [paths] : paths
  return all.map((path) => (path.startsWith('file:') ? fileURLToPath(path) : resolve(path)))
}
