import fastify = require('fastify')

declare const found: typeof fastify | undefined
export = found
