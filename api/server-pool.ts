// The workers of a server: limited in memory, and caged. They read what jobs may read, and write where jobs may write.

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CageOptions } from '../runtime/cage/options.ts'
import type { PoolOptions } from '../runtime/pool/options.ts'
import { isPattern } from '../runtime/source/glob.ts'
import type { SourceSpec } from '../runtime/source/source.ts'
import type { ServerOptions } from './server-options.ts'
import type { Uploads } from './uploads/uploads.ts'

/** What a server serves files from. */
interface Served {
  readonly options: ServerOptions
  readonly tables: ReadonlyMap<string, SourceSpec>
  readonly uploads: Uploads
}

/** What a worker may hold: a server runs code of others beside its own. */
const maxRssBytes = 1024 ** 3

/** The options of the server's own pool, whose workers are caged and limited unless it is told otherwise. */
export function serverPool({ options, tables, uploads }: Served): PoolOptions {
  const { pool = {}, dataRoots = [], writeRoots = [] } = options
  const { cage = true } = pool
  if (cage === false) return { maxRssBytes, ...pool }
  const own: CageOptions = cage === true ? {} : cage
  const files = [...tables.values()].flatMap((source) => ('paths' in source ? source.paths : []))
  return {
    maxRssBytes,
    ...pool,
    cage: {
      ...own,
      read: [
        ...(own.read ?? []),
        ...dataRoots,
        ...files.map(placeOf).filter((place) => existsSync(place)),
        uploads.directory,
      ],
      write: [...(own.write ?? []), ...writeRoots],
    },
  }
}

/** The file itself; of a pattern, the directory that it starts from. */
function placeOf(path: string): string {
  return isPattern(path) && !existsSync(path) ? placeOf(dirname(path)) : path
}
