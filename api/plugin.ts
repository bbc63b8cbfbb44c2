// The service as a part of somebody's own application: a Fastify plugin, encapsulated. Its hooks, parsers, validation and
// error handling concern the routes below its prefix alone; what is of a server (connections, malformed HTTP, names of
// hosts) stays with the application.

import type { FastifyInstance, RegisterOptions } from 'fastify'
import { invalidArgument } from '../functions/options.ts'
import type { Authenticate } from './auth/principal.ts'
import { createMetrics } from './metrics/definitions.ts'
import { addService } from './server.ts'
import { checkServerOptions, type ServerOptions } from './server-options.ts'

/** What only a server can be told. */
const ofServers = ['logger', 'allowedHosts', 'connections'] satisfies (keyof ServerOptions)[]

/** What the plugin serves, to whom, and within which limits: the options of a server but for those of its own sockets. */
export type VolleyPluginOptions = Omit<ServerOptions, 'logger' | 'allowedHosts' | 'connections'> & {
  /** What its routes stand below, such as `/volley`. */
  readonly prefix: `/${string}`
} & (
    | { readonly authenticate?: never }
    | {
        /**
         * Tells who sends a request, in the place of tokens: jobs belong to the principal's `id`, and its `scopes` say what
         * it may. Undefined refuses the request with `unauthorized`. The probes and the pages are not asked about.
         */
        readonly authenticate: Authenticate
        readonly tokens?: never
        readonly insecureNoAuth?: never
      }
  )

/**
 * A Fastify plugin that serves jobs below a prefix of an application of your own. It leaves the rest of the application
 * alone: its error handler, its 404s, its parsers and its hooks, of which those on requests run for these routes as well.
 * Closing the application ends the jobs and, unless the session was given, the workers; an application whose
 * `pluginTimeout` is shorter than `drainMs` cuts that short.
 *
 * @param app - The application, as `register` hands it over.
 * @param options - With a `prefix`.
 * @throws {PlanError} `invalid_argument` for an option that there is not, a value that it cannot have, or no prefix.
 *
 * @example
 * import fastify from 'fastify'
 * import { volleyPlugin } from 'volley/api'
 *
 * const app = fastify()
 * app.get('/', async () => 'mine')
 * app.register(volleyPlugin, { prefix: '/volley', tokens: ['secret'] })
 * const { statusCode } = await app.inject({ url: '/volley/livez' })
 * statusCode // => 200
 * await app.close()
 *
 * @see Fastify's `register`; docs/reference/http.md
 */
export async function volleyPlugin(app: FastifyInstance, options: VolleyPluginOptions): Promise<void> {
  if (app.prefix === '') {
    throw invalidArgument(
      'Cannot register Volley at the root of an application, whose 404s it would answer: give it a prefix, such as /volley',
    )
  }
  const { authenticate, ...given } = options
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => !ofFastify.includes(name)))
  const foreign = ofServers.find((name) => name in own)
  if (foreign !== undefined) {
    throw invalidArgument(`Cannot register Volley with the option "${foreign}": that is a matter of the application`)
  }
  if (authenticate !== undefined && ('tokens' in own || 'insecureNoAuth' in own)) {
    throw invalidArgument('Cannot register Volley with both tokens and authenticate: one takes the place of the other')
  }
  checkServerOptions(own)
  addService(app, own, { metrics: createMetrics(), authenticate })
}

/** What `register` itself takes. */
const ofFastify: readonly string[] = ['prefix', 'logLevel', 'logSerializers'] satisfies (keyof RegisterOptions)[]
