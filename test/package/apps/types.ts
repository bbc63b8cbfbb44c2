// What users write compiles against the package's types, under every version and setting that they may have.

import { tableFromArrays } from 'apache-arrow'
import fastify from 'fastify'
import {
  col,
  type DataFrame,
  type Expr,
  functions as f,
  float64,
  lit,
  SessionContext,
  udf,
  VolleyError,
  WorkerPool,
  when,
} from 'volley'
import { buildServer, type ServerOptions, type VolleyPluginOptions, volleyPlugin } from 'volley/api'
import { VolleyClient } from 'volley/client'
import { WorkerPool as SamePool } from 'volley/runtime'

const rate = 1.19
const gross = udf((net: number) => net * rate, [float64], float64, { name: 'gross' })

export async function main(): Promise<number> {
  const ctx = new SessionContext({ workers: 1 })
  const df: DataFrame = ctx
    .fromArrow(tableFromArrays({ net: Float64Array.of(1, 2) }))
    .filter(col('net').gt(0))
    .withColumn('gross', gross(col('net')))
  const kind: Expr = when(col('gross').gt(lit(1)), lit('much')).otherwise(lit('little'))
  for await (const batch of df.withColumn('kind', kind).stream()) console.log(batch.numRows)
  const rows = await df.aggregate([], [f.sum(col('gross')).alias('total')]).toRows()
  await ctx.close()
  const pool = WorkerPool.fork({ workers: 1 })
  const doubled = await pool.map((n: number) => n * 2, [1, 2])
  await pool.close()
  const options: ServerOptions = { tokens: ['secret'] }
  const app = buildServer(options)
  await app.close()
  const authenticate: VolleyPluginOptions['authenticate'] = ({ headers }) =>
    typeof headers['x-user'] === 'string' ? { id: headers['x-user'], scopes: new Set(['jobs:read']) } : undefined
  const own = fastify()
  await own.register(volleyPlugin, { prefix: '/volley', authenticate, maxRunningJobs: 2 })
  await own.close()
  const response = new Response(df.toArrowStream())
  if (response.body !== null) await ctx.fromArrow(response.body).count()
  const client = new VolleyClient({ url: 'http://127.0.0.1:8642' })
  if (rows.length > 1) throw new VolleyError('internal', `${client} ${SamePool}`)
  return doubled.length
}
