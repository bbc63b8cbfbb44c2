// Columns of projections, for those who write projections.

import { PlanError } from '../../functions/errors.ts'
import type { NamedNode } from './program.ts'

/** A column that stays as it is. */
export const asBefore = (name: string): NamedNode => ({ name, node: { kind: 'column', name } })

/** The same columns. @throws {PlanError} `ambiguous_column` when two of them have the same name. */
export function unique(columns: readonly NamedNode[]): readonly NamedNode[] {
  const seen = new Set<string>()
  for (const { name } of columns) {
    if (seen.has(name)) {
      throw new PlanError(
        'ambiguous_column',
        `Cannot have two columns named "${name}": give one of them another alias`,
        { details: { column: name } },
      )
    }
    seen.add(name)
  }
  return columns
}
