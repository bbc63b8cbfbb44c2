// The probes: a server that answers is alive, one that can take the next job is ready. They need no token and reveal
// nothing else.

import type { FastifyInstance } from 'fastify'
import type { Readiness } from '../operations/readiness.ts'
import { readinessSchema, statusSchema } from '../schemas.ts'

export function addHealthRoutes(app: FastifyInstance, readiness: () => Readiness): void {
  const config = { public: true }
  app.get('/livez', { schema: { response: { 200: statusSchema } }, config }, async () => ({ status: 'ok' }))
  app.get(
    '/readyz',
    { schema: { response: { 200: readinessSchema, 503: readinessSchema } }, config },
    async (_request, reply) => {
      const ready = readiness()
      return reply.status(ready.status === 'ok' ? 200 : 503).send(ready)
    },
  )
}
