// Finds the module that worker processes run: the bundle of a package, the cached bundle of a checkout (made anew when
// its sources are newer), or the plain module where neither can be had. In an application that was bundled itself it looks
// beside that. It never loads what it finds.

import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import nodeModule from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as util from 'node:util'
import { WorkerError } from '../../functions/errors.ts'

/** A cached bundle and what it was made of. */
export interface BundleManifest {
  /** Relative to the cache. */
  readonly entry: string
  /** Path relative to the root, size, time of change in ms. */
  readonly inputs: readonly (readonly [path: string, size: number, mtimeMs: number])[]
}

export interface WorkerEntry {
  readonly url: URL
  /** What holds the module and all that it imports; undefined where nobody knows. */
  readonly directory: string | undefined
  /** Where Node may keep what it compiled, for the next worker; undefined where there is no such place. */
  readonly compileCache: string | undefined
}

const buildTimeoutMs = 60_000
/** Of this module; undefined where a bundler made CommonJS of it. Webpack takes `new URL(…, here)` for a file to bundle. */
const here = import.meta.url as string | undefined
const ownPath = here?.startsWith('file:') ? fileURLToPath(here) : ''
/** Of the checkout, or of the package's `dist`. */
const root = join(ownPath, '../../..')
let found: Promise<WorkerEntry> | undefined

/**
 * The worker's module. In a checkout the first call may build it, in a process of its own; the answer then stands for
 * the life of this process, so that all its workers run the same code.
 */
export function workerEntry(): Promise<WorkerEntry> {
  // Old bundles are removed from a checkout's cache at some time.
  found = found?.then((known) => (existsSync(known.url) ? known : findEntry())) ?? findEntry()
  return found
}

async function findEntry(): Promise<WorkerEntry> {
  const named = process.env.VOLLEY_WORKER_ENTRY
  if (named !== undefined && named !== '') return packaged(namedEntry(resolve(named)))
  if (here?.endsWith('.ts')) return inCheckout()
  const prebuilt = here?.endsWith('/runtime/pool/worker-entry.js') ? join(root, 'worker/main.mjs') : ''
  const file = [prebuilt, ...besideBundle()].find((path) => existsSync(path)) ?? installed()
  if (file === undefined) throw noWorker(bundles()[0] ?? process.cwd())
  return packaged(pathToFileURL(file))
}

/** What VOLLEY_WORKER_ENTRY says: the module or its directory. */
function namedEntry(path: string): URL {
  const file = path.endsWith('.mjs') ? path : join(path, 'main.mjs')
  if (existsSync(file)) return pathToFileURL(file)
  const message = `Cannot start a worker: VOLLEY_WORKER_ENTRY leads to "${file}", and there is no such file`
  throw new WorkerError('start_failed', message)
}

/** Directories of the application, where this module is part of its bundle: the bundle's own, then its main script's. */
function bundles(): readonly string[] {
  const ofBundle = existsSync(ownPath) ? ownPath : runningFile()
  return [ofBundle, process.argv[1] ?? ''].filter((path) => path !== '').map((path) => dirname(resolve(path)))
}

/** The file that runs, as the engine knows it: webpack writes down where this module was when it was bundled. */
function runningFile(): string {
  const name = util.getCallSites?.(1)[0]?.scriptName ?? ''
  if (name.startsWith('file:')) return fileURLToPath(name)
  return isAbsolute(name) ? name : ''
}

const besideBundle = (): readonly string[] => bundles().map((directory) => join(directory, 'volley-worker/main.mjs'))

/**
 * The worker of the package that is installed where the application runs. Not by a `createRequire` that is imported by
 * name: webpack follows what that resolves, and would take the worker into the bundle.
 */
function installed(): string | undefined {
  for (const directory of bundles()) {
    try {
      return nodeModule.createRequire(join(directory, 'resolve.js')).resolve('volley/worker')
    } catch {}
  }
  return undefined
}

/** @param directory - Of the bundle that the application is. */
function noWorker(directory: string): WorkerError {
  const place = join(directory, 'volley-worker')
  const wayOut = `copy the folder of "volley/worker" to "${place}", or name its main.mjs in VOLLEY_WORKER_ENTRY or with the option "entry"`
  const message = `Cannot start a worker: volley was bundled into an application and its worker was not; ${wayOut}: see docs/guide/bundling.md`
  return new WorkerError('start_failed', message)
}

async function inCheckout(): Promise<WorkerEntry> {
  const cache = join(root, 'node_modules/.cache/volley')
  const bundle = readFresh(cache) ?? (await build(cache))
  if (bundle !== undefined) return cached(join(cache, bundle), join(cache, dirname(bundle), 'compiled'))
  const prebuilt = join(root, 'dist/worker/main.mjs')
  if (existsSync(prebuilt)) return packaged(pathToFileURL(prebuilt))
  return packaged(pathToFileURL(join(root, 'runtime/worker/main.ts')), root)
}

/** The bundle in the cache, unless a file that it was made of has changed. */
function readFresh(cache: string): string | undefined {
  try {
    const { entry, inputs }: BundleManifest = JSON.parse(readFileSync(join(cache, 'worker.json'), 'utf8'))
    return existsSync(join(cache, entry)) && inputs.every(isUnchanged) ? entry : undefined
  } catch {
    return undefined
  }
}

function isUnchanged([path, size, mtimeMs]: BundleManifest['inputs'][number]): boolean {
  const stats = statSync(join(root, path), { throwIfNoEntry: false })
  return stats !== undefined && stats.size === size && stats.mtimeMs === mtimeMs
}

/** Undefined where the tool is not installed, as in a deployed image, and where it fails, which is warned about. */
async function build(cache: string): Promise<string | undefined> {
  if (!existsSync(join(root, 'node_modules/esbuild'))) return undefined
  const script = join(root, 'runtime/worker/bundle.ts')
  const { NODE_OPTIONS: _, ...env } = process.env
  try {
    const options = { cwd: root, env, timeout: buildTimeoutMs, killSignal: 'SIGKILL' } as const
    await util.promisify(execFile)(process.execPath, [script, '--cache', cache], options)
    const manifest: BundleManifest = JSON.parse(readFileSync(join(cache, 'worker.json'), 'utf8'))
    return manifest.entry
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.emitWarning(`Cannot bundle the worker, so workers start slowly: ${reason}`, { type: 'VolleyWarning' })
    return undefined
  }
}

function cached(file: string, compileCache: string): WorkerEntry {
  return { url: pathToFileURL(file), directory: dirname(file), compileCache }
}

/** An entry whose own directory is not to be written to. */
function packaged(url: URL, directory = dirname(fileURLToPath(url))): WorkerEntry {
  return { url, directory, compileCache: privateCache() }
}

/** A directory that only this user can write to, as what lies in it is executed. */
function privateCache(): string | undefined {
  const user = process.getuid?.()
  const places = [
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    join(tmpdir(), `volley-cache-${user ?? 'user'}`),
  ]
  for (const place of places) {
    const directory = join(place, 'volley', 'compiled')
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      accessSync(directory, constants.W_OK)
      const { uid, mode } = statSync(directory)
      if (user === undefined || (uid === user && (mode & 0o022) === 0)) return directory
    } catch {}
  }
  return undefined
}
