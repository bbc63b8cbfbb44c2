// The metrics, for Prometheus and whoever else reads its text format.

import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../metrics/definitions.ts'
import { getMetrics } from './operations.ts'

export function addMetricsRoute(app: FastifyInstance, metrics: Metrics): void {
  app.get('/metrics', { schema: getMetrics, config: { scope: 'metrics:read' } }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text()),
  )
}
