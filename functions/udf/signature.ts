// The signature of a user-defined function as canonical text: what two sides must agree on to mean the same function by
// a name. Equal texts mean that a plan made with one function holds for the other; docs/reference/wire.md says what is
// in it.

import type { Udf } from '../contract/udf.ts'
import { type Field, typeName } from '../types/type.ts'

/** The defaults of a definition. */
const usualNulls = { scalar: 'propagate', aggregate: 'call' } as const

/**
 * `(float64) -> float64 not null, state (sum: float64, count: int64), nulls skip, immutable`: defaults are left out.
 */
export function signatureOf(udf: Udf): string {
  const parts = [`(${udf.inputs.map(typeName).join(', ')}) -> ${fieldType(udf.returns)}`]
  if (udf.family === 'aggregate') {
    parts.push(`state (${udf.state.map((part) => `${part.name}: ${fieldType(part)}`).join(', ')})`)
  }
  if ((udf.family === 'scalar' || udf.family === 'aggregate') && udf.nulls !== usualNulls[udf.family])
    parts.push(`nulls ${udf.nulls}`)
  if (udf.volatility !== 'volatile') parts.push(udf.volatility)
  return parts.join(', ')
}

const fieldType = ({ type, nullable }: Field): string => `${typeName(type)}${nullable ? '' : ' not null'}`
