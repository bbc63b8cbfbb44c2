// The routes of a server, noted as they are added: what an address can be asked for, and what the description of the API
// is made of.

import type { FastifyContextConfig, FastifyInstance, FastifySchema } from 'fastify'
import type { ErrorCode } from '../../functions/errors.ts'

declare module 'fastify' {
  interface FastifySchema {
    /** What generated clients call it. */
    operationId?: string
    /** What the route does, in a few words. */
    summary?: string
    description?: string
    tags?: readonly string[]
    /** The codes of problems that are its own, besides those that any route may have. */
    problems?: readonly ProblemCode[]
  }
}

/** A code, or a family of codes. */
export type ProblemCode = ErrorCode | 'wire_*' | 'closure_*'

/** A route as it was added. */
export interface Route {
  readonly method: string
  /** Without the prefix of a plugin; parameters as `:name`. */
  readonly path: string
  readonly schema: FastifySchema
  readonly config: FastifyContextConfig
}

export class Routes {
  readonly #routes: Route[] = []

  /** Notes all routes that are added from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ method, routePath, schema = {}, config = {} }) => {
      for (const each of [method].flat()) this.#routes.push({ method: each, path: routePath || '/', schema, config })
    })
  }

  get all(): readonly Route[] {
    return this.#routes
  }

  /** What an address below the prefix can be asked for; nothing where there is no route. */
  methodsOf(path: string): readonly string[] {
    const methods = this.#routes.filter((route) => patternOf(route.path).test(path)).map(({ method }) => method)
    return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])].toSorted()
  }
}

function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => (segment.startsWith(':') ? '[^/]+' : RegExp.escape(segment)))
  return new RegExp(`^${segments.join('/')}$`)
}
