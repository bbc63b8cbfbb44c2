// How the rest of the library teaches the closure codec its own values: capture asks for them, revive rebuilds them.

/**
 * A kind of value that another part of the library knows how to ship.
 *
 * `encode` gives plain data or bytes; `decode` rebuilds the value from it in the worker, where a type of the same name
 * must be known.
 */
export interface ShippedType {
  readonly name: string
  is(value: unknown): boolean
  encode(value: unknown): unknown
  decode(data: unknown): unknown
}
