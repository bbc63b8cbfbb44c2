// Where the modules of threads are: beside the server's own, or in an application that was bundled beside the worker.

import { existsSync } from 'node:fs'
import { workerEntry } from '../../runtime/pool/worker-entry.ts'

/** @param name - Of the module, below api/ and without its extension: `store/store-thread`. */
export async function threadModule(name: string): Promise<URL> {
  return ownModule(name) ?? new URL(`${name.replace(/^.*\//, '')}.mjs`, (await workerEntry()).url)
}

/** Not by `new URL(…, import.meta.url)`, which bundlers take for a file that they should bundle. */
function ownModule(name: string): URL | undefined {
  const here = import.meta.url as string | undefined
  const own = here?.replace(/\/threads\/thread-module\.(ts|js)$/, `/${name}.$1`)
  return own !== undefined && own !== here && existsSync(new URL(own)) ? new URL(own) : undefined
}
