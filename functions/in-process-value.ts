// Objects that mean something in one process only. Structured cloning would make plain objects of them without a word, as
// JSON.stringify would: class and private members are left behind.

import { ShippingError } from './errors.ts'

/**
 * The value of a member that keeps an object from being cloned by `structuredClone`, `postMessage` and the like. A symbol
 * cannot be cloned, and the error that says so quotes its description; copies of the library have the same one.
 *
 * @param what - What it is: `Expr`.
 * @param instead - What to do: `send expr.toBytes()`.
 */
export const uncloneable = (what: string, instead: string): symbol => Symbol.for(`${what}: ${instead}`)

/** @throws {ShippingError} `closure_unserializable`: always, for the `toJSON` of what has no JSON. */
export function refuseJson(what: string, instead: string): never {
  throw new ShippingError('closure_unserializable', `Cannot write ${what} as JSON: ${instead}`, {
    details: { path: [] },
  })
}
