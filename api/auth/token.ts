// Tokens as servers are told them, checked, and as requests are compared with them: hashed, so that neither a file nor
// the memory of a running server holds what a client sends.

import { createHash } from 'node:crypto'
import { checkOptionNames, invalidArgument, wrongOption } from '../../functions/options.ts'
import { allScopes, type Principal, type Scope } from './principal.ts'

/** A bearer token that a server accepts: as clients send it, or its hash. */
export interface Token {
  /**
   * The text that clients send.
   *
   * @defaultValue none, `sha256` says it
   */
  readonly token?: string
  /**
   * The SHA-256 of that text, as 64 hexadecimal digits, so that the server need not know it.
   *
   * @defaultValue none, `token` says it
   */
  readonly sha256?: string
  /**
   * What the token is called: the owner of the jobs that come with it. Tokens of one id are one owner.
   *
   * @defaultValue `token-` and the first 8 digits of its hash
   */
  readonly id?: string
  /**
   * What it allows.
   *
   * @defaultValue all scopes
   */
  readonly scopes?: readonly Scope[]
  /**
   * From when on it is refused: a date, or ISO 8601.
   *
   * @defaultValue never
   */
  readonly expiresAt?: Date | string
}

/** A token as requests are compared with it. */
export interface AcceptedToken {
  readonly principal: Principal
  readonly digest: Buffer
  /** In milliseconds since 1970; infinite without an end. */
  readonly expiresAt: number
}

const known: Readonly<Record<keyof Token, true>> = {
  token: true,
  sha256: true,
  id: true,
  scopes: true,
  expiresAt: true,
}

/**
 * Checks a token of the options.
 *
 * @throws {PlanError} `invalid_argument`: a scope that there is not would allow nothing, without a word.
 */
export function acceptToken(given: string | Token): AcceptedToken {
  const token = typeof given === 'string' ? { token: given } : given
  checkOptionNames(token, known, 'a token')
  const digest = digestOfToken(token)
  const { id = `token-${digest.toString('hex').slice(0, 8)}`, scopes = allScopes } = token
  if (!isTokenName(id)) throw wrongOption('id', id, tokenNameRule)
  if (!Array.isArray(scopes)) throw wrongOption('scopes', scopes, 'it is an array of scopes')
  const unknown = scopes.find((scope) => !allScopes.includes(scope))
  if (unknown !== undefined) throw wrongOption('scopes', unknown, `they are among ${allScopes.join(', ')}`)
  return { principal: { id, scopes: new Set(scopes) }, digest, expiresAt: timeOf(token.expiresAt) }
}

/** Names appear in logs and lists, and in the ids of owners. */
export const isTokenName = (name: unknown): name is string =>
  typeof name === 'string' && /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)

export const tokenNameRule = 'it is 1 to 64 letters, digits, dots, dashes, underscores or at signs'

/** What tokens are stored and compared as. Secrets are random and long: a slow hash would protect nothing more. */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()

function digestOfToken({ token, sha256 }: Token): Buffer {
  if ((token === undefined) === (sha256 === undefined)) {
    throw invalidArgument('Cannot accept a token: give either its text as "token" or its hash as "sha256"')
  }
  if (sha256 === undefined) {
    if (typeof token !== 'string' || token === '') throw wrongOption('token', token, 'it is a text')
    return digestOf(token)
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw wrongOption('sha256', sha256, 'it is 64 hexadecimal digits')
  }
  return Buffer.from(sha256, 'hex')
}

function timeOf(date: Date | string | undefined): number {
  if (date === undefined) return Number.POSITIVE_INFINITY
  const time = new Date(date).getTime()
  if (Number.isNaN(time)) throw wrongOption('expiresAt', date, 'it is a date, such as "2027-01-31T00:00:00Z"')
  return time
}
