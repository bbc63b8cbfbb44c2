// The worker's bundle: made when its sources are newer, found in a package, done without where it cannot be had.

import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { test } from 'tap'
import { col, SessionContext, udf, utf8 } from 'volley'
import { ForkPool } from '../../../runtime/pool/pool.ts'
import { CheckoutCopy } from './checkout-copy.ts'

const options = { timeout: 240_000 }

test('a checkout makes the bundle once and finds it afterwards', options, async (t) => {
  const checkout = new CheckoutCopy(t)
  const made = await checkout.find()
  t.match(made.url, /node_modules\/\.cache\/volley\/worker-[0-9a-f]{16}\/main\.mjs$/)
  t.equal(made.warnings, '')
  const { ino } = statSync(checkout.path('node_modules/.cache/volley/worker.json'))
  t.strictSame(await checkout.find(), made)
  t.equal(statSync(checkout.path('node_modules/.cache/volley/worker.json')).ino, ino, 'it was not made again')
})

test('a checkout makes the bundle anew when a source has changed', options, async (t) => {
  const checkout = new CheckoutCopy(t)
  const before = await checkout.find()
  appendFileSync(checkout.path('runtime/worker/main.ts'), "\nReflect.set(globalThis, 'marked', 'by a change')\n")
  const after = await checkout.find()
  t.not(after.url, before.url)
  t.ok(readFileSync(new URL(after.url), 'utf8').includes('by a change'))
})

test('a checkout makes the bundle anew when dependencies were installed', options, async (t) => {
  const checkout = new CheckoutCopy(t)
  await checkout.find()
  const manifest = checkout.path('node_modules/.cache/volley/worker.json')
  const { ino } = statSync(manifest)
  rmSync(checkout.path('node_modules/.package-lock.json'))
  writeFileSync(checkout.path('node_modules/.package-lock.json'), '{}')
  await checkout.find()
  t.not(statSync(manifest).ino, ino)
})

test('processes that make the bundle at the same time get the same one', options, async (t) => {
  const checkout = new CheckoutCopy(t)
  const found = await Promise.all([checkout.find(), checkout.find(), checkout.find()])
  t.equal(new Set(found.map(({ url }) => url)).size, 1)
  t.match(checkout.cache().join(), /^worker-[0-9a-f]{16},worker\.json$/)
})

test(
  'a checkout whose sources cannot be bundled falls back to the plain module, with a warning',
  options,
  async (t) => {
    const checkout = new CheckoutCopy(t)
    appendFileSync(checkout.path('runtime/worker/main.ts'), '\n}\n')
    const { url, warnings } = await checkout.find()
    t.match(url, /runtime\/worker\/main\.ts$/)
    t.match(warnings, /VolleyWarning: Cannot bundle the worker/)
  },
)

test(
  'a deployed checkout, without esbuild, takes the bundle made in advance, else the plain module',
  options,
  async (t) => {
    const checkout = new CheckoutCopy(t)
    await checkout.bundle(checkout.path('dist/worker'))
    rmSync(checkout.path('node_modules/esbuild'))
    t.match((await checkout.find()).url, /\/dist\/worker\/main\.mjs$/)
    rmSync(checkout.path('dist'), { recursive: true })
    const { url, warnings } = await checkout.find()
    t.match(url, /runtime\/worker\/main\.ts$/)
    t.equal(warnings, '')
  },
)

