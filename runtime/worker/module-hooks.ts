// One copy of the library in a worker: whoever imports it by name, a worker-context module or a shipped function, gets
// the modules that the worker itself runs on. A second copy would be slow to load and would have classes of its own.

import { registerHooks } from 'node:module'

/** The root of the checkout whose sources a bundle stands for; set by the bundler. */
declare const VOLLEY_SOURCES: string | undefined

/** Sends imports of the library, and of Arrow, to this worker's own modules. Call it before any user code is loaded. */
export function installDoors(): void {
  const { byName, bySource } = import.meta.url.endsWith('.mjs') ? bundledDoors() : plainDoors()
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const door = byName.get(specifier)
      if (door !== undefined) return { url: door, format: 'module', shortCircuit: true }
      const resolved = nextResolve(specifier, context)
      const same = bySource.get(resolved.url)
      return same === undefined ? resolved : { url: same, format: 'module', shortCircuit: true }
    },
  })
}

interface Doors {
  readonly byName: ReadonlyMap<string, string>
  /** For imports by relative path, within a checkout. */
  readonly bySource: ReadonlyMap<string, string>
}

/** In a bundle, doors lie next to this module. */
function bundledDoors(): Doors {
  const volley = new URL('volley.mjs', import.meta.url).href
  const arrow = new URL('apache-arrow.mjs', import.meta.url).href
  const sources = typeof VOLLEY_SOURCES === 'undefined' ? [] : ['runtime/index.ts', 'functions/index.ts']
  return {
    byName: nameDoors(volley, arrow),
    bySource: new Map(sources.map((path) => [new URL(path, VOLLEY_SOURCES).href, volley])),
  }
}

function plainDoors(): Doors {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const volley = new URL(`../index.${extension}`, import.meta.url).href
  return { byName: nameDoors(volley, import.meta.resolve('apache-arrow')), bySource: new Map() }
}

function nameDoors(volley: string, arrow: string): ReadonlyMap<string, string> {
  return new Map([
    ['volley', volley],
    ['volley/runtime', volley],
    ['apache-arrow', arrow],
  ])
}
