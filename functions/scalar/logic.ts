// NOT and IS [NOT] TRUE/FALSE over booleans. AND, OR and CASE guard their parts and are bound as kinds of their own.

import type { Resolution } from '../contract/scalar.ts'
import { bool } from '../types/type.ts'
import type { Value } from '../types/value.ts'

/** `NOT input`; null stays null. */
export const notResolution = (input: { readonly nullable: boolean }): Resolution => ({
  types: [bool],
  returns: bool,
  nullable: input.nullable,
  nulls: 'propagate',
  givesNull: false,
  volatility: 'immutable',
  kernel: () => ({ total: true, row: (a: boolean) => !a, inline: (a) => `!${a.value}` }),
})

/** `IS TRUE` and its kin: never null. */
export const isResolution = (wanted: boolean, negated: boolean): Resolution => ({
  types: [bool],
  returns: bool,
  nullable: false,
  nulls: 'call',
  givesNull: false,
  volatility: 'immutable',
  kernel: () => ({ total: true, row: (a: Value) => (a === wanted) !== negated }),
})
