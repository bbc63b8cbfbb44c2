// Who may do what: bearer tokens with scopes. Every route needs a token unless its configuration says `public`; a route
// that names no scope needs `admin`, so that forgetting to name one refuses access.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpError } from '../errors.ts'
import type { AcceptedTokens } from './accepted-tokens.ts'
import { WrongTokens } from './attempts.ts'
import { type Authenticate, anonymous, type Principal, type Scope } from './principal.ts'
import { secretParameterIn } from './redact.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** No token is required. */
    public?: boolean
    /** What a token must allow. */
    scope?: Scope
  }
  interface FastifyRequest {
    principal: Principal | undefined
  }
}

/**
 * Has every request checked, including those for unknown routes.
 *
 * @param authenticate - Who sends a request; undefined for nobody who is known.
 */
export function addAuth(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest('principal', undefined)
  app.addHook('onRequest', async (request) => {
    refuseSecretInUrl(request.url)
    const { config } = request.routeOptions
    if (config.public === true) return
    const principal = await authenticate(request)
    if (principal === undefined) throw unauthorized('the application does not know who sends it')
    request.principal = principal
    // Whoever is known may learn that a route does not exist.
    if (!request.is404) requireScope(principal, config.scope ?? 'admin')
  })
}

/** By the bearer token of a request, one of those that are accepted. */
export function byToken(accepted: AcceptedTokens): Authenticate {
  const wrongTokens = new WrongTokens()
  return (request) => principalOf(request, accepted, wrongTokens)
}

/** Everybody may do everything. */
export const asAnybody: Authenticate = () => anonymous

/** Addresses end up in logs and histories, tokens must not. @throws {HttpError} `token_in_url`. */
function refuseSecretInUrl(url: string): void {
  const name = secretParameterIn(url)
  if (name === undefined) return
  throw new HttpError(
    'token_in_url',
    `Cannot take a token from the parameter "${name}": logs keep addresses, so send it as "Authorization: Bearer TOKEN" and rotate this one`,
  )
}

/** @throws {HttpError} `scope_missing`. */
function requireScope({ scopes }: Principal, scope: Scope): void {
  if (scopes.has(scope)) return
  throw new HttpError('scope_missing', `Cannot do this with the given token: it lacks the scope "${scope}"`, {
    details: { scope },
  })
}

async function principalOf(
  { headers, ip }: FastifyRequest,
  accepted: AcceptedTokens,
  wrongTokens: WrongTokens,
): Promise<Principal> {
  const given = /^Bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (given === undefined) throw unauthorized('it has no bearer token; send "Authorization: Bearer TOKEN"')
  const token = await accepted.find(given)
  if (token === undefined) {
    refuseGuesses(wrongTokens.waitOf(ip))
    wrongTokens.add(ip)
    throw unauthorized('its token is not one of this server', 'the token is not known or was revoked')
  }
  if (token.expiresAt <= Date.now()) throw unauthorized('its token has expired', 'the token has expired')
  accepted.noteUse(token)
  return token.principal
}

/** @throws {HttpError} `too_many_attempts`. */
function refuseGuesses(waitMs: number): void {
  if (waitMs === 0) return
  const seconds = Math.ceil(waitMs / 1000)
  throw new HttpError(
    'too_many_attempts',
    `Cannot accept the request: too many wrong tokens came from this address, try again in ${seconds} s or send a right one`,
    { headers: { 'retry-after': String(seconds) } },
  )
}

/** @param description - Why a token is refused (RFC 6750); none where there is no token. */
function unauthorized(why: string, description?: string): HttpError {
  const parameters = description === undefined ? '' : `, error="invalid_token", error_description="${description}"`
  return new HttpError('unauthorized', `Cannot accept the request: ${why}`, {
    headers: { 'www-authenticate': `Bearer realm="volley"${parameters}` },
  })
}
