// The probes: a server that answers is alive, one that can take the next job is ready. They need no token and reveal
// nothing else.

import type { FastifyInstance } from 'fastify'
import type { Readiness } from '../operations/readiness.ts'
import { checkAlive, checkReady } from './operations.ts'

export function addHealthRoutes(app: FastifyInstance, readiness: () => Readiness): void {
  const config = { public: true }
  app.get('/livez', { schema: checkAlive, config }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: checkReady, config }, async (_request, reply) => {
    const ready = readiness()
    return reply.status(ready.status === 'ok' ? 200 : 503).send(ready)
  })
}
