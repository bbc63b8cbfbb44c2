// The metrics, for Prometheus and whoever else reads its text format.

import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../metrics/definitions.ts'
import { problems } from '../schemas.ts'

export function addMetricsRoute(app: FastifyInstance, metrics: Metrics): void {
  const schema = { summary: 'Tells the metrics of this server', tags: ['operations'], response: problems }
  app.get('/metrics', { schema, config: { scope: 'metrics:read' } }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text()),
  )
}
