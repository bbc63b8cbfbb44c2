// The functions that expressions may call: the catalogue's entries with their documentation, and what was registered.

import type { FastifyInstance } from 'fastify'
import { builtIns } from '../../functions/catalogue/describe.ts'
import { udfFamilies } from '../../functions/contract/codec-context.ts'
import { didYouMean } from '../../functions/nearest.ts'
import { typeName } from '../../functions/types/type.ts'
import type { SessionContext } from '../../runtime/context/session.ts'
import { HttpError } from '../errors.ts'
import type { WorkerFunctions } from '../worker-functions.ts'
import { getFunction, listFunctions } from './operations.ts'

export function addFunctionRoutes(
  app: FastifyInstance,
  session: SessionContext,
  ofWorkers: () => Promise<WorkerFunctions | undefined>,
): void {
  const config = { scope: 'jobs:read' } as const
  const all = async () => {
    const functions = await ofWorkers()
    return [...builtIns, ...registered(session), ...(functions === undefined ? [] : registered(functions))]
  }
  app.get('/v1/functions', { schema: listFunctions, config }, async () => ({ functions: await all() }))
  app.get<{ Params: { name: string } }>(
    '/v1/functions/:name',
    { schema: getFunction, config },
    async ({ params: { name } }) => {
      const known = await all()
      // Some names are of an aggregate and of a window function.
      const functions = known.filter((fn) => fn.name === name || fn.aliases.some((alias) => alias === name))
      if (functions.length > 0) return { functions }
      const hint = didYouMean(
        name,
        known.map((fn) => fn.name),
        'GET /v1/functions lists them all',
      )
      throw new HttpError('not_found', `Cannot find function "${name}": there is none of that name. ${hint}`)
    },
  )
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
