// Names of columns: finding one exactly, or else without regard to case, and making one that is free. The names of a
// schema are put in order once, however many expressions look for them.

import type { Schema } from '../types/type.ts'

interface ColumnNames {
  readonly exact: ReadonlyMap<string, number>
  /** Without regard to case; undefined where several columns have the name. */
  readonly lower: ReadonlyMap<string, number | undefined>
}

const known = new WeakMap<Schema, ColumnNames>()

/** The position of a column; undefined when there is none of that name, or several that differ in case only. */
export function positionOf(name: string, schema: Schema): number | undefined {
  let names = known.get(schema)
  if (names === undefined) {
    names = namesIn(schema)
    known.set(schema, names)
  }
  return names.exact.get(name) ?? names.lower.get(name.toLowerCase())
}

function namesIn(schema: Schema): ColumnNames {
  const exact = new Map<string, number>()
  const lower = new Map<string, number | undefined>()
  for (const [i, { name }] of schema.entries()) {
    if (!exact.has(name)) exact.set(name, i)
    const folded = name.toLowerCase()
    lower.set(folded, lower.has(folded) ? undefined : i)
  }
  return { exact, lower }
}

/** A name that none of these has, whatever its case. */
export function nameBeside(wanted: string, others: readonly { readonly name: string }[]): string {
  let name = wanted
  while (others.some((other) => other.name.toLowerCase() === name.toLowerCase())) name = `#${name}`
  return name
}
