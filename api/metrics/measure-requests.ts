// The metrics of requests, whoever sends them and however they end.

import type { FastifyInstance } from 'fastify'
import { responseClosed } from '../response-closed.ts'
import type { Metrics } from './definitions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the problem that it was answered with. */
    problem: string | undefined
  }
}

/** Measures every request; to be added before whatever may refuse one. */
export function addRequestMetrics(app: FastifyInstance, metrics: Metrics): void {
  let open = 0
  metrics.onRead('httpRequestsOpen', () => [[open]])
  app.decorateRequest('problem', undefined)
  app.addHook('onRequest', async (request, reply) => {
    open += 1
    void responseClosed(reply.raw).then(() => {
      open -= 1
      const { method, routeOptions, problem } = request
      // The pattern, never the address: that has ids in it.
      const route = routeOptions.url ?? ''
      metrics.add('httpRequests', [method, route, String(reply.statusCode)])
      metrics.observe('httpRequestSeconds', reply.elapsedTime / 1000, [method, route])
      if (problem !== undefined) metrics.add('httpProblems', [problem])
    })
  })
}
