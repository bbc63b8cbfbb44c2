// The manifest as it is published. That the packed package works is shown by `npm run test:package`.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { type Manifest, publishedManifest } from '../release/manifest.ts'

const file = fileURLToPath(new URL('../package.json', import.meta.url))
const checkout = JSON.parse(readFileSync(file, 'utf8')) as Manifest
const published = publishedManifest(checkout)

test('exports lead to compiled modules, types first; the worker to its bundle', async (t) => {
  const exports = published.exports as Readonly<Record<string, unknown>>
  t.strictSame(exports['.'], { types: './dist/runtime/index.d.ts', default: './dist/runtime/index.js' })
  t.strictSame(exports['./worker'], { types: './dist/worker/main.d.mts', default: './dist/worker/main.mjs' })
  t.equal(exports['./package.json'], './package.json')
  t.strictSame(Object.keys(exports), Object.keys(checkout.exports))
  t.strictSame(Object.keys(exports['.'] as object), ['types', 'default'])
  t.strictSame(published.bin, { volley: './dist/api/cli/volley.js' })
})

test('what only a checkout needs is left out, and nothing keeps it from being published', async (t) => {
  for (const field of ['scripts', 'devDependencies', 'overrides', 'private']) t.notOk(field in published, field)
  for (const field of ['repository', 'homepage', 'bugs', 'license', 'keywords']) t.ok(field in published, field)
})

test('dependencies are ranges, and a library brings no web server', async (t) => {
  const dependencies = published.dependencies as Readonly<Record<string, string>>
  for (const [name, range] of Object.entries(dependencies)) t.match(range, /^\^/, name)
  for (const name of ['fastify', 'commander', 'execa', 'apache-arrow']) t.notOk(name in dependencies, name)
  t.match(published.peerDependenciesMeta, { fastify: { optional: true } })
  t.ok('apache-arrow' in (published.peerDependencies as object))
})
