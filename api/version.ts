// The version of this package, as its package.json says.

import { readFileSync } from 'node:fs'
import * as module from 'node:module'

let known: string | undefined

/** `unknown` in an application that was bundled: the package.json that is found there is the application's. */
export function version(): string {
  known ??= read()
  return known
}

function read(): string {
  const here = import.meta.url as string | undefined
  const path = here === undefined ? undefined : module.findPackageJSON('..', here)
  const found = path === undefined ? {} : (JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>)
  return found.name === 'volley' ? String(found.version) : 'unknown'
}
