// The functions that expressions may call: the catalogue's entries with their documentation, and what was registered.

import type { FastifyInstance } from 'fastify'
import { builtIns } from '../../functions/catalogue/describe.ts'
import { udfFamilies } from '../../functions/contract/codec-context.ts'
import { typeName } from '../../functions/types/type.ts'
import type { SessionContext } from '../../runtime/context/session.ts'
import { functionsSchema, problems } from '../schemas.ts'
import type { WorkerFunctions } from '../worker-functions.ts'

export function addFunctionRoutes(
  app: FastifyInstance,
  session: SessionContext,
  ofWorkers: () => Promise<WorkerFunctions | undefined>,
): void {
  const schema = { response: { 200: functionsSchema, ...problems } }
  app.get('/v1/functions', { schema, config: { scope: 'jobs:read' } }, async () => {
    const functions = await ofWorkers()
    return {
      functions: [...builtIns, ...registered(session), ...(functions === undefined ? [] : registered(functions))],
    }
  })
}

function registered(session: WorkerFunctions) {
  return [...session.udfNames()].flatMap((name) =>
    udfFamilies.flatMap((family) => {
      const udf = session.findUdf(family, name)
      if (udf === undefined) return []
      const usage = `${name}(${udf.inputs.map(typeName).join(', ')})`
      const summary = `A registered function; returns ${typeName(udf.returns.type)}`
      return [{ kind: family, name, aliases: [], family: 'user', usage, summary, examples: [] }]
    }),
  )
}
