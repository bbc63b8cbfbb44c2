// What a server is and how it is used, for people and for tools. It is the same on every server of a version and tells
// nothing of this one, so no token is needed unless the server says so.

import type { FastifyInstance, FastifyReply } from 'fastify'
import { openApiDocument } from '../openapi/document.ts'
import type { Routes } from '../operations/routes.ts'
import { errorsPage } from '../pages/errors-page.ts'
import { landing, landingPage } from '../pages/landing-page.ts'
import { contentSecurityPolicy } from '../pages/layout.ts'
import { referencePage } from '../pages/reference-page.ts'
import { getDescription, getErrors, getReference, getRoot } from './operations.ts'

/** @param isPrivate - Whether they need a token all the same. */
export function addPages(app: FastifyInstance, routes: Routes, isPrivate: boolean): void {
  const { prefix } = app
  // Made when they are first asked for, when all routes are there.
  const description = once(() => openApiDocument(routes.all, prefix))
  const reference = once(() => referencePage(description(), prefix))
  const errors = once(() => errorsPage(prefix))
  const config = { public: !isPrivate, scope: 'jobs:read' } as const
  app.get('/', { schema: getRoot, config }, async ({ headers }, reply) => {
    reply.header('vary', 'accept')
    return headers.accept?.includes('text/html') === true ? sendPage(reply, landingPage(prefix)) : landing(prefix)
  })
  app.get('/openapi.json', { schema: getDescription, config }, async () => description())
  app.get('/docs', { schema: getReference, config }, async (_request, reply) => sendPage(reply, reference()))
  app.get('/docs/errors', { schema: getErrors, config }, async (_request, reply) => sendPage(reply, errors()))
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}

const sendPage = (reply: FastifyReply, text: string): FastifyReply =>
  reply
    .headers({ 'content-security-policy': contentSecurityPolicy, 'referrer-policy': 'no-referrer' })
    .type('text/html; charset=utf-8')
    .send(text)
