// The probes: a server that answers is alive, one with a worker for the next job is ready. They need no token and reveal
// nothing else.

import type { FastifyInstance } from 'fastify'
import { statusSchema } from '../schemas.ts'

/** @param isReady - Whether the next job would find a worker. */
export function addHealthRoutes(app: FastifyInstance, isReady: () => boolean): void {
  const schema = { response: { 200: statusSchema, 503: statusSchema } }
  const config = { public: true }
  app.get('/livez', { schema, config }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema, config }, async (_request, reply) => {
    const ready = isReady()
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready' })
  })
}
