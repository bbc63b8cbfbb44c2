// Keeps web pages out: a browser that came here through somebody else's name (DNS rebinding) sends that name as Host,
// and a page of another site sends its Origin. Both are refused on every route and every method.

import { isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpError } from './errors.ts'

/**
 * Has every request's `Host` and `Origin` checked.
 *
 * @param allowed - Host names, without port, besides `localhost` and the address that the connection came in on.
 */
export function addHostCheck(app: FastifyInstance, allowed: readonly string[]): void {
  const names = new Set(['localhost', ...allowed.map((name) => name.toLowerCase())])
  app.addHook('onRequest', async (request) => {
    const host = hostName(request.headers.host ?? '')
    if (!names.has(host) && !isOwnAddress(host, request)) {
      throw new HttpError(
        'host_forbidden',
        `Cannot accept the host "${host}": it is not one of this server's names, allow it with --allow-host`,
        { details: { host } },
      )
    }
    const { origin } = request.headers
    if (origin !== undefined && !isOwnOrigin(origin, request.headers.host ?? '')) {
      throw new HttpError('origin_forbidden', `Cannot accept requests of pages of "${origin}"`, { details: { origin } })
    }
  })
}

/** Without port and brackets, in lower case. */
function hostName(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/** Addresses cannot be rebound, but only the one that the client connected to is certain to be ours. */
function isOwnAddress(host: string, request: FastifyRequest): boolean {
  if (isIP(host) === 0) return false
  const own = request.socket.localAddress?.replace(/^::ffff:/, '')
  return host === own
}

function isOwnOrigin(origin: string, host: string): boolean {
  const given = origin.toLowerCase()
  return given === `http://${host.toLowerCase()}` || given === `https://${host.toLowerCase()}`
}
