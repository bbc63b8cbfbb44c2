// The checks of `volley doctor`, in their order. Each is told the same, and none relies on another.

import { randomUUID } from 'node:crypto'
import { access, constants, rm, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { SessionContext } from '../../../runtime/context/session.ts'
import { version } from '../../version.ts'
import { codeOf, reasonOf } from '../file-problems.ts'
import { type Check, type Finding, ok, warning } from './check.ts'

const GIB = 1024 ** 3
/** A worker at work has a few hundred megabytes. */
const LEAST_MEMORY = GIB / 2
/** Results of one large job. */
const LEAST_DISK = GIB

const gibibytes = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`

export const checks: readonly Check[] = [
  {
    name: 'volley',
    run: async () => ok(`${version()} on Node ${process.versions.node}, ${process.platform} ${process.arch}`),
  },
  {
    name: 'processors',
    run: async () => ok(`${availableParallelism()}: as many workers, unless --workers says otherwise`),
  },
  { name: 'memory', run: memory },
  { name: 'workers', run: workers },
  { name: 'temporary files', run: async () => directory(tmpdir(), 'name another one in TMPDIR') },
  { name: 'state directory', run: async ({ stateDir }) => directory(stateDir, 'choose another one with --state-dir') },
  {
    name: 'server',
    run: async ({ askServer }) => (askServer === undefined ? undefined : ok(await askServer())),
  },
]

/** What containers allow counts, where there is such a limit. */
async function memory(): Promise<Finding> {
  const total = process.constrainedMemory() > 0 ? Math.min(process.constrainedMemory(), totalmem()) : totalmem()
  const free = Math.min(process.availableMemory(), freemem() || Number.POSITIVE_INFINITY)
  const text = `${gibibytes(free)} of ${gibibytes(total)} free`
  return free >= LEAST_MEMORY ? ok(text) : warning(`${text}: have fewer --workers, or end what else needs it`)
}

/** Starts one and has it compute something. */
async function workers({ signal }: { readonly signal: AbortSignal }): Promise<Finding> {
  const startedAt = performance.now()
  await using session = new SessionContext({ workers: 1, log: 'ignore' })
  await session
    .fromColumns({ n: [1, 2] })
    .select('n + 1 as m')
    .toRows({ signal, timeoutMs: 60_000 })
  return ok(`one started and answered within ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

/** Whether files can be written there, and how many. */
async function directory(path: string, wayOut: string): Promise<Finding> {
  try {
    const place = await existing(path)
    if (place === path) await writeProbe(path)
    else await access(place, constants.W_OK)
    const { bavail, bsize } = await statfs(place)
    const text = `${path}: ${place === path ? 'writable' : 'not there yet, can be made'}, ${gibibytes(bavail * bsize)} free`
    return bavail * bsize >= LEAST_DISK ? ok(text) : warning(`${text}: make room, or ${wayOut}`)
  } catch (error) {
    return { status: 'failing', text: `Cannot write to "${path}": ${reasonOf(error)}; ${wayOut}` }
  }
}

async function writeProbe(path: string): Promise<void> {
  const probe = join(path, `.volley-doctor-${randomUUID()}`)
  await writeFile(probe, 'x'.repeat(4096), { flag: 'wx' })
  await rm(probe)
}

/** A path, or the nearest directory above that there is. */
async function existing(path: string): Promise<string> {
  return access(path).then(
    () => path,
    (error: unknown) => {
      if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error
      return existing(dirname(path))
    },
  )
}
