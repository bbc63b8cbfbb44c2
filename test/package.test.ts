// What is published: the manifest, the files, and what old versions of Node meet first. That the packed package works is
// shown by `npm run test:package`.

import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import { type Manifest, publishedManifest } from '../release/manifest.ts'
import { bounds, shipped } from './package/content.ts'

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

interface Packed {
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** What npm would pack of the checkout as it is: what was built last is in it, if anything was. */
async function pack(): Promise<Packed> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const { stdout } = await promisify(execFile)('npm', args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    maxBuffer: 16 << 20,
    shell: process.platform === 'win32',
  })
  const [packed] = Object.values(JSON.parse(stdout) as readonly Packed[])
  if (packed === undefined) throw new Error(`npm pack says ${stdout}`)
  return packed
}

test('the package holds what was built, its licence and its changelog', { timeout: 120_000 }, async (t) => {
  const { files, unpackedSize } = await pack()
  const paths = files.map(({ path }) => path)
  for (const path of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']) t.ok(paths.includes(path), path)
  // What the checkout's manifest names as its command is packed too; the published one names another.
  const ofCheckout = Object.values(checkout.bin)
  const others = paths.filter((path) => !shipped.test(path) && !ofCheckout.includes(path))
  t.strictSame(others, [])
  const isBuilt = existsSync(new URL('../dist/runtime/index.js', import.meta.url))
  if (!isBuilt) return void t.comment('nothing is built: npm run test:package looks at the files of dist/')
  const [least, most] = bounds.files
  t.ok(paths.length > least && paths.length < most, `${paths.length} files`)
  t.ok(unpackedSize < bounds.unpacked, `${unpackedSize} bytes`)
})

/** Names of modules of Node that Node 18 lacks. Whoever imports one by its name cannot be linked there. */
const newerNames: Readonly<Record<string, string>> = {
  crypto: 'argon2 argon2Sync decapsulate encapsulate hash randomUUIDv7',
  fs: 'glob globSync mkdtempDisposableSync openAsBlob',
  'fs/promises': 'glob mkdtempDisposable',
  http: 'CloseEvent MessageEvent WebSocket',
  module: 'constants enableCompileCache findPackageJSON flushCompileCache registerHooks stripTypeScriptTypes',
  path: 'matchesGlob',
  stream: 'duplexPair',
  'stream/consumers': 'bytes',
  timers: 'promises',
  url: 'URLPattern fileURLToPathBuffer',
  util: 'diff getCallSites getSystemErrorMessage parseEnv styleText',
  vm: 'constants',
  worker_threads: 'isInternalThread isMarkedAsUntransferable locks markAsUncloneable postMessageToThread',
  zlib: 'crc32 createZstdCompress createZstdDecompress zstdCompress zstdCompressSync zstdDecompress zstdDecompressSync',
}
const imports = /^(?:import|export)(?! type\b) (?:([\w\s{},*$]+?) from )?'([^']+)'/gm

/** The modules that are linked before the first one of an entry point runs. */
function linkedFrom(entries: readonly string[]): ReadonlyMap<string, readonly [names: string, specifier: string][]> {
  const linked = new Map<string, [string, string][]>()
  for (const queue = entries.map((entry) => new URL(`../${entry}`, import.meta.url).href); queue.length > 0; ) {
    const file = queue.pop() as string
    if (linked.has(file)) continue
    const found = [...readFileSync(new URL(file), 'utf8').matchAll(imports)]
    linked.set(
      file,
      found.map(([, names = '', specifier = '']) => [names, specifier]),
    )
    queue.push(
      ...found.flatMap(([, , specifier = '']) => (specifier.startsWith('.') ? [new URL(specifier, file).href] : [])),
    )
  }
  return linked
}

test('entry points link on Node 18, so that it is told which version is needed', async (t) => {
  const linked = linkedFrom(['runtime/index.ts', 'api/index.ts', 'api/client/index.ts', 'api/cli/volley.js'])
  t.ok(linked.size > 200, `${linked.size} modules`)
  for (const [file, found] of linked) {
    for (const [names, specifier] of found) {
      const newer = newerNames[specifier.replace(/^node:/, '')]?.split(' ') ?? []
      const braced = /\{([^}]*)\}/.exec(names)?.[1] ?? ''
      const imported = braced.split(',').map((name) => name.trim().replace(/ as .*/, ''))
      const unknown = imported.filter((name) => newer.includes(name))
      if (unknown.length > 0) t.fail(`${file} imports ${unknown.join(', ')} of ${specifier} by name`)
    }
  }
})
