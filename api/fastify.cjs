// Fastify, or undefined where it is not installed: an optional peer dependency, as only the server needs it. As CommonJS, so
// that bundlers find it, both `import` and `require` load it, and its absence can be told in words.

'use strict'

try {
  module.exports = require('fastify')
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND' || !error.message.includes("'fastify'")) throw error
  module.exports = undefined
}
