// Who may do what: bearer tokens with scopes. Every route needs a token unless its configuration says `public`; a route
// that names no scope needs `admin`, so that forgetting to name one refuses access.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpError } from './errors.ts'

/** What a token allows: look at jobs, submit them, send function bodies in them, everything else. */
export type Scope = 'jobs:read' | 'jobs:write' | 'udf:inline' | 'admin'

/** Whoever sent a request. */
export interface Principal {
  /** What the token allows. */
  readonly scopes: ReadonlySet<Scope>
}

/** A bearer token that a server accepts. */
export interface Token {
  /** The text that clients send. */
  readonly token: string
  /**
   * What it allows.
   *
   * @defaultValue all scopes
   */
  readonly scopes?: readonly Scope[]
}

/** All scopes there are. */
export const allScopes: readonly Scope[] = ['jobs:read', 'jobs:write', 'udf:inline', 'admin']
const everybody: Principal = { scopes: new Set(allScopes) }

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
 * @param tokens - Those that are accepted; undefined accepts everybody.
 */
export function addAuth(app: FastifyInstance, tokens: readonly Token[] | undefined): void {
  const accepted = tokens?.map(({ token, scopes }) => ({ digest: digest(token), scopes: new Set(scopes ?? allScopes) }))
  app.decorateRequest('principal', undefined)
  app.addHook('onRequest', async (request) => {
    const { config } = request.routeOptions
    if (config.public === true) return
    const principal = accepted === undefined ? everybody : principalOf(request, accepted)
    request.principal = principal
    const scope = config.scope ?? 'admin'
    // Whoever has a token may learn that a route does not exist.
    if (!request.is404) requireScope(principal, scope)
  })
}

/** @throws {HttpError} `scope_missing`. */
function requireScope(principal: Principal | undefined, scope: Scope): void {
  if (principal?.scopes.has(scope) === true) return
  throw new HttpError('scope_missing', `Cannot do this with the given token: it lacks the scope "${scope}"`, {
    details: { scope },
  })
}

function principalOf(
  request: FastifyRequest,
  accepted: readonly { readonly digest: Buffer; readonly scopes: ReadonlySet<Scope> }[],
): Principal {
  const given = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given === undefined) throw unauthorized('it has no bearer token; send "Authorization: Bearer TOKEN"', '')
  const wanted = digest(given)
  // All are compared, so that the time it takes reveals nothing.
  let principal: Principal | undefined
  for (const { digest, scopes } of accepted) if (timingSafeEqual(digest, wanted)) principal = { scopes }
  if (principal === undefined) throw unauthorized('its token is not one of this server', ', error="invalid_token"')
  return principal
}

function unauthorized(why: string, parameters: string): HttpError {
  return new HttpError('unauthorized', `Cannot accept the request: ${why}`, {
    headers: { 'www-authenticate': `Bearer realm="volley"${parameters}` },
  })
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
