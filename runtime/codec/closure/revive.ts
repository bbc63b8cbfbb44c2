// Bytes to a living value, in a worker. The order: check, parse, import, allocate objects, fill those that need no
// function, make functions (dependencies first), fill the rest.

import { VolleyError } from '../../../functions/errors.ts'
import { arrowTypes } from '../arrow.ts'
import { type DecodedClosure, decodeClosure, Ref } from './decode.ts'
import { malformed } from './errors.ts'
import { loadImports } from './load.ts'
import { makeFunctions } from './make-functions.ts'
import { Materials } from './materials.ts'
import type { ShippedType } from './walk.ts'

export interface ReviveOptions {
  /** The kinds of values that the sender knew how to ship. */
  readonly types?: readonly ShippedType[]
}

/**
 * Brings a closure to life: the inverse of `captureClosure`.
 *
 * Runs code of the sender, so it belongs into workers only: see docs/security.md. Every call makes new values; only compiled code is kept.
 *
 * @throws {WireError} When the bytes are not what `captureClosure` wrote (`wire_closure_*`).
 * @throws {ShippingError} When this process lacks what the closure refers to, such as an export of a module.
 */
export async function reviveClosure(bytes: Uint8Array, { types = [] }: ReviveOptions = {}): Promise<unknown> {
  const closure = await guard(() => decodeClosure(bytes))
  const imports = await loadImports(closure)
  return guard(() => build(closure, imports, [...types, ...arrowTypes]))
}

function build(closure: DecodedClosure, imports: ReadonlyMap<number, unknown>, types: readonly ShippedType[]): unknown {
  const materials = new Materials(closure, imports, types)
  materials.fillReady()
  makeFunctions(closure, materials)
  materials.fillRest()
  return closure.root instanceof Ref ? materials.get(closure.root) : closure.root
}

// Whatever contradicts itself in ways that nobody checks for fails somewhere below; the caller still gets a code.
async function guard<T>(run: () => T): Promise<T> {
  try {
    return run()
  } catch (error) {
    throw error instanceof VolleyError ? error : malformed('its content contradicts itself', error)
  }
}
