// Directories that a server was given, as they were named and as they are once links are followed; and what clients see of
// the paths below them.

import { realpathSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import { invalidArgument } from '../functions/options.ts'

export interface Root {
  readonly given: string
  readonly real: string
}

/** @throws {PlanError} `invalid_argument` when the directory does not exist. */
export function rootOf(directory: string, what: string): Root {
  try {
    return { given: resolve(directory), real: realpathSync(directory) }
  } catch (cause) {
    throw invalidArgument(`Cannot use ${what} "${directory}": there is no such directory`, cause)
  }
}

export const isUnder = (path: string, root: string): boolean => path === root || path.startsWith(withSeparator(root))

/** A text with the roots removed from its paths: clients see paths as they name them. */
export const hidePaths = (text: string, roots: readonly Root[]): string =>
  roots.reduce(
    (shown, { given, real }) => shown.replaceAll(withSeparator(real), '').replaceAll(withSeparator(given), ''),
    text,
  )

const withSeparator = (root: string): string => (root.endsWith(sep) ? root : root + sep)
