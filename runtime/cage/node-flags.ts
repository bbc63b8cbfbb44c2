// The cage as Node keeps it: its permission model. It is a seat belt, not a wall: it stops what goes through Node's own
// functions. What it leaves open, docs/security.md lists.

import type { Places } from './places.ts'

/**
 * The flags of a caged worker. Without a flag that allows it there are no child processes, threads, addons, WASI and no
 * inspector.
 */
export function permissionFlags({ read, write }: Places): readonly string[] {
  const allow = (flag: string, paths: readonly string[]) => [...new Set(paths)].map((path) => `${flag}=${path}`)
  return [
    '--permission',
    ...allow('--allow-fs-read', [...read, ...write]),
    ...allow('--allow-fs-write', write),
    // Its files are opened beside the permission model.
    '--no-experimental-sqlite',
    '--disable-sigusr1',
  ]
}
