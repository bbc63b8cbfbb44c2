// The places that a cage leaves a worker, and those that a module needs to be loaded.

import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Absolute paths, each as it was given and as it is once links are followed. */
export interface Places {
  readonly read: readonly string[]
  readonly write: readonly string[]
}

/**
 * The places from which a module can be imported: its own directory, and of each directory above it the dependencies and
 * the `package.json`. What it imports from elsewhere has to be allowed by name.
 *
 * @param url - Of the module; one that is not a file needs none.
 */
export function placesOfModule(url: string): readonly string[] {
  if (!url.startsWith('file:')) return []
  const file = fileURLToPath(url)
  const real = existsSync(file) ? realpathSync(file) : file
  return [...new Set([file, real].flatMap((path) => [dirname(path), ...above(dirname(path))]))]
}

function above(directory: string): readonly string[] {
  const own = ['node_modules', 'package.json'].map((name) => join(directory, name)).filter((path) => existsSync(path))
  const parent = dirname(directory)
  return parent === directory ? own : [...own, ...above(parent)]
}
