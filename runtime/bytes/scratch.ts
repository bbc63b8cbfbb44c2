// Temporary directories, such as that of a pool, in which each worker has its own. They are removed with what they are
// for, with this process if that was never closed, and where the process was killed, by the next one of the same user.

import { createHash } from 'node:crypto'
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { lstat, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { mayBeRunning, processName } from './process-name.ts'

/** What one is for. */
export type ScratchKind = 'pool' | 'store' | 'results' | 'uploads' | 'input'

const directories = new Set<string>()

/** A directory of this process's own, which is removed when the process ends, if not before. */
export function makeScratch(kind: ScratchKind): string {
  if (directories.size === 0) process.on('exit', removeAll)
  const directory = mkdtempSync(join(tmpdir(), `volley-${kind}-${place}-${processName}-`))
  directories.add(directory)
  return directory
}

/** Removes a directory that `makeScratch` made, with all that is in it. */
export async function removeScratch(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  directories.delete(directory)
  if (directories.size === 0) process.off('exit', removeAll)
}

function removeAll(): void {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
}

let removing: Promise<void> | undefined

/** Removes what processes left behind that were killed; once in the life of this one. Whatever cannot be removed stays. */
export function removeLeftScratch(): Promise<void> {
  removing ??= removeLeft(tmpdir())
  return removing
}

const names = /^volley-(?:pool|store|results|uploads|input)-([0-9a-f]{8})-(\d+-\d+)-\w{6}$/

async function removeLeft(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const [, madeAt, owner] = names.exec(name) ?? []
    if (madeAt !== place || owner === undefined || mayBeRunning(owner)) continue
    const path = join(directory, name)
    const found = await lstat(path).catch(() => undefined)
    // Others may make what they like here under such a name.
    const isOwn = found?.isDirectory() === true && found.uid === (process.getuid?.() ?? found.uid)
    if (isOwn) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

/** Containers and machines may share a directory: process ids mean something within one of them alone. */
const place = createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8)

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}