test('a package finds its bundle, and keeps what Node compiles where only its user can write', options, async (t) => {
  const checkout = new CheckoutCopy(t)
  await checkout.bundle(checkout.path('dist/worker'))
  const pending = ['runtime/pool/worker-entry.ts']
  for (const name of pending) {
    const compiled = stripTypeScriptTypes(readFileSync(checkout.path(name), 'utf8'))
    for (const [, imported = ''] of compiled.matchAll(/ from '(\.[^']*\.ts)'/g)) {
      const next = join(dirname(name), imported)
      if (!pending.includes(next)) pending.push(next)
    }
    mkdirSync(dirname(checkout.path('dist', name)), { recursive: true })
    writeFileSync(checkout.path('dist', name.replace(/ts$/, 'js')), compiled.replace(/( from '\.[^']*\.)ts'/g, "$1js'"))
  }
  const home = checkout.path('home')
  const env = { ...process.env, XDG_CACHE_HOME: home }
  const found = await checkout.find('dist/runtime/pool/worker-entry.js', env)
  t.equal(found.url, pathToFileURL(checkout.path('dist/worker/main.mjs')).href)
  t.equal(found.compileCache, join(home, 'volley/compiled'))
  t.equal(statSync(join(home, 'volley/compiled')).mode & 0o077, 0)
})

test('VOLLEY_WORKER_ENTRY names the module or its directory, and says so where there is none', options, async (t) => {
  const checkout = new CheckoutCopy(t)
  mkdirSync(checkout.path('elsewhere'))
  writeFileSync(checkout.path('elsewhere/main.mjs'), '')
  const expected = pathToFileURL(checkout.path('elsewhere/main.mjs')).href
  for (const named of [checkout.path('elsewhere'), checkout.path('elsewhere/main.mjs')]) {
    const { url } = await checkout.find(undefined, { ...process.env, VOLLEY_WORKER_ENTRY: named })
    t.equal(url, expected)
  }
  const nowhere = checkout.find(undefined, { ...process.env, VOLLEY_WORKER_ENTRY: checkout.path('nowhere') })
  await t.rejects(nowhere, /VOLLEY_WORKER_ENTRY leads to ".*main\.mjs", and there is no such file/)
})

test('workers of a packaged bundle run jobs without the sources and write nothing beside them', options, async (t) => {
  const checkout = new CheckoutCopy(t)
  const directory = checkout.path('elsewhere')
  await checkout.bundle(directory)
  const files = readdirSync(directory).sort()
  const naming = files.filter((name) => readFileSync(join(directory, name), 'utf8').includes(checkout.directory))
  t.strictSame(naming, [], 'no file knows where it was built')
  await using pool = ForkPool.fork({ workers: 1, entry: pathToFileURL(join(directory, 'main.mjs')) })
  await using ctx = new SessionContext({ backend: pool })
  const upper = udf((name: string) => `${name}!`, [utf8], utf8, { name: 'loud' })
  const frame = ctx.fromColumns({ name: ['a', 'b'] }).select(upper(col('name')).alias('loud'))
  t.strictSame(await frame.toRows(), [{ loud: 'a!' }, { loud: 'b!' }])
  t.strictSame(readdirSync(directory).sort(), files)
})

test('workers of this checkout run its bundle', options, async (t) => {
  await using ctx = new SessionContext({ workers: 1 })
  const entry = udf(() => process.argv[1] ?? null, [utf8], utf8, { name: 'entry' })
  const [row] = await ctx
    .fromColumns({ a: ['x'] })
    .select(entry(col('a')).alias('file'))
    .toRows()
  t.match(row?.file, /worker-[0-9a-f]{16}[\\/]main\.mjs$/)
})

test('the bundle reads every kind of file', options, async (t) => {
  await using ctx = new SessionContext({ workers: 1 })
  const checkout = new CheckoutCopy(t)
  writeFileSync(checkout.path('rows.csv'), 'a\n1\n2\n')
  writeFileSync(checkout.path('rows.json'), '{"a":1}\n{"a":2}\n')
  const fixture = fileURLToPath(new URL('../../fixtures/parquet/statistics.parquet', import.meta.url))
  cpSync(fixture, checkout.path('rows.parquet'))
  t.equal(await ctx.readCsv(checkout.path('rows.csv')).count(), 2)
  t.equal(await ctx.readJson(checkout.path('rows.json')).count(), 2)
  t.ok((await ctx.readParquet(checkout.path('rows.parquet')).count()) > 0)
})
