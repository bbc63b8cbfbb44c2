// Bundles the worker and the entry points of the library into one directory of modules that share their chunks. A tool of
// packing and of checkouts: it is a process of its own, and nothing that runs in production ever loads it.
//
//   node runtime/worker/bundle.ts OUT          for an image without dev dependencies: writes OUT
//   node runtime/worker/bundle.ts --cache DIR  for a checkout: writes DIR/worker-<hash>, then DIR/worker.json

import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import nodeModule from 'node:module'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { BundleManifest } from '../pool/worker-entry.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const captureSource = 'runtime/codec/closure/capture/capture.ts'

/** Bundles younger than this, and some more, outlive the next one: a running pool may still start workers of them. */
const keptMs = 60 * 60 * 1000
const keptCount = 8

/** Builds into `cache` under a name made of the content, safely beside other processes that do the same. */
async function cacheBundle(cache: string): Promise<void> {
  const startedAt = Date.now()
  const temporary = join(cache, `building-${randomUUID()}`)
  await mkdir(temporary, { recursive: true })
  try {
    const inputs = await writeBundle(temporary, true)
    const name = `worker-${await hashFiles(temporary)}`
    await rename(temporary, join(cache, name)).catch(ignoreExisting)
    const manifest: BundleManifest = { entry: `${name}/main.mjs`, inputs: await stampInputs(inputs, startedAt) }
    await writeFile(`${temporary}.json`, JSON.stringify(manifest))
    await rename(`${temporary}.json`, join(cache, 'worker.json'))
    await removeOld(cache, name)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

const threads = {
  'body-thread': 'api/bodies/body-thread.ts',
  'format-thread': 'api/formats/format-thread.ts',
  'store-thread': 'api/store/store-thread.ts',
}

/**
 * Makes the bundle.
 *
 * @param here - Whether the bundle stays on this machine, and may know where the sources are.
 * @returns The files it was made of, relative to the root.
 */
export async function writeBundle(directory: string, here: boolean): Promise<readonly string[]> {
  await rm(directory, { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      main: 'runtime/worker/main.ts',
      volley: 'runtime/index.ts',
      capture: captureSource,
      'apache-arrow': fileURLToPath(import.meta.resolve('apache-arrow')),
      // Where an application is bundled with the server in it, its threads have their modules here.
      ...(here ? {} : threads),
    },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    define: { VOLLEY_SOURCES: here ? JSON.stringify(pathToFileURL(root).href) : 'undefined' },
    // No source maps, no minification: traces name our functions, and the chunks can be read (decision 0012).
    legalComments: 'none',
    plugins: [lazyCrypto, lazyCapture, noPool],
    logOverride: { 'unsupported-dynamic-import': 'silent' },
    logLevel: 'warning',
    metafile: true,
  })
  return [...Object.keys(metafile.inputs), relative(root, fileURLToPath(import.meta.url))]
}

/** Loads node:crypto when it is first needed: its import takes a tenth of a worker's start. */
const lazyCrypto: Plugin = {
  name: 'lazy-crypto',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:crypto$/ }, ({ path }) => ({ path, namespace: 'lazy' }))
    onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => {
      const names = Object.keys(nodeModule.createRequire(import.meta.url)(path)).filter((name) => /^[a-z]/.test(name))
      const lines = names.map(
        (name) => `export const ${name} = (...args) => process.getBuiltinModule('${path}').${name}(...args)`,
      )
      return { contents: lines.join('\n'), loader: 'js' }
    })
  },
}

/**
 * Loads what reads closures when it is first needed: a worker revives functions, and rarely ships any. Only functions
 * are exported there.
 */
const lazyCapture: Plugin = {
  name: 'lazy-capture',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/capture\.ts$/ }, ({ path, kind, resolveDir }) => {
      const file = resolve(resolveDir, path)
      const isOther = kind === 'entry-point' || relative(root, file) !== captureSource
      return isOther ? undefined : { path: 'capture', namespace: 'lazy-capture' }
    })
    onLoad({ filter: /.*/, namespace: 'lazy-capture' }, () => ({
      contents: `import { createRequire } from 'node:module'
        let loaded
        export const captureGraph = (...args) => {
          loaded ??= createRequire(import.meta.url)('./capture.mjs')
          return loaded.captureGraph(...args)
        }`,
      loader: 'js',
    }))
  },
}

/** Leaves the pool out: a worker refuses to fork workers. */
const noPool: Plugin = {
  name: 'no-pool',
  setup({ onResolve }) {
    onResolve({ filter: /\/pool\/pool\.ts$/ }, () => ({ path: join(root, 'runtime/worker/no-pool.ts') }))
  },
}

/** Stamps by which the next start sees whether the bundle is still up to date. */
async function stampInputs(inputs: readonly string[], startedAt: number): Promise<BundleManifest['inputs']> {
  // Dependencies change by an install, which writes this one file.
  const own = inputs.filter((input) => !/^(?:.*\/)?node_modules\/|^lazy-?\w*:/.test(input))
  const stamps = [...own, 'node_modules/.package-lock.json'].map(async (path) => {
    const { size, mtimeMs } = await stat(join(root, path))
    // Changed while it was read: nobody knows which content it was, so it counts as changed the next time.
    return [path, size, mtimeMs < startedAt ? mtimeMs : 0] as const
  })
  return Promise.all(stamps)
}

async function hashFiles(directory: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(directory)).sort()) hash.update(name).update(await readFile(join(directory, name)))
  return hash.digest('hex').slice(0, 16)
}

async function removeOld(cache: string, current: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => /^(worker|building)-/.test(name) && name !== current)
  const found = await Promise.all(
    names.map(async (name) => ({
      name,
      age: Date.now() - ((await stat(join(cache, name)).catch(() => undefined))?.mtimeMs ?? 0),
    })),
  )
  const old = found
    .sort((a, b) => a.age - b.age)
    .slice(keptCount)
    .filter(({ age }) => age > keptMs)
  await Promise.all(old.map(({ name }) => rm(join(cache, name), { recursive: true, force: true })))
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY' && error.code !== 'EPERM') throw error
}

if (import.meta.main) {
  const [first, second] = process.argv.slice(2)
  if (first === '--cache' && second !== undefined) await cacheBundle(resolve(second))
  else if (first !== undefined && !first.startsWith('-')) await writeBundle(resolve(first), false)
  else throw new TypeError('Cannot bundle the worker: give a directory, or --cache and a directory')
}
