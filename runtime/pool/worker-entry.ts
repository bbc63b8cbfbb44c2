// Finds the module that worker processes run: the bundle of a package, the cached bundle of a checkout (made anew when
// its sources are newer), or the plain module where neither can be had. It never loads what it finds.

import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

/** A cached bundle and what it was made of. */
export interface BundleManifest {
  /** Relative to the cache. */
  readonly entry: string
  /** Path relative to the root, size, time of change in ms. */
  readonly inputs: readonly (readonly [path: string, size: number, mtimeMs: number])[]
}

export interface WorkerEntry {
  readonly url: URL
  /** Where Node may keep what it compiled, for the next worker; undefined where there is no such place. */
  readonly compileCache: string | undefined
}

const buildTimeoutMs = 60_000
const root = fileURLToPath(new URL('../../', import.meta.url))
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
  const here = new URL(import.meta.url)
  // In a bundle itself: this is a worker, and its entry lies next to it.
  if (here.pathname.endsWith('.mjs')) return packaged(new URL('main.mjs', here))
  if (here.pathname.endsWith('.ts')) return inCheckout()
  const prebuilt = new URL('../../worker/main.mjs', here)
  return packaged(existsSync(prebuilt) ? prebuilt : new URL('../worker/main.js', here))
}

async function inCheckout(): Promise<WorkerEntry> {
  const cache = join(root, 'node_modules/.cache/volley')
  const bundle = readFresh(cache) ?? (await build(cache))
  if (bundle !== undefined) return cached(join(cache, bundle), join(cache, dirname(bundle), 'compiled'))
  const prebuilt = join(root, 'dist/worker/main.mjs')
  if (existsSync(prebuilt)) return packaged(pathToFileURL(prebuilt))
  return packaged(new URL('../worker/main.ts', import.meta.url))
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
  const script = fileURLToPath(new URL('../worker/bundle.ts', import.meta.url))
  const { NODE_OPTIONS: _, ...env } = process.env
  try {
    const options = { cwd: root, env, timeout: buildTimeoutMs, killSignal: 'SIGKILL' } as const
    await promisify(execFile)(process.execPath, [script, '--cache', cache], options)
    const manifest: BundleManifest = JSON.parse(readFileSync(join(cache, 'worker.json'), 'utf8'))
    return manifest.entry
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.emitWarning(`Cannot bundle the worker, so workers start slowly: ${reason}`, { type: 'VolleyWarning' })
    return undefined
  }
}

function cached(file: string, compileCache: string): WorkerEntry {
  return { url: pathToFileURL(file), compileCache }
}

/** An entry whose own directory is not to be written to. */
function packaged(url: URL): WorkerEntry {
  return { url, compileCache: privateCache() }
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
