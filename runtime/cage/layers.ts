// What keeps the functions in a worker, layer by layer, and why a layer is not there: for logs and for people.

import type { CageOptions } from './options.ts'
import { findSandbox } from './sandbox.ts'

export interface CageLayer {
  readonly name: 'permissions' | 'sandbox' | 'no network'
  readonly isActive: boolean
  /** Why it is not. */
  readonly reason?: string
}

/** The layers of a cage that has passed its check, from the inside out. */
export function cageLayers(cage: boolean | CageOptions): readonly CageLayer[] {
  const { sandbox = 'none', network = false } = typeof cage === 'boolean' ? {} : cage
  const hasNoSandbox = cage === false || sandbox === 'none' ? 'it was not asked for' : findSandbox().reason
  const hasNetwork =
    hasNoSandbox === undefined ? (network ? 'workers were given it' : undefined) : 'there is no sandbox'
  return [
    layer('permissions', cage === false ? 'there is to be no cage' : undefined),
    layer('sandbox', hasNoSandbox),
    layer('no network', hasNetwork),
  ]
}

const layer = (name: CageLayer['name'], reason: string | undefined): CageLayer =>
  reason === undefined ? { name, isActive: true } : { name, isActive: false, reason }
