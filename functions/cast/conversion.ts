// The shape of a conversion between two types.

import type { ScalarKernel } from '../contract/scalar.ts'
import type { Value } from '../types/value.ts'

/** Converts one value; undefined when it cannot be converted. */
export type Convert = (value: never) => Value | undefined

/** How values of one type become values of another. */
export interface Conversion {
  readonly convert: Convert
  /** Every value converts. */
  readonly total?: boolean
  readonly inline?: NonNullable<ScalarKernel['inline']>
  /** The condition under which `inline` holds, where not every value converts. */
  readonly inlineIf?: NonNullable<ScalarKernel['inlineIf']>
}
