// The rate limit as a hook: every request that needs a token counts, whatever it asks for.

import type { FastifyInstance } from 'fastify'
import { type Rate, RateLimiter } from './rate-limiter.ts'

/** Limits the requests of each token from here on. To be added after authentication. */
export function addRateLimit(app: FastifyInstance, rate: Rate | undefined): void {
  if (rate === undefined) return
  const limiter = new RateLimiter(rate)
  app.addHook('onRequest', async ({ principal }, reply) => {
    if (principal !== undefined) reply.headers(limiter.take(principal.id))
  })
}
