// The values that expressions compute with, one row at a time.

/**
 * A value as expressions see it: `null`, boolean, number (up to 32-bit integers, floats, days of date32), bigint
 * (64-bit integers, ticks of time types, unscaled decimals), string, bytes, array (list), plain object (struct).
 *
 * @see docs/guide/user-defined-functions.md for what user-defined functions get
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value }
