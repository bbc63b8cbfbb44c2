// How a worker process is started: command line, environment, working directory, pipes, process group.
// A worker inherits nothing that is not named here.

import { accessSync, constants, realpathSync } from 'node:fs'
import type { Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { execa, type Subprocess } from 'execa'
import { permissionFlags } from '../cage/node-flags.ts'
import type { CheckedCage } from '../cage/options.ts'
import { type Places, placesOfModule } from '../cage/places.ts'
import { sandboxCommand } from '../cage/sandbox.ts'
import type { WorkerEntry } from './worker-entry.ts'

export interface LaunchOptions {
  /** The module a worker runs; it calls `startTaskLoop`. */
  readonly entry: WorkerEntry
  /** Flags for Node, before those that follow from other options. */
  readonly nodeOptions: readonly string[]
  readonly maxOldSpaceMb: number | undefined
  /** Added to the few variables a worker gets. */
  readonly env: { readonly [name: string]: string }
  /** Where it runs; undefined for its place for temporary files. */
  readonly workingDirectory: string | undefined
  /** What its functions may read and write, if it is to run in a cage, besides what it is made of. */
  readonly cage: CheckedCage | undefined
  readonly workerContext: string | undefined
  /** A command that becomes its arguments: `['setpriv', '--pdeathsig', 'KILL']`. */
  readonly launcher: readonly string[]
}

/** A started process and this process's ends of its pipes. */
export interface Launched {
  readonly subprocess: Subprocess<ReturnType<typeof spawnOptions>>
  readonly stdout: Readable
  readonly stderr: Readable
  /** Null where the caller brought a socket of its own for the worker to inherit. */
  readonly result: Socket | null
  readonly input: Socket
  readonly control: Socket
}

/** Variables a worker sees if this process has them: to find programs, to tell the time, to cache compiled code. */
const inheritedVariables = ['PATH', 'TZ', 'LANG', 'LC_ALL', 'NODE_COMPILE_CACHE', 'SystemRoot']

/** What is printed in a worker is the log of a task, and that we rely on experimental parts of Node is not its business. */
const ownFlags = ['--disable-warning=ExperimentalWarning']

/**
 * Starts one worker process, whose place for temporary files is `scratch`; there it runs too, unless told otherwise.
 *
 * Its process group is its own, so that what it starts ends with it; execa ends it when this process exits.
 *
 * @param resultSocket - What the worker inherits as fd 3; without it a pipe is made.
 */
export function launch(options: LaunchOptions, scratch: string, resultSocket: Socket | undefined): Launched {
  const places = placesFor(options, scratch)
  const [file = process.execPath, ...rest] = [...options.launcher, ...sandbox(options, places), process.execPath]
  const heap = options.maxOldSpaceMb === undefined ? [] : [`--max-old-space-size=${options.maxOldSpaceMb}`]
  const flags = [...ownFlags, ...(places === undefined ? [] : permissionFlags(places)), ...options.nodeOptions, ...heap]
  const args = [...rest, ...flags, fileURLToPath(options.entry.url)]
  const subprocess = execa(file, args, spawnOptions(options, scratch, resultSocket ?? 'pipe'))
  type Pipes = [null, Readable, Readable, Socket | null, Socket, Socket]
  const [, stdout, stderr, result, input, control] = subprocess.stdio as unknown as Pipes
  return { subprocess, stdout, stderr, result, input, control }
}

function spawnOptions(options: LaunchOptions, scratch: string, result: Socket | 'pipe') {
  return {
    cwd: options.workingDirectory ?? scratch,
    env: environment(options, scratch),
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', result, { value: 'pipe', input: true }, 'pipe'],
    buffer: false,
    encoding: 'buffer',
    reject: false,
    cleanup: true,
    killDescendants: true,
    forceKillAfterDelay: false,
  } as const
}

/** What a caged worker may read and write. */
function placesFor(
  { cage, entry, workerContext, workingDirectory }: LaunchOptions,
  scratch: string,
): Places | undefined {
  if (cage === undefined) return undefined
  const modules = [
    ...(entry.directory === undefined ? placesOfModule(entry.url.href) : [entry.directory]),
    ...(workerContext === undefined ? [] : placesOfModule(workerContext)),
  ]
  const read = [...modules, ...(workingDirectory === undefined ? [] : [workingDirectory]), ...cage.read]
  return { read, write: [scratch, ...cage.write] }
}

function sandbox({ cage }: LaunchOptions, places: Places | undefined): readonly string[] {
  if (cage?.sandbox === undefined || places === undefined) return []
  return sandboxCommand(cage.sandbox, places, cage.network)
}

function environment({ env, entry, cage }: LaunchOptions, scratch: string): Record<string, string> {
  const environment: Record<string, string> = { TMPDIR: scratch, TEMP: scratch, TMP: scratch }
  for (const name of inheritedVariables) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  if (entry.compileCache !== undefined) environment.NODE_COMPILE_CACHE ??= entry.compileCache
  // Node uses no cache that it may not write to, and what a hostile function writes there other workers would run.
  if (cage !== undefined) delete environment.NODE_COMPILE_CACHE
  return { ...environment, ...env }
}

/**
 * A launcher that has the system end the worker when this process is killed, even in a busy loop that never sees
 * its control channel close. Linux with util-linux only; elsewhere there is none.
 */
export function findLauncher(): readonly string[] {
  if (process.platform !== 'linux') return []
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(directory, 'setpriv')
    try {
      accessSync(file, constants.X_OK)
      return realpathSync(file).endsWith('busybox') ? [] : [file, '--pdeathsig', 'KILL', '--']
    } catch {}
  }
  return []
}
