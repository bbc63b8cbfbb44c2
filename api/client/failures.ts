// Whatever goes wrong with a request, as an error with a code: what the server answered, or what became of the connection.

import {
  ConnectionError,
  categoryOf,
  createError,
  isVolleyError,
  ServerError,
  type VolleyError,
} from '../../functions/errors.ts'
import type { Problem } from '../errors.ts'

/** What codes of the system and of `fetch` mean for a connection that there never was. */
const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start it with "volley serve", or correct the address',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
}

/** Of a connection that there was, on which nothing came for too long. */
const silences: readonly string[] = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']

/** What will be no better in a moment. */
const lasting: readonly string[] = ['ENOTFOUND']

/** Of refusals that say when to come again: those that would only come again. */
const notAgain: readonly string[] = ['too_many_attempts', 'queue_timeout', 'start_timeout']
const LONGEST_WAIT_SECONDS = 120

/** `fetch` says no more than "fetch failed" or "terminated"; its cause says why. */
export function connectionError(url: string, thrown: unknown): ConnectionError {
  const { cause = thrown } = thrown as { readonly cause?: unknown }
  const { code, message } = cause as NodeJS.ErrnoException
  const init = { details: { url, ...(code === undefined ? {} : { reason: code }) }, cause: thrown }
  const isReached = code === undefined ? message === 'other side closed' : !isUnreachable(code)
  return isReached
    ? new ConnectionError('connection_lost', `Cannot read the answer of ${url}: the connection broke off`, init)
    : new ConnectionError('server_unreachable', `Cannot reach the server at ${url}: ${reasonFor(code, message)}`, init)
}

const isUnreachable = (code: string): boolean => code in unreachable || /CERT|SSL|TLS|SIGNED|ISSUER/.test(code)

const reasonFor = (code: string | undefined, message: string): string => unreachable[code ?? ''] ?? message

/** The end of a body that was not whole. */
export const brokenOff = (url: string): ConnectionError =>
  new ConnectionError('connection_lost', `Cannot read the answer of ${url}: it ended too early`, { details: { url } })

export const isLost = (error: unknown): boolean => isVolleyError(error) && error.code === 'connection_lost'

/** Whether a connection was given up because nothing came, which a server that is busy may do. */
export const isSilence = (error: unknown): boolean =>
  isVolleyError(error) && silences.includes(String(error.details.reason))

/** What the server said is wrong; what is in front of it may answer otherwise. */
export async function answeredError(response: Response): Promise<VolleyError> {
  const { status, headers } = response
  const text = await response.text()
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
  const more = Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}
  const problem = headers.get('content-type')?.startsWith('application/problem+json') === true && problemIn(text)
  if (problem) return errorOf(problem, more)
  return createError('protocol_error', `Cannot understand the server's answer ${status}: ${text.slice(0, 200)}`, {
    details: { status, ...more },
  })
}

function problemIn(text: string): Problem | undefined {
  try {
    return JSON.parse(text) as Problem
  } catch {
    return undefined
  }
}

/** A problem document as an error. Codes that the library does not know keep their names. */
export function errorOf({ code, detail, details, status }: Problem, more: VolleyError['details'] = {}): VolleyError {
  const init = { details: { ...details, status, ...more } }
  const isOfServer = code !== 'internal' && categoryOf(code) === 'internal'
  return isOfServer ? new ServerError(code, detail, init) : createError(code, detail, init)
}

/** What a request may be tried again after. */
export interface Repeatable {
  /** Whether asking twice does no more than asking once. */
  readonly isIdempotent: boolean
}

/** How long to wait before a request is tried again, in milliseconds; undefined where it must not be. */
export function waitBeforeRetry(error: unknown, { isIdempotent }: Repeatable): number | undefined {
  if (!isVolleyError(error)) return undefined
  const { code, details } = error
  const { status, reason, retryAfterSeconds = 1 } = details
  if (code === 'server_unreachable')
    return isUnreachable(String(reason)) && !lasting.includes(String(reason)) ? 0 : undefined
  if (code === 'connection_lost') return isIdempotent ? 0 : undefined
  // What stands in front of a server answers so while that is away.
  if (code === 'protocol_error')
    return isIdempotent && (status === 502 || status === 503 || status === 504) ? 0 : undefined
  const isBusy = status === 429 || status === 503 || code === 'idempotency_in_progress'
  if (!isBusy || notAgain.includes(code) || Number(retryAfterSeconds) > LONGEST_WAIT_SECONDS) return undefined
  return Number(retryAfterSeconds) * 1000
}
