// The tables that jobs may name: their columns, and their rows where the files tell without being read. A table that
// cannot be opened any more is still listed, with the code of what is wrong.

import type { FastifyInstance } from 'fastify'
import { isVolleyError } from '../../functions/errors.ts'
import { typeName } from '../../functions/types/type.ts'
import type { SessionContext } from '../../runtime/context/session.ts'
import { openSource } from '../../runtime/source/formats.ts'
import { listTables } from './operations.ts'

export function addTableRoutes(app: FastifyInstance, session: SessionContext): void {
  app.get('/v1/tables', { schema: listTables, config: { scope: 'jobs:read' } }, async () => {
    const tables = []
    for (const name of session.tableNames()) tables.push({ name, ...(await describeTable(session, name)) })
    return { tables }
  })
}

async function describeTable(session: SessionContext, name: string) {
  const { source, steps } = session.findTable(name) ?? {}
  // What somebody still writes is not waited for.
  if (source === undefined || source.kind === 'pending') return {}
  try {
    const columns = (await session.table(name).schema()).map((column) => ({ ...column, type: typeName(column.type) }))
    const rows = steps?.length === 0 ? (await openSource(source)).rows : undefined
    return { columns, ...(rows === undefined ? {} : { rows }) }
  } catch (error) {
    return { error: isVolleyError(error) ? error.code : 'internal' }
  }
}
