// The ways in which a command can fail.

import type { VolleyError } from '../../functions/errors.ts'
import { cutText, printable, textWidth } from '../../runtime/data/text-width.ts'

/** The command line asks for something impossible; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Ctrl-C; exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** A job failed, in the words of the command line: the message with its code, and what else helps to see why. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure'

  constructor(error: VolleyError, message = error.message, excerpt = '') {
    super(`${message} [${error.code}]${excerpt === '' ? '' : `\n${excerpt}`}`, { cause: error })
  }
}

const EXCERPT_WIDTH = 76

/** The line of a text that an error is about, with a mark below the place; empty when it does not say where. */
export function excerptOf(text: string, { details: { line, column } }: VolleyError): string {
  if (typeof line !== 'number' || typeof column !== 'number') return ''
  const whole = printable(text.split('\n')[line - 1] ?? '')
  const start = Math.max(0, column - 1 - EXCERPT_WIDTH / 2)
  const before = whole.slice(start, column - 1)
  return `  ${cutText(whole.slice(start), EXCERPT_WIDTH)}\n  ${' '.repeat(textWidth(before))}^`
}
