// One copy of the library in a worker: whoever imports it by name, a worker-context module or a shipped function, gets
// the modules that the worker itself runs on. A second copy would be slow to load and would have classes of its own.

import { registerHooks } from 'node:module'

/** The root of the checkout whose sources a bundle stands for; set by the bundler. */
declare const VOLLEY_SOURCES: string | undefined

/** Redirects imports of the library, and of Arrow, to this worker's own modules. Call it before any user code is loaded. */
export function installModuleHooks(): void {
  const { byName, bySource } = import.meta.url.endsWith('.mjs') ? bundledModules() : plainModules()
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const own = byName.get(specifier)
      if (own !== undefined) return { url: own, format: 'module', shortCircuit: true }
      const resolved = nextResolve(specifier, context)
      const same = bySource.get(resolved.url)
      return same === undefined ? resolved : { url: same, format: 'module', shortCircuit: true }
    },
  })
}

/** The URLs that imports are redirected to. */
interface OwnModules {
  readonly byName: ReadonlyMap<string, string>
  /** For imports by relative path, within a checkout. */
  readonly bySource: ReadonlyMap<string, string>
}

/** In a bundle, the entry points of the library lie next to this module. */
function bundledModules(): OwnModules {
  const volley = new URL('volley.mjs', import.meta.url).href
  const arrow = new URL('apache-arrow.mjs', import.meta.url).href
  const sources = typeof VOLLEY_SOURCES === 'undefined' ? [] : ['runtime/index.ts', 'functions/index.ts']
  return {
    byName: modulesByName(volley, arrow),
    bySource: new Map(sources.map((path) => [new URL(path, VOLLEY_SOURCES).href, volley])),
  }
}

function plainModules(): OwnModules {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const volley = new URL(`../index.${extension}`, import.meta.url).href
  return { byName: modulesByName(volley, import.meta.resolve('apache-arrow')), bySource: new Map() }
}

function modulesByName(volley: string, arrow: string): ReadonlyMap<string, string> {
  return new Map([
    ['volley', volley],
    ['volley/runtime', volley],
    ['apache-arrow', arrow],
  ])
}
