// Who sent a request, and what that allows. Jobs belong to a principal's id.

import type { FastifyRequest } from 'fastify'

/** What a token allows: look at jobs, submit them, send function bodies in them, look at metrics, everything else. */
export type Scope = 'jobs:read' | 'jobs:write' | 'udf:inline' | 'metrics:read' | 'admin'

/** Whoever sent a request. */
export interface Principal {
  /** The name of the token; `anonymous` where none is required. */
  readonly id: string
  /** What the token allows. */
  readonly scopes: ReadonlySet<Scope>
}

/** Tells who sends a request; undefined for nobody who is known, who is refused. */
export type Authenticate = (request: FastifyRequest) => Principal | undefined | Promise<Principal | undefined>

/** All scopes there are. */
export const allScopes: readonly Scope[] = ['jobs:read', 'jobs:write', 'udf:inline', 'metrics:read', 'admin']

/** Where no token is required. */
export const anonymous: Principal = { id: 'anonymous', scopes: new Set(allScopes) }
