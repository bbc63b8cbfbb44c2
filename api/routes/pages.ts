// What a server is and how it is used: the description of the API.

import type { FastifyInstance } from 'fastify'
import { openApiDocument } from '../openapi/document.ts'
import type { Routes } from '../operations/routes.ts'
import { getDescription } from './operations.ts'

export function addPages(app: FastifyInstance, routes: Routes): void {
  const config = { public: true }
  app.get('/openapi.json', { schema: getDescription, config }, async () => openApiDocument(routes.all, app.prefix))
}
