// How the SQL parser refuses a text: one message form, and details a client can point into the text with.

import { type ErrorCode, type ErrorDetails, PlanError } from '../errors.ts'

/** Where in the text something is: `position` counts UTF-16 units from 0, line and column from 1. */
type TextPosition = { readonly position: number; readonly line: number; readonly column: number }

export interface SyntaxErrorInit {
  readonly code?: ErrorCode
  readonly details?: ErrorDetails
  /** What would have been accepted, as the user writes it. */
  readonly expected?: readonly string[]
  readonly cause?: unknown
}

/** Line and column of an offset into `text`. */
function locate(text: string, position: number): TextPosition {
  let line = 1
  let lineStart = 0
  for (let i = text.indexOf('\n'); i !== -1 && i < position; i = text.indexOf('\n', i + 1)) {
    line++
    lineStart = i + 1
  }
  return { position, line, column: position - lineStart + 1 }
}

/**
 * The error for a text that cannot be read: `Cannot read the expression at position 8: …`.
 *
 * @param subject - What the whole text is: `expression`, `sort key`, `query`.
 * @param problem - What is wrong there and what to do; no final full stop.
 * @returns `syntax_error` unless `init.code` says otherwise, with position, line, column and the text near it.
 */
export function createSyntaxError(
  text: string,
  subject: string,
  position: number,
  problem: string,
  init: SyntaxErrorInit = {},
): PlanError {
  return planErrorAt(text, position, `Cannot read the ${subject} at position ${position}: ${problem}`, init)
}

/** A plan error with a message of its own that still says where in the text it arose. */
export function planErrorAt(text: string, position: number, message: string, init: SyntaxErrorInit = {}): PlanError {
  const details = {
    ...locate(text, position),
    ...(init.expected === undefined ? {} : { expected: init.expected }),
    text: text.slice(Math.max(0, position - 40), position + 40),
    ...init.details,
  }
  return new PlanError(init.code ?? 'syntax_error', message, {
    details,
    ...(init.cause === undefined ? {} : { cause: init.cause }),
  })
}

/** A piece of the user's text inside a message: quoted, one line, shortened. */
export function quote(piece: string): string {
  const line = piece.replace(/\s+/g, ' ')
  return `"${line.length > 40 ? `${line.slice(0, 39)}…` : line}"`
}
