// The version of this package, as its package.json says. The build puts a constant in the place of this module: in an
// application that was bundled, the package.json that is found is the application's, if there is one.

import { readFileSync } from 'node:fs'

let known: string | undefined

export function version(): string {
  known ??= JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version as string
  return known
}
