// The package from CommonJS.

const { col, SessionContext } = require('volley')
const { buildServer } = require('volley/api')
const { VolleyClient } = require('volley/client')

async function main() {
  const ctx = new SessionContext({ workers: 1 })
  const rows = await ctx
    .fromColumns({ a: [0.5, 1] })
    .select(col('a').mul(4).alias('b'))
    .toRows()
  await ctx.close()
  console.log(JSON.stringify({ rows, kinds: [typeof buildServer, typeof VolleyClient] }))
}
main()
