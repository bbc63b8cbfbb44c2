// What the log lines of a request have besides its id, once it is known: its trace, its job.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** From now on lines of this request have these fields as well, Fastify's own line at its end too. */
export function addToLog(request: FastifyRequest, reply: FastifyReply, fields: Readonly<Record<string, string>>): void {
  request.log = request.log.child(fields)
  reply.log = request.log
}

/** The job that a request has made. */
export function addJob(request: FastifyRequest, reply: FastifyReply, jobId: string): void {
  request.jobId = jobId
  addToLog(request, reply, { jobId })
}

/** Requests for a job, or a part of it, have its id in their lines. */
export function addJobsToLog(app: FastifyInstance): void {
  app.addHook('preHandler', async (request, reply) => {
    const { id } = Object(request.params) as { readonly id?: string }
    if (id !== undefined) addToLog(request, reply, { jobId: id })
  })
}
