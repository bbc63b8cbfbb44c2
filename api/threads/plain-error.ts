// Errors on their way out of a thread.

import { errorToPlain, type PlainError } from '../../functions/errors.ts'

/** An error as data. Of a defect the log has the stack; what others did wrong is told without. */
export function plainError(error: unknown): PlainError {
  const { stack, ...plain } = errorToPlain(error)
  return plain.code === 'internal' && stack !== undefined ? { ...plain, stack } : plain
}
