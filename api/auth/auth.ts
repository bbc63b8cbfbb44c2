// Who may do what: bearer tokens with scopes. Every route needs a token unless its configuration says `public`; a route
// that names no scope needs `admin`, so that forgetting to name one refuses access.

import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpError } from '../errors.ts'
import { anonymous, type Principal, type Scope } from './principal.ts'
import { type AcceptedToken, digestOf } from './token.ts'

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
 * @param accepted - The tokens; undefined accepts everybody.
 */
export function addAuth(app: FastifyInstance, accepted: readonly AcceptedToken[] | undefined): void {
  app.decorateRequest('principal', undefined)
  app.addHook('onRequest', async (request) => {
    const { config } = request.routeOptions
    if (config.public === true) return
    const principal = accepted === undefined ? anonymous : principalOf(request, accepted)
    request.principal = principal
    // Whoever has a token may learn that a route does not exist.
    if (!request.is404) requireScope(principal, config.scope ?? 'admin')
  })
}

/** @throws {HttpError} `scope_missing`. */
function requireScope({ scopes }: Principal, scope: Scope): void {
  if (scopes.has(scope)) return
  throw new HttpError('scope_missing', `Cannot do this with the given token: it lacks the scope "${scope}"`, {
    details: { scope },
  })
}

function principalOf(request: FastifyRequest, accepted: readonly AcceptedToken[]): Principal {
  const given = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given === undefined) throw unauthorized('it has no bearer token; send "Authorization: Bearer TOKEN"')
  const wanted = digestOf(given)
  // All are compared, so that the time it takes reveals nothing.
  let found: AcceptedToken | undefined
  for (const token of accepted) if (timingSafeEqual(token.digest, wanted)) found = token
  if (found === undefined) throw unauthorized('its token is not one of this server', 'the token is not known')
  if (found.expiresAt <= Date.now()) throw unauthorized('its token has expired', 'the token has expired')
  return found.principal
}

/** @param description - Why a token is refused (RFC 6750); none where there is no token. */
function unauthorized(why: string, description?: string): HttpError {
  const parameters = description === undefined ? '' : `, error="invalid_token", error_description="${description}"`
  return new HttpError('unauthorized', `Cannot accept the request: ${why}`, {
    headers: { 'www-authenticate': `Bearer realm="volley"${parameters}` },
  })
}
