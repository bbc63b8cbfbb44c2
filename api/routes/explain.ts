// How a job would run: its plan, the columns of its result and what would travel, as JSON or as text. Sources are opened;
// nothing runs.

import type { FastifyInstance } from 'fastify'
import type { JobService } from '../jobs/job-service.ts'
import { mayInline } from './jobs.ts'
import { explainJob } from './operations.ts'

export function addExplainRoute(app: FastifyInstance, jobs: JobService): void {
  const config = { scope: 'jobs:write', takesUploads: true } as const
  app.post('/v1/explain', { schema: explainJob, config }, async (request, reply) => {
    const explained = await jobs.explain(request.body, mayInline(request), request.upload)
    reply.header('vary', 'accept')
    const isText = request.headers.accept?.includes('text/plain') === true
    return isText ? reply.type('text/plain; charset=utf-8').send(`${explained.plan}\n`) : explained
  })
}
