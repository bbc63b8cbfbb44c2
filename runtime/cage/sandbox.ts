// The cage as the kernel keeps it (Linux with bubblewrap): a worker sees the places it is given and nothing else of the
// file system, no process but its own, and no network. Its own root is empty but for what is mounted here.

import { spawnSync } from 'node:child_process'
import { accessSync, constants, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import type { Places } from './places.ts'

/** The program, or why there is none that works. */
export type FoundSandbox =
  | { readonly file: string; readonly reason?: never }
  | { readonly file?: never; readonly reason: string }

/** What programs and their libraries are made of; on most systems some of these are links into `/usr`. */
const systemPlaces = ['/usr', '/lib', '/lib64', '/bin', '/sbin', '/nix/store']
/** What Node and the system's libraries look up, and nobody keeps secrets in. */
const lookups = ['localtime', 'ssl', 'resolv.conf', 'hosts', 'nsswitch.conf', 'ld.so.cache', 'alternatives']
const probeTimeoutMs = 10_000

let found: FoundSandbox | undefined

/** Looks for bubblewrap, once in the life of this process, and has it run Node. */
export function findSandbox(): FoundSandbox {
  found ??= probe()
  return found
}

/** The command that becomes a sandboxed process: its arguments follow. */
export function sandboxCommand(file: string, { read, write }: Places, hasNetwork: boolean): readonly string[] {
  // It has a /proc of its own, and what may be written below is not mounted again for reading alone.
  const readOnly = read.filter((path) => !['/proc', '/dev', ...write].some((place) => isBelow(path, place)))
  const mounts = [...readOnly.map((path) => ['--ro-bind-try', path]), ...write.map((path) => ['--bind', path])] as const
  return [
    file,
    '--unshare-all',
    ...(hasNetwork ? ['--share-net'] : []),
    // It is in a session of its own, and ends with this process.
    '--new-session',
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    ...systemMounts(),
    ...['--proc', '/proc', '--dev', '/dev'],
    // What lies deeper is mounted upon what lies above it.
    ...mounts
      .toSorted(([, a = ''], [, b = '']) => a.length - b.length)
      .flatMap(([flag = '', path = '']) => [flag, path, path]),
    '--',
  ]
}

function probe(): FoundSandbox {
  if (process.platform !== 'linux') return { reason: 'bubblewrap is for Linux' }
  const file = onPath('bwrap')
  if (file === undefined) return { reason: 'bubblewrap is not installed: there is no bwrap on the PATH' }
  const [command = file, ...args] = [...sandboxCommand(file, { read: [], write: [] }, false), process.execPath]
  const { status, stderr, error } = spawnSync(command, [...args, '--version'], {
    env: {},
    encoding: 'utf8',
    timeout: probeTimeoutMs,
  })
  if (status === 0) return { file }
  const said = error?.message ?? stderr.trim().split('\n').at(-1)
  return { reason: `bubblewrap cannot make a sandbox here (${said})` }
}

function systemMounts(): readonly string[] {
  const node = realpathSync(process.execPath)
  const etc = lookups.map((name) => join('/etc', name))
  return [
    ...systemPlaces.flatMap(mountOf),
    ...etc.flatMap((path) => ['--ro-bind-try', path, path]),
    ...[...new Set([process.execPath, node])].flatMap((path) => ['--ro-bind', path, path]),
  ]
}

function mountOf(path: string): readonly string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return []
  return stats.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}

const isBelow = (path: string, place: string): boolean => path === place || path.startsWith(place + sep)

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
