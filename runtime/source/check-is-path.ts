// What a path is, and what only looks like one.

import { createError, type ErrorDetails } from '../../functions/errors.ts'

/**
 * Refuses URLs that name no file here: read as paths they would be files that there are not.
 *
 * @throws {PlanError} `not_implemented`.
 */
export function checkIsPath(path: string, details: ErrorDetails = {}): void {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(path)?.[1]?.toLowerCase()
  if (scheme === undefined || (!path.includes('://') && scheme !== 'data' && scheme !== 'file')) return
  const instead = scheme === 'file' ? 'write the path alone' : `${scheme}: addresses are not read, download it first`
  throw createError('not_implemented', `Cannot read "${path}": sources are files, named by their paths; ${instead}`, {
    details: { path, ...details },
  })
}
