// Bytes to a living value, in a worker. The order: check, parse, import, allocate objects, fill those that need no
// function, make functions (dependencies first), fill the rest.

import { VolleyError } from '../../../../functions/errors.ts'
import { arrowTypes } from '../../arrow.ts'
import { malformed } from '../errors.ts'
import type { ShippedType } from '../shipped-type.ts'
import { type DecodedClosure, decodeClosure } from './decode.ts'
import { loadImports } from './load.ts'
import { makeFunctions } from './make-functions.ts'
import { Ref } from './read-text.ts'
import { ValueTable } from './value-table.ts'

export interface ReviveOptions {
  /** The kinds of values that the sender knew how to ship. */
  readonly types?: readonly ShippedType[]
}

/**
 * Brings a closure to life: the inverse of `captureClosure`.
 *
 * Runs code of the sender, so it belongs in workers only: see docs/security.md. Every call makes new values; only compiled
 * code is kept.
 *
 * @throws {WireError} When the bytes are not what `captureClosure` wrote (`wire_closure_*`).
 * @throws {ShippingError} When this process lacks what the closure refers to, such as an export of a module.
 */
export async function reviveClosure(bytes: Uint8Array, { types = [] }: ReviveOptions = {}): Promise<unknown> {
  try {
    const closure = decodeClosure(bytes)
    const imports = hasImports(closure) ? await loadImports(closure) : none
    return build(closure, imports, [...types, ...arrowTypes])
  } catch (error) {
    // What contradicts itself in ways that no check covers fails somewhere; the caller still gets a code.
    throw error instanceof VolleyError ? error : malformed('its content contradicts itself', error)
  }
}

const none: ReadonlyMap<number, unknown> = new Map()
const hasImports = ({ records }: DecodedClosure): boolean => records.some(([kind]) => kind === 'i')

function build(closure: DecodedClosure, imports: ReadonlyMap<number, unknown>, types: readonly ShippedType[]): unknown {
  const table = new ValueTable(closure, imports, types)
  table.fillReady()
  makeFunctions(closure, table)
  table.fillRest()
  return closure.root instanceof Ref ? table.get(closure.root) : closure.root
}
