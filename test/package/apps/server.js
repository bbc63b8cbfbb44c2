// A Fastify application with a route of its own that mounts the server beside it, and a client of both.

import fastify from 'fastify'
import { buildServer } from 'volley/api'
import { VolleyClient } from 'volley/client'

const volley = buildServer({ tokens: ['secret'], pool: { workers: 1 } })
await volley.ready()

const app = fastify()
app.get('/hello', () => 'hello')
app.register(async (mounted) => {
  mounted.removeAllContentTypeParsers()
  mounted.addContentTypeParser('*', (_request, _body, done) => done(null))
  mounted.all('/v1/*', (request, reply) => {
    reply.hijack()
    volley.routing(request.raw, reply.raw)
  })
})
app.addHook('onClose', () => volley.close())

const url = await app.listen({ host: '127.0.0.1', port: 0 })
const hello = await (await fetch(`${url}/hello`)).text()
const client = new VolleyClient({ url, token: 'secret' })
// Large enough to be parsed in the thread for bodies.
const rows = Array.from({ length: 12_000 }, (_, a) => ({ a }))
let count = 0
for await (const batch of client.run({ source: { rows }, steps: [{ filter: 'a >= 2' }] })) count += batch.numRows
await app.close()
console.log(JSON.stringify({ hello, count }))
