// How a job would run: its plan, the columns of its result and what would travel, as JSON or as text. Sources are opened;
// nothing runs.

import type { FastifyInstance } from 'fastify'
import type { JobService } from '../jobs/job-service.ts'
import { explainedSchema, jobSchema, problems } from '../schemas.ts'
import { mayInline } from './jobs.ts'

export function addExplainRoute(app: FastifyInstance, jobs: JobService): void {
  const schema = {
    summary: 'Tells how a job would run',
    tags: ['jobs'],
    body: jobSchema,
    response: { 200: explainedSchema, ...problems },
  }
  app.post('/v1/explain', { schema, config: { scope: 'jobs:write' } }, async (request, reply) => {
    const explained = await jobs.explain(request.body, mayInline(request))
    reply.header('vary', 'accept')
    const isText = request.headers.accept?.includes('text/plain') === true
    return isText ? reply.type('text/plain; charset=utf-8').send(`${explained.plan}\n`) : explained
  })
}
